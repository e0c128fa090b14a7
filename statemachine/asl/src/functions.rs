//! The port to the functions that Task states call.

use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use crate::clock::Clock;

/// The functions that the caller of the interpreter provides, looked up by name.
pub trait Functions {
    /// Calls the function `name` with `payload`.
    ///
    /// `name` is the part of the ARN after `function:` without version or alias (see
    /// [`Call::arn`]). The future is dropped when the state times out or when another branch
    /// fails, so it must be safe to stop at any `await`.
    fn invoke<'a>(
        &'a self,
        name: &'a str,
        payload: Value,
        call: &'a Call<'a>,
    ) -> LocalBoxFuture<'a, Result<Value, FunctionError>>;
}

/// How a function is called, besides its payload.
pub struct Call<'a> {
    /// The function as the definition names it: an ARN, or a plain name.
    pub arn: &'a str,
    /// The execution's clock, so that a function that waits does so in virtual time too.
    pub clock: &'a dyn Clock,
}

/// How a function fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// The function ran and reported an error. `error_type` becomes the state's Error; its Cause
    /// is the payload that Lambda returns, as JSON text.
    #[error("{error_type}: {error_message}")]
    Failed {
        /// The stable name that `Retry` and `Catch` match.
        error_type: String,
        /// The message for people.
        error_message: String,
    },
    /// There is no such function: `Lambda.ResourceNotFoundException`.
    #[error("function not found")]
    NotFound,
}

impl FunctionError {
    /// An error that the function itself reports.
    pub fn failed(error_type: impl Into<String>, error_message: impl Into<String>) -> Self {
        Self::Failed { error_type: error_type.into(), error_message: error_message.into() }
    }

    /// The Error and Cause of the Task state that called the function `arn`.
    pub(crate) fn into_error_and_cause(self, arn: &str) -> (String, String) {
        match self {
            Self::Failed { error_type, error_message } => {
                let payload = json!({ "errorMessage": error_message, "errorType": error_type });
                (error_type, payload.to_string())
            }
            Self::NotFound => {
                let cause =
                    format!("Function not found: {arn} (Service: Lambda, Status Code: 404)");
                ("Lambda.ResourceNotFoundException".to_owned(), cause)
            }
        }
    }
}
