//! The start of a function, and the report of a start that failed.

use std::{panic::AssertUnwindSafe, process::ExitCode};

use futures_util::FutureExt;
use lambda_runtime::Error as BoxError;
use lambda_runtime_api_client::{PooledClient, body::Body, build_request};
use serde_json::{Value, json};

use crate::{
    Environment, Function, StartError, failure,
    log::{Level, Log},
    panics, warnings,
};

/// Variables that Lambda sets; `lambda_runtime` panics without them.
const OF_LAMBDA: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// The whole of a function's `main`: `start` reads the environment, connects, and serves the step.
///
/// A start that fails is logged and reported to Lambda by name, so that the function does not hang
/// until its timeout, and the process ends with a failure.
pub async fn run(
    step: &'static str,
    start: impl AsyncFnOnce(&Function) -> Result<(), StartError>,
) -> ExitCode {
    let environment = Environment::of_process();
    let log = Log::new(&environment);
    if let Some(variable) = OF_LAMBDA.iter().find(|name| environment.optional(name).is_none()) {
        let message = format!("this is a Lambda function, and Lambda sets {variable}");
        log.write(Level::Error, "cannot start", &fields(step, &message));
        return ExitCode::FAILURE;
    }
    panics::keep(log);
    warnings::subscribe(log);
    let function = Function { step, environment, log };
    let result = AssertUnwindSafe(start(&function)).catch_unwind().await;
    let error = match result {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(error)) => error,
        Err(_) => StartError::panicked(&panics::take().unwrap_or_default()),
    };
    let Some(error_type) = error.error_type else {
        log.write(Level::Error, "cannot go on", &fields(step, &error.message));
        return ExitCode::FAILURE;
    };
    log.write(Level::Error, "cannot start", &fields(step, &error.message));
    if let Err(error) = report(error_type, error.message).await {
        let fields = fields(step, &error.to_string());
        log.write(Level::Error, "the failed start was not reported", &fields);
    }
    ExitCode::FAILURE
}

fn fields(step: &str, message: &str) -> Value {
    json!({"step": step, "error_message": message})
}

/// Tells Lambda that the start failed.
async fn report(error_type: &str, message: String) -> Result<(), BoxError> {
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("Lambda-Runtime-Function-Error-Type", error_type)
        .body(Body::from(serde_json::to_vec(&failure::named(error_type, message))?))?;
    let response = PooledClient::builder().build().call(request).await?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(format!("the Runtime API answered {status}").into()),
    }
}
