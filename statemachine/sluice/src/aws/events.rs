//! The history of an execution, in the words of `GetExecutionHistory`.
//!
//! The SDK's types would have to be written out as JSON again, kind of event by kind of event. The answer
//! itself is that JSON, so that is what is read: complete, and whatever kinds AWS may add.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sfn::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::AfterDeserializationInterceptorContextRef,
    },
    error::BoxError,
};
use chrono::{DateTime, SecondsFormat};
use serde_json::Value;

use super::explain::Attempt;

/// How many events an answer may hold.
const PAGE: i32 = 1_000;

/// The whole history, oldest event first.
pub(super) async fn history(sfn: &Client, execution_arn: &str) -> anyhow::Result<Vec<Value>> {
    let mut events = Vec::new();
    let mut token = None;
    loop {
        let (page, next) = page(sfn, execution_arn, false, PAGE, token).await?;
        events.extend(page);
        token = next;
        if token.is_none() {
            return Ok(events);
        }
    }
}

/// The last events, oldest first: as many as it takes to know the state that was entered last.
pub(super) async fn last_events(sfn: &Client, execution_arn: &str) -> anyhow::Result<Vec<Value>> {
    /// A state that failed after all its retries has about so many.
    const FEW: i32 = 25;
    let mut events: Vec<Value> = Vec::new();
    let mut token = None;
    loop {
        let (page, next) = page(sfn, execution_arn, true, FEW, token).await?;
        let has_state = page.iter().any(|event| event["stateEnteredEventDetails"].is_object());
        events.extend(page);
        token = next;
        if has_state || token.is_none() {
            events.reverse();
            return Ok(events);
        }
    }
}

async fn page(
    sfn: &Client,
    execution_arn: &str,
    newest_first: bool,
    limit: i32,
    token: Option<String>,
) -> anyhow::Result<(Vec<Value>, Option<String>)> {
    let body = Body::default();
    let answer = sfn
        .get_execution_history()
        .execution_arn(execution_arn)
        .reverse_order(newest_first)
        .max_results(limit)
        .set_next_token(token)
        .customize()
        .interceptor(body.clone())
        .send()
        .await;
    let attempt = Attempt { action: "states:GetExecutionHistory", resource: execution_arn };
    let answer = answer.map_err(|error| attempt.failed(&error))?;
    Ok((read(&body.take())?, answer.next_token))
}

/// Reads an answer. Its timestamps are seconds since the epoch, and become RFC 3339, as in the
/// histories of a laptop and in what the AWS command line prints.
fn read(answer: &[u8]) -> serde_json::Result<Vec<Value>> {
    let mut answer: Value = serde_json::from_slice(answer)?;
    let Value::Array(mut events) = answer["events"].take() else {
        return Ok(Vec::new());
    };
    for event in &mut events {
        if let Some(seconds) = event["timestamp"].as_f64()
            && let Some(time) = time_of(seconds)
        {
            event["timestamp"] = Value::from(time);
        }
    }
    Ok(events)
}

fn time_of(seconds: f64) -> Option<String> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is too large saturates, and is no time"
    )]
    let milliseconds = (seconds * 1_000.0).round() as i64;
    let time = DateTime::from_timestamp_millis(milliseconds)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// Keeps the body of an answer.
#[derive(Debug, Clone, Default)]
struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        body.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use asl::HistoryEvent;
    use serde_json::json;

    use super::*;

    /// Answers in the shapes of the API reference: every kind of event that our machine produces.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html>
    fn answer() -> Value {
        let event = |id: u64, kind: &str, name: &str, details: Value| {
            let mut event = json!({
                "timestamp": 1_763_673_600.5 + f64::from(u32::try_from(id).unwrap()),
                "type": kind,
                "id": id,
                "previousEventId": id - 1,
            });
            event[name] = details;
            event
        };
        let whole = json!({"truncated": false});
        let task = json!({"resourceType": "lambda", "resource": "invoke"});
        let with = |base: &Value, more: Value| {
            let mut details = base.clone();
            details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            details
        };
        json!({"nextToken": null, "events": [
            event(1, "ExecutionStarted", "executionStartedEventDetails",
                json!({"input": "{}", "inputDetails": whole, "roleArn": "arn:role"})),
            event(2, "TaskStateEntered", "stateEnteredEventDetails",
                json!({"name": "Aggregate", "input": "{}", "inputDetails": whole})),
            event(3, "TaskScheduled", "taskScheduledEventDetails",
                with(&task, json!({"region": "eu-west-1", "parameters": "{}",
                    "timeoutInSeconds": 900}))),
            event(4, "TaskStarted", "taskStartedEventDetails", task.clone()),
            event(5, "TaskTimedOut", "taskTimedOutEventDetails",
                with(&task, json!({"error": "States.Timeout"}))),
            event(6, "TaskScheduled", "taskScheduledEventDetails",
                with(&task, json!({"region": "eu-west-1", "parameters": "{}"}))),
            event(7, "TaskFailed", "taskFailedEventDetails",
                with(&task, json!({"error": "InternalError", "cause": "why"}))),
            event(8, "ExecutionFailed", "executionFailedEventDetails",
                json!({"error": "InternalError", "cause": "why"})),
            event(9, "ExecutionRedriven", "executionRedrivenEventDetails",
                json!({"redriveCount": 1})),
            event(10, "TaskSucceeded", "taskSucceededEventDetails",
                with(&task, json!({"output": "{}", "outputDetails": whole}))),
            event(11, "TaskStateExited", "stateExitedEventDetails",
                json!({"name": "Aggregate", "output": "{}", "outputDetails": whole,
                    "assignedVariables": {"aggregation": "{}"},
                    "assignedVariablesDetails": whole})),
            event(12, "EvaluationFailed", "evaluationFailedEventDetails",
                json!({"error": "States.QueryEvaluationError", "cause": "why",
                    "location": "Output", "state": "Analyze"})),
            event(13, "ExecutionSucceeded", "executionSucceededEventDetails",
                json!({"output": "{}", "outputDetails": whole})),
        ]})
    }

    #[test]
    fn only_the_timestamps_of_an_answer_change() {
        let answer = answer();
        let events = read(answer.to_string().as_bytes()).unwrap();
        assert_eq!(events[0]["timestamp"], "2025-11-20T21:20:01.500Z");
        let strip = |events: &[Value]| {
            let mut events = events.to_vec();
            for event in &mut events {
                event["timestamp"].take();
            }
            events
        };
        assert_eq!(strip(&events), strip(answer["events"].as_array().unwrap()));
    }

    /// What the interpreter writes on a laptop has the shape of what AWS answers.
    #[test]
    fn the_events_are_those_of_a_laptop() {
        for event in read(answer().to_string().as_bytes()).unwrap() {
            if event["type"] == "ExecutionRedriven" {
                continue;
            }
            let read: HistoryEvent = serde_json::from_value(event.clone()).unwrap();
            assert!(read.details.is_some(), "{event}");
            assert_eq!(serde_json::to_value(read).unwrap(), event);
        }
    }

    #[test]
    fn an_answer_without_events_is_empty() {
        assert_eq!(read(b"{}").unwrap(), Vec::<Value>::new());
        assert!(read(b"<html>").is_err());
    }
}
