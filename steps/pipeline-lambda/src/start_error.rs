//! Why a function cannot start, or cannot go on.

use lambda_runtime::Error as BoxError;
use pipeline_core::error::{ErrorKind, StepError};

/// Why a function cannot start, or cannot go on.
#[derive(Debug)]
pub struct StartError {
    /// As Lambda names such errors: `Runtime.ConfigInvalid` for the environment,
    /// `Runtime.UnknownReason` for a panic. `None` where Lambda itself does not answer.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>
    pub(crate) error_type: Option<&'static str>,
    pub(crate) message: String,
}

impl StartError {
    /// A variable is missing or malformed. Its value stays out of the message: it may be an address.
    pub(crate) fn configuration(variable: &str, problem: &str) -> Self {
        let message = format!("the environment variable {variable} {problem}");
        Self { error_type: Some("Runtime.ConfigInvalid"), message }
    }

    /// The Runtime API does not answer as it should.
    pub(crate) fn runtime(error: BoxError) -> Self {
        let message = "the Lambda Runtime API fails";
        let error = StepError::new(ErrorKind::DependencyUnavailable, message).because(error);
        Self { error_type: None, message: error.report() }
    }

    /// The start panicked with this message.
    pub(crate) fn panicked(panic: &str) -> Self {
        let message = format!("the function panicked at its start: {panic}");
        Self { error_type: Some("Runtime.UnknownReason"), message }
    }
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StartError {}
