//! Why a function cannot start, or cannot go on.

use lambda_runtime::Error as BoxError;

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
    pub(crate) fn runtime(error: &BoxError) -> Self {
        let mut message = format!("the Lambda Runtime API fails: {error}");
        let mut source = error.source();
        while let Some(error) = source {
            message.push_str(": ");
            message.push_str(&error.to_string());
            source = error.source();
        }
        Self { error_type: None, message }
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
