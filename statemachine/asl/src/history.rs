//! The history of an execution, in the names and shapes of `GetExecutionHistory`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};

/// Is told of each event as it happens, before the next one, so that it can be kept at once.
pub trait Observer {
    /// Takes note of `event`.
    fn event(&self, event: &HistoryEvent);
}

/// Takes note of nothing.
impl Observer for () {
    fn event(&self, _event: &HistoryEvent) {}
}

/// One event. As JSON, its details are one more field, named as AWS does:
/// `stateEnteredEventDetails`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEvent {
    /// When it happened, to the millisecond.
    #[serde(serialize_with = "to_milliseconds")]
    pub timestamp: DateTime<Utc>,
    /// AWS's name for it: `TaskStateEntered`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// From 1 on, in the order in which they happened.
    pub id: u64,
    /// The event that led to it; 0 for the first of an execution and the first state's entry.
    pub previous_event_id: u64,
    /// What else there is to say, by type.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub details: Option<EventDetails>,
}

/// Whether a payload is left out of a kept history, which is so only where the whole would be too
/// large to keep; an [`Observer`] sees every payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truncation {
    /// True if the payload beside it is empty for want of room.
    pub truncated: bool,
}

/// The details of an event. Payloads (`input`, `output`, `parameters`, variables) are JSON text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the fields are AWS's, documented in its API reference")]
pub enum EventDetails {
    #[serde(rename = "executionStartedEventDetails")]
    ExecutionStarted { input: String, input_details: Truncation, role_arn: String },
    #[serde(rename = "executionSucceededEventDetails")]
    ExecutionSucceeded { output: String, output_details: Truncation },
    #[serde(rename = "executionFailedEventDetails")]
    ExecutionFailed(ErrorDetails),
    #[serde(rename = "executionTimedOutEventDetails")]
    ExecutionTimedOut(ErrorDetails),
    #[serde(rename = "stateEnteredEventDetails")]
    StateEntered { name: String, input: String, input_details: Truncation },
    #[serde(rename = "stateExitedEventDetails")]
    StateExited {
        name: String,
        output: String,
        output_details: Truncation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assigned_variables: Option<BTreeMap<String, String>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assigned_variables_details: Option<Truncation>,
    },
    #[serde(rename = "evaluationFailedEventDetails")]
    EvaluationFailed {
        error: String,
        cause: String,
        state: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<String>,
    },
    #[serde(rename = "lambdaFunctionScheduledEventDetails")]
    LambdaFunctionScheduled {
        resource: String,
        input: String,
        input_details: Truncation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_in_seconds: Option<u64>,
    },
    #[serde(rename = "lambdaFunctionSucceededEventDetails")]
    LambdaFunctionSucceeded { output: String, output_details: Truncation },
    #[serde(rename = "lambdaFunctionFailedEventDetails")]
    LambdaFunctionFailed(ErrorDetails),
    #[serde(rename = "lambdaFunctionTimedOutEventDetails")]
    LambdaFunctionTimedOut(ErrorDetails),
    #[serde(rename = "taskScheduledEventDetails")]
    TaskScheduled {
        resource_type: String,
        resource: String,
        region: String,
        parameters: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_in_seconds: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heartbeat_in_seconds: Option<u64>,
    },
    #[serde(rename = "taskStartedEventDetails")]
    TaskStarted { resource_type: String, resource: String },
    #[serde(rename = "taskSucceededEventDetails")]
    TaskSucceeded {
        resource_type: String,
        resource: String,
        output: String,
        output_details: Truncation,
    },
    #[serde(rename = "taskFailedEventDetails")]
    TaskFailed(TaskErrorDetails),
    #[serde(rename = "taskTimedOutEventDetails")]
    TaskTimedOut(TaskErrorDetails),
    #[serde(rename = "mapStateStartedEventDetails")]
    MapStateStarted { length: u64 },
    #[serde(rename = "mapIterationStartedEventDetails")]
    MapIterationStarted(MapIteration),
    #[serde(rename = "mapIterationSucceededEventDetails")]
    MapIterationSucceeded(MapIteration),
    #[serde(rename = "mapIterationFailedEventDetails")]
    MapIterationFailed(MapIteration),
    #[serde(rename = "mapIterationAbortedEventDetails")]
    MapIterationAborted(MapIteration),
    #[serde(rename = "mapRunStartedEventDetails")]
    MapRunStarted { map_run_arn: String },
    #[serde(rename = "mapRunFailedEventDetails")]
    MapRunFailed(ErrorDetails),
}

impl EventDetails {
    /// The payload of the event, with the flag that says whether it is left out.
    pub(crate) fn payload_mut(&mut self) -> Option<(&mut String, &mut Truncation)> {
        match self {
            Self::ExecutionStarted { input: payload, input_details: truncation, .. }
            | Self::StateEntered { input: payload, input_details: truncation, .. }
            | Self::LambdaFunctionScheduled { input: payload, input_details: truncation, .. }
            | Self::ExecutionSucceeded { output: payload, output_details: truncation }
            | Self::StateExited { output: payload, output_details: truncation, .. }
            | Self::LambdaFunctionSucceeded { output: payload, output_details: truncation }
            | Self::TaskSucceeded { output: payload, output_details: truncation, .. } => {
                Some((payload, truncation))
            }
            _ => None,
        }
    }
}

/// An error and its cause, each of which a Fail state may leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetails {
    /// The error's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Why, in words; for a function, its error payload as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// The error of a called service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskErrorDetails {
    /// The service: `lambda`.
    pub resource_type: String,
    /// The action of the service: `invoke`.
    pub resource: String,
    /// What went wrong.
    #[serde(flatten)]
    pub error: ErrorDetails,
}

/// One iteration of a Map state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapIteration {
    /// The Map state.
    pub name: String,
    /// The item's place among the items, from 0 on.
    pub index: u64,
}

fn to_milliseconds<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(details: Option<EventDetails>, expect: &serde_json::Value) {
        let event = HistoryEvent {
            timestamp: DateTime::UNIX_EPOCH,
            event_type: "T".to_owned(),
            id: 2,
            previous_event_id: 1,
            details,
        };
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(&json, expect);
        assert_eq!(serde_json::from_value::<HistoryEvent>(json).unwrap(), event);
    }

    #[test]
    fn events_are_written_as_aws_does_and_read_back() {
        let timestamp = "1970-01-01T00:00:00.000Z";
        check(None, &json!({ "timestamp": timestamp, "type": "T", "id": 2, "previousEventId": 1 }));
        check(
            Some(EventDetails::TaskFailed(TaskErrorDetails {
                resource_type: "lambda".to_owned(),
                resource: "invoke".to_owned(),
                error: ErrorDetails { error: Some("E".to_owned()), cause: None },
            })),
            &json!({
                "timestamp": timestamp, "type": "T", "id": 2, "previousEventId": 1,
                "taskFailedEventDetails": {
                    "resourceType": "lambda", "resource": "invoke", "error": "E"
                }
            }),
        );
        check(
            Some(EventDetails::ExecutionFailed(ErrorDetails::default())),
            &json!({
                "timestamp": timestamp, "type": "T", "id": 2, "previousEventId": 1,
                "executionFailedEventDetails": {}
            }),
        );
    }
}
