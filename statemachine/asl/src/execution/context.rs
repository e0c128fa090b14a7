//! The context object, `$states.context`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

use std::rc::Rc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::request::ExecutionRequest;

/// What the context says of an execution; fixed while it runs.
#[derive(Debug, Clone)]
pub(super) struct Execution {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) role_arn: String,
    pub(super) state_machine_arn: String,
    pub(super) state_machine_name: String,
    input: Value,
    start_time: DateTime<Utc>,
}

/// The item that a Map state is at.
#[derive(Debug, Clone)]
pub(super) struct MapItem {
    pub(super) index: usize,
    pub(super) value: Rc<Value>,
}

/// What the context says of the state that is being run.
pub(super) struct StateContext<'a> {
    pub(super) name: &'a str,
    pub(super) entered_time: DateTime<Utc>,
    pub(super) retry_count: u32,
}

impl Execution {
    pub(super) fn new(request: &ExecutionRequest, start_time: DateTime<Utc>) -> Self {
        let arn = &request.state_machine_arn;
        let state_machine_name = arn.rsplit(':').next().unwrap_or_default().to_owned();
        let prefix = arn.replace(":stateMachine:", ":execution:");
        Self {
            arn: format!("{prefix}:{}", request.name),
            name: request.name.clone(),
            role_arn: request.role_arn.clone(),
            state_machine_arn: arn.clone(),
            state_machine_name,
            input: request.input.clone(),
            start_time,
        }
    }

    /// The execution of one item of the distributed Map `label`.
    pub(super) fn child(&self, label: &str, name: &str, input: &Value, now: DateTime<Utc>) -> Self {
        let prefix = self.state_machine_arn.replace(":stateMachine:", ":execution:");
        Self {
            arn: format!("{prefix}/{label}:{name}"),
            name: name.to_owned(),
            role_arn: self.role_arn.clone(),
            state_machine_arn: format!("{}/{label}", self.state_machine_arn),
            state_machine_name: format!("{}/{label}", self.state_machine_name),
            input: input.clone(),
            start_time: now,
        }
    }

    /// The ARN of a run of the distributed Map `label`.
    pub(super) fn map_run_arn(&self, label: &str, id: &str) -> String {
        let prefix = self.state_machine_arn.replace(":stateMachine:", ":mapRun:");
        format!("{prefix}/{label}:{id}")
    }

    /// The region in the machine's ARN.
    pub(super) fn region(&self) -> &str {
        self.state_machine_arn.split(':').nth(3).unwrap_or_default()
    }

    pub(super) fn context(&self, state: &StateContext<'_>, item: Option<&MapItem>) -> Value {
        let mut context = json!({
            "Execution": {
                "Id": self.arn,
                "Input": self.input,
                "Name": self.name,
                "RoleArn": self.role_arn,
                "StartTime": timestamp(self.start_time),
                "RedriveCount": 0,
            },
            "State": {
                "EnteredTime": timestamp(state.entered_time),
                "Name": state.name,
                "RetryCount": state.retry_count,
            },
            "StateMachine": { "Id": self.state_machine_arn, "Name": self.state_machine_name },
        });
        if let Some(item) = item {
            context["Map"] = json!({ "Item": { "Index": item.index, "Value": *item.value } });
        }
        context
    }
}

/// A time as Step Functions writes it: ISO 8601, UTC, milliseconds.
pub(super) fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
