//! A history by states: each visit to a state with its input, its failures and its output.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// One stay in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// The state.
    pub name: String,
    /// Its type, such as `Task`.
    pub kind: String,
    /// When it was entered.
    pub entered: DateTime<Utc>,
    /// When it was left; `None` if it failed, or the execution has not come further.
    pub exited: Option<DateTime<Utc>>,
    /// The input, as JSON text.
    pub input: String,
    /// The output, as JSON text.
    pub output: Option<String>,
    /// What befell it, in order.
    pub incidents: Vec<Incident>,
}

/// What may befall a state before it is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Incident {
    /// An attempt failed: error and cause.
    Failure(String),
    /// The execution had ended here and was redriven: when, and what had ended it, such as
    /// `ExecutionAborted`.
    Redrive(DateTime<Utc>, String),
}

/// Reads the events of a machine whose states follow one another, as ours do.
///
/// A redriven execution goes on in the state that had not succeeded, with or without entering it again.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html>
pub(crate) fn timeline(events: &[Value]) -> Vec<Visit> {
    let mut visits: Vec<Visit> = Vec::new();
    let mut ended_by = String::new();
    for event in events {
        let kind = event["type"].as_str().unwrap_or_default();
        let time =
            event["timestamp"].as_str().and_then(|time| time.parse().ok()).unwrap_or_default();
        let text = |details: &str, member: &str| {
            event[details][member].as_str().unwrap_or_default().to_owned()
        };
        if let Some(kind) = kind.strip_suffix("StateEntered") {
            visits.push(Visit {
                name: text("stateEnteredEventDetails", "name"),
                kind: kind.to_owned(),
                entered: time,
                exited: None,
                input: text("stateEnteredEventDetails", "input"),
                output: None,
                incidents: Vec::new(),
            });
        } else if kind.ends_with("StateExited") {
            let name = text("stateExitedEventDetails", "name");
            let open =
                visits.iter_mut().rev().find(|visit| visit.name == name && visit.exited.is_none());
            if let Some(visit) = open {
                visit.exited = Some(time);
                visit.output = Some(text("stateExitedEventDetails", "output"));
            }
        } else if kind.starts_with("Execution") {
            if kind == "ExecutionRedriven"
                && let Some(visit) = visits.last_mut()
            {
                visit.incidents.push(Incident::Redrive(time, ended_by.clone()));
            }
            kind.clone_into(&mut ended_by);
        } else if let Some(failure) = failure_of(event)
            && let Some(visit) = visits.last_mut()
        {
            visit.incidents.push(Incident::Failure(failure));
        }
    }
    visits
}

/// `TaskFailed`, `TaskTimedOut`, `LambdaFunctionFailed`, `EvaluationFailed` and their like.
fn failure_of(event: &Value) -> Option<String> {
    let kind = event["type"].as_str()?;
    let is_failure = kind.ends_with("Failed") || kind.ends_with("TimedOut");
    if !is_failure {
        return None;
    }
    let details = event.as_object()?.iter().find(|(name, _)| name.ends_with("EventDetails"))?.1;
    let text = |member: &str| details[member].as_str().unwrap_or_default();
    Some(format!("{}: {}", text("error"), text("cause")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_retried_state_shows_its_failures_and_its_output() {
        let at = |second: u32| format!("2026-01-01T00:00:{second:02}Z");
        let events = [
            json!({"type": "TaskStateEntered", "timestamp": at(1),
                "stateEnteredEventDetails": {"name": "A", "input": "{}"}}),
            json!({"type": "TaskFailed", "timestamp": at(2),
                "taskFailedEventDetails": {"error": "ThrottledError", "cause": "slow down"}}),
            json!({"type": "TaskStateExited", "timestamp": at(3),
                "stateExitedEventDetails": {"name": "A", "output": "1"}}),
            json!({"type": "FailStateEntered", "timestamp": at(4),
                "stateEnteredEventDetails": {"name": "B", "input": "1"}}),
        ];
        let visits = timeline(&events);
        assert_eq!(visits.len(), 2);
        let failure = Incident::Failure("ThrottledError: slow down".to_owned());
        assert_eq!(visits[0].incidents, [failure]);
        assert_eq!(visits[0].output.as_deref(), Some("1"));
        assert_eq!((visits[1].name.as_str(), visits[1].exited), ("B", None));
    }
    #[test]
    fn a_redriven_state_is_one_visit_even_if_it_is_not_entered_again() {
        let at = |second: u32| format!("2026-01-01T00:00:{second:02}Z");
        let events = [
            json!({"type": "ExecutionStarted", "timestamp": at(0)}),
            json!({"type": "TaskStateEntered", "timestamp": at(1),
                "stateEnteredEventDetails": {"name": "A", "input": "{}"}}),
            json!({"type": "TaskStateAborted", "timestamp": at(2)}),
            json!({"type": "ExecutionAborted", "timestamp": at(2),
                "executionAbortedEventDetails": {}}),
            json!({"type": "ExecutionRedriven", "timestamp": at(9),
                "executionRedrivenEventDetails": {"redriveCount": 1}}),
            json!({"type": "TaskScheduled", "timestamp": at(9)}),
            json!({"type": "TaskStateExited", "timestamp": at(10),
                "stateExitedEventDetails": {"name": "A", "output": "1"}}),
        ];
        let visits = timeline(&events);
        assert_eq!(visits.len(), 1);
        let redriven = at(9).parse().unwrap();
        let redrive = Incident::Redrive(redriven, "ExecutionAborted".to_owned());
        assert_eq!(visits[0].incidents, [redrive]);
        assert_eq!(visits[0].output.as_deref(), Some("1"));
    }
}
