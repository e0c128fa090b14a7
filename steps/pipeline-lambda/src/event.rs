//! The event that a function is called with.

use pipeline_core::error::{ErrorKind, StepError, StepResult};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// An event as it came: `None` if it is not JSON.
///
/// Reading one never fails, because `lambda_runtime` would report the failure by the name of a Rust
/// type, and the message would quote the event.
pub(crate) struct Event(Option<Value>);

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Value::deserialize(deserializer).ok()))
    }
}

impl Event {
    /// The text at a JSON pointer, such as `/run/source/key`.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.0.as_ref()?.pointer(pointer)?.as_str()
    }

    /// The step's input. `InvalidEvent` if the event is not one; the message says where and what is
    /// expected there, never what was found.
    pub(crate) fn into_input<T: DeserializeOwned>(self) -> StepResult<T> {
        let error = |message| StepError::new(ErrorKind::InvalidEvent, message);
        let event = self.0.ok_or_else(|| error("the event is not JSON"))?;
        serde_path_to_error::deserialize(event).map_err(|problem| {
            error("the event is not what the function accepts")
                .with("at", problem.path())
                .with("problem", without_the_value(&problem.inner().to_string()))
        })
    }
}

/// The part of Serde's message that quotes nothing of the event. Serde says
/// `invalid type: <what was found>, expected <what is wanted>`; its other messages name only our fields.
fn without_the_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pipeline_core::steps::{claim_file, validate_and_partition};

    use super::*;

    fn problem<T: DeserializeOwned>(event: &str) -> String {
        let event: Event = serde_json::from_str(event).unwrap();
        let error = event.into_input::<T>().err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidEvent);
        error.report()
    }

    #[test]
    fn a_fault_is_located_and_never_quoted() {
        for (event, found) in [
            (r#"{"action": "claim", "bucket": "b"}"#, "missing field `object`"),
            (r#"{"action": "SECRET"}"#, "expected one of `claim`, `complete`, `fail`"),
            (r#"{"action": 7}"#, "expected"),
            (r#""SECRET""#, "expected"),
            ("{}", "missing field `action`"),
            (r#"{"action": "claim", "bucket": {"SECRET": 1}}"#, "expected a string"),
        ] {
            let report = problem::<claim_file::Input>(event);
            assert!(report.contains(found), "{event}: {report}");
            assert!(!report.contains("SECRET"), "{event}: {report}");
        }
    }

    #[test]
    fn a_fault_inside_is_found_by_its_path() {
        let event = r#"{"run": {"correlation_id": "c", "started_at": "SECRET"}}"#;
        let report = problem::<validate_and_partition::Input>(event);
        assert!(report.contains("at=run.started_at"), "{report}");
        assert!(!report.contains("SECRET"), "{report}");
    }
}
