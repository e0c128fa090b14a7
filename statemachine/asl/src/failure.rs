//! Why a state, and in the end an execution, fails: AWS's error names and causes.
//!
//! Names: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>.

use serde_json::{Value, json};

pub(crate) const ALL: &str = "States.ALL";
pub(crate) const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
pub(crate) const EXCEED_TOLERATED_FAILURE_THRESHOLD: &str =
    "States.ExceedToleratedFailureThreshold";
pub(crate) const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
pub(crate) const ITEM_READER_FAILED: &str = "States.ItemReaderFailed";
pub(crate) const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";
pub(crate) const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
pub(crate) const RESULT_WRITER_FAILED: &str = "States.ResultWriterFailed";
pub(crate) const RUNTIME: &str = "States.Runtime";
pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
pub(crate) const TIMEOUT: &str = "States.Timeout";

/// How long a cause may be, in characters; what is behind is cut off. Without a bound, a cause that
/// quotes the input, caught and quoted again, doubles its backslashes at each round.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_EvaluationFailedEventDetails.html>
const MAX_CAUSE_CHARS: usize = 32_768;

/// An error that a state reports. A Fail state may leave out either part.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub(crate) error: Option<String>,
    cause: Option<String>,
}

impl Failure {
    pub(crate) fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::of(Some(error.into()), Some(cause.into()))
    }

    pub(crate) fn of(error: Option<String>, mut cause: Option<String>) -> Self {
        if let Some(cause) = &mut cause
            && let Some((end, _)) = cause.char_indices().nth(MAX_CAUSE_CHARS)
        {
            cause.truncate(end);
        }
        Self { error, cause }
    }

    /// At most [`MAX_CAUSE_CHARS`] long.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    pub(crate) fn into_error_and_cause(self) -> (Option<String>, Option<String>) {
        (self.error, self.cause)
    }

    pub(crate) fn runtime(cause: impl Into<String>) -> Self {
        Self::new(RUNTIME, cause)
    }

    /// The result of `name` (a state, or the service it called) is over the payload limit.
    pub(crate) fn data_limit(name: &str) -> Self {
        let cause = format!(
            "The state/task '{name}' returned a result with a size exceeding the maximum number \
             of bytes service limit."
        );
        Self::new(DATA_LIMIT_EXCEEDED, cause)
    }

    pub(crate) fn history_limit() -> Self {
        Self::runtime("The execution reached the maximum number of history events (25000).")
    }

    /// Whether a retrier or catcher with these `ErrorEquals` handles this failure.
    ///
    /// `States.Runtime` is handled by nothing, `States.DataLimitExceeded` by its own name only,
    /// and `States.TaskFailed` stands for everything but `States.Timeout`.
    pub(crate) fn matches(&self, error_equals: &[String]) -> bool {
        let error = self.error.as_deref().unwrap_or_default();
        if error == RUNTIME {
            return false;
        }
        error_equals.iter().any(|name| match name.as_str() {
            ALL => error != DATA_LIMIT_EXCEEDED,
            TASK_FAILED => !matches!(error, DATA_LIMIT_EXCEEDED | TIMEOUT | HEARTBEAT_TIMEOUT),
            TIMEOUT => matches!(error, TIMEOUT | HEARTBEAT_TIMEOUT),
            name => name == error,
        })
    }

    /// What a catcher sees as `$states.errorOutput`, and passes on when it has no `Output`.
    pub(crate) fn error_output(&self) -> Value {
        let mut output = json!({});
        if let Some(error) = &self.error {
            output["Error"] = json!(error);
        }
        if let Some(cause) = &self.cause {
            output["Cause"] = json!(cause);
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &str, error_equals: &[&str], expect: bool) {
        let names: Vec<String> = error_equals.iter().map(ToString::to_string).collect();
        assert_eq!(Failure::new(error, "").matches(&names), expect, "{error} {error_equals:?}");
    }

    #[test]
    fn which_error_names_match() {
        check("Mine", &["Other", "Mine"], true);
        check("Mine", &["mine"], false);
        check("Mine", &[ALL], true);
        check("Mine", &[TASK_FAILED], true);
        check(TIMEOUT, &[TASK_FAILED], false);
        check(TIMEOUT, &[ALL], true);
        check(HEARTBEAT_TIMEOUT, &[TIMEOUT], true);
        check(TIMEOUT, &[HEARTBEAT_TIMEOUT], false);
        check(DATA_LIMIT_EXCEEDED, &[ALL, TASK_FAILED], false);
        check(DATA_LIMIT_EXCEEDED, &[DATA_LIMIT_EXCEEDED], true);
        check(RUNTIME, &[ALL, RUNTIME, TASK_FAILED], false);
    }
}
