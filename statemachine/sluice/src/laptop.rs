//! The state machine over a data folder: an object is created, an execution follows.

use std::{cell::RefCell, sync::Arc};

use anyhow::Context;
use asl::{
    Environment, EventDetails, ExecutionRequest, ExecutionResult, HistoryEvent, Observer,
    RealClock, StateMachine, Status,
};
use chrono::{DateTime, Utc};
use pipeline_core::ports::ObjectInfo;
use pipeline_local::DataFolder;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    functions::StepFunctions,
    history::{Execution, Header, Recorder},
    objects::FolderObjects,
    terminal::Progress,
};

/// The definition that AWS runs, with Terraform's place holders in it.
const DEFINITION: &str = include_str!("../../statemachine.asl.json");

/// The machine's name, as it stands in every ARN.
const MACHINE: &str = "sluice";

/// A state machine, and the folder that its functions work on.
pub(crate) struct Laptop {
    folder: Arc<DataFolder>,
    machine: StateMachine,
}

/// A finished execution.
pub(crate) struct Finished {
    /// Its history, and how it ended.
    pub execution: Execution,
    /// What went wrong beside it: its history was not written, or its failure not recorded or mailed.
    pub faults: Vec<String>,
}

impl Laptop {
    /// Loads the state machine.
    pub(crate) fn new(folder: Arc<DataFolder>) -> anyhow::Result<Self> {
        let machine = StateMachine::parse(&render(DEFINITION)).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("the state machine does not load: {}", lines.join("; "))
        })?;
        Ok(Self { folder, machine })
    }

    /// Runs the state machine on an object that was just created.
    pub(crate) async fn execute(
        &self,
        object: &ObjectInfo,
        rerun: bool,
        progress: &Progress,
    ) -> anyhow::Result<Finished> {
        let name = Uuid::new_v4().to_string();
        let request = ExecutionRequest::new(MACHINE, &name, self.created_event(object, rerun));
        let header = Header {
            execution_arn: request.state_machine_arn.replace(":stateMachine:", ":execution:")
                + ":"
                + &name,
            name: name.clone(),
            start_date: Utc::now(),
            input: request.input.clone(),
        };
        let _alive = self.folder.executions.start(&name)?;
        let recorder = Recorder::begin(&self.folder.history_folder(), &header)
            .context("cannot begin the history of the execution")?;
        let observer =
            Recording { recorder: RefCell::new(recorder), fault: RefCell::default(), progress };
        let functions = StepFunctions::new(Arc::clone(&self.folder), progress.clone());
        let objects = FolderObjects::of_bucket(self.folder.store.clone(), self.folder.bucket());
        let environment = Environment {
            functions: &functions,
            clock: &RealClock,
            objects: &objects,
            observer: &observer,
        };
        let result = self.machine.run(&request, environment).await;
        let mut faults = handle_failure(&functions, &header, &result).await;
        if let Some(error) = observer.fault.into_inner() {
            faults.push(format!("the history of the execution is not complete: {error}"));
        }
        Ok(Finished { execution: told(header, result)?, faults })
    }

    /// `Object Created`, as S3 sends it to `EventBridge`.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>
    fn created_event(&self, object: &ObjectInfo, rerun: bool) -> Value {
        let mut event = json!({
            "version": "0",
            "id": Uuid::new_v4().to_string(),
            "detail-type": "Object Created",
            "source": "aws.s3",
            "time": Utc::now(),
            "detail": {
                "version": "0",
                "bucket": {"name": self.folder.bucket()},
                "object": {
                    "key": object.key,
                    "size": object.size_bytes,
                    "etag": object.etag,
                    "version-id": object.version_id,
                },
                "reason": "PutObject",
            },
        });
        if rerun {
            event["rerun"] = Value::from(true);
        }
        event
    }
}

/// A finished execution, as `DescribeExecution` and `GetExecutionHistory` would tell it.
fn told(header: Header, result: ExecutionResult) -> anyhow::Result<Execution> {
    let status = serde_json::to_value(result.status)?;
    Ok(Execution {
        header,
        status: status.as_str().unwrap_or_default().to_owned(),
        stop_date: stop_date_of(&result),
        redrive_count: 0,
        output: result.output,
        error: result.error,
        cause: result.cause,
        events: result.events.iter().map(serde_json::to_value).collect::<Result<_, _>>()?,
    })
}

/// The time of its last event.
fn stop_date_of(result: &ExecutionResult) -> Option<DateTime<Utc>> {
    result.events.last().map(|event| event.timestamp)
}

/// What the rule on failed executions does on AWS: the run is marked as failed, and mailed.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>
async fn handle_failure(
    functions: &StepFunctions,
    header: &Header,
    result: &ExecutionResult,
) -> Vec<String> {
    if result.status == Status::Succeeded {
        return Vec::new();
    }
    let event = json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "time": Utc::now(),
        "detail": {
            "executionArn": header.execution_arn,
            "name": header.name,
            "status": result.status,
            "startDate": header.start_date.timestamp_millis(),
            "stopDate": stop_date_of(result).map(|at| at.timestamp_millis()),
            "input": header.input.to_string(),
            "output": null,
            "error": result.error,
            "cause": result.cause,
        },
    });
    let mut faults = Vec::new();
    for (function, action) in [("claim-file", "fail"), ("send-report", "failure")] {
        let payload = json!({"action": action, "event": event});
        if let Err(error) = functions.call(function, payload).await {
            faults.push(format!("the failure was not handled by {function}: {}", error.report()));
        }
    }
    faults
}

/// `${claim_file}` becomes the function's name, which on a laptop is all that Terraform would add.
fn render(definition: &str) -> String {
    let mut rendered = String::new();
    let mut rest = definition;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        rendered.push_str(before);
        rendered.push_str(&name.replace('_', "-"));
        rest = after;
    }
    rendered + rest
}

/// Writes each event to disk as it happens, and says which state is being worked on.
struct Recording<'a> {
    recorder: RefCell<Recorder>,
    fault: RefCell<Option<std::io::Error>>,
    progress: &'a Progress,
}

impl Observer for Recording<'_> {
    fn event(&self, event: &HistoryEvent) {
        if let Err(error) = self.recorder.borrow_mut().append(event) {
            self.fault.borrow_mut().get_or_insert(error);
        }
        if let Some(EventDetails::StateEntered { name, .. }) = &event.details {
            self.progress.doing(name);
        }
    }
}
