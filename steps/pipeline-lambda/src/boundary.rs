//! The boundary of a function: where a failure gets its name, is logged once, and time is taken.

use std::{panic::AssertUnwindSafe, time::Instant};

use futures_util::FutureExt;
use lambda_runtime::{Diagnostic, LambdaEvent};
use pipeline_core::error::{ErrorKind, StepError, StepResult};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    correlation::Correlation,
    event::Event,
    failure,
    log::{Level, Log},
    metrics::{self, Metrics},
    panics,
};

/// The most bytes of an output. Lambda would take 6 MB, but what a state gives to the next has 256 KiB,
/// with Lambda's envelope and what the state machine puts beside it; beyond that the execution fails with
/// `States.DataLimitExceeded`, which no `Retry` and no `Catch` sees.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
const MAX_OUTPUT_BYTES: usize = 192 * 1024;

/// One function's boundary.
#[derive(Debug)]
pub(crate) struct Boundary {
    pub(crate) step: &'static str,
    pub(crate) pipeline: String,
    pub(crate) log: Log,
}

impl Boundary {
    /// Calls the step with an event.
    pub(crate) async fn call<I, O>(
        &self,
        step: &impl AsyncFn(I) -> StepResult<(O, Option<Metrics>)>,
        event: LambdaEvent<Event>,
    ) -> Result<Value, Diagnostic>
    where
        I: DeserializeOwned,
        O: Serialize,
    {
        let started = Instant::now();
        let correlation = Correlation::new(self.step, &event.payload, &event.context);
        self.log.write(Level::Info, "started", &correlation);
        let result = async {
            let (output, metrics) = step(event.payload.into_input()?).await?;
            Ok((checked(&output)?, metrics))
        };
        // A step leaves nothing half done in memory: its ports are connections, its state is in AWS.
        let result = AssertUnwindSafe(result)
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(StepError::new(ErrorKind::Internal, "the function panicked")));
        let result = self.with_panic(result, &correlation);
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let duration = Metrics::by("Step", &self.step).milliseconds("StepDuration", duration_ms);
        let (answer, metrics) = match result {
            Ok((output, metrics)) => (Ok(output), metrics),
            Err(error) => (Err(self.failure(&error, &correlation)), None),
        };
        let metrics: Vec<Metrics> = std::iter::once(duration).chain(metrics).collect();
        self.log.write_metrics(&metrics::document(&self.pipeline, &metrics, &correlation));
        answer
    }

    /// Adds the panic to the error if it made the step fail. Any other panic is logged.
    fn with_panic<T>(&self, result: StepResult<T>, correlation: &Correlation) -> StepResult<T> {
        match (panics::take(), result) {
            (Some(panic), Err(error)) if error.kind() == ErrorKind::Internal => {
                Err(match std::error::Error::source(&error) {
                    Some(_) => error.with("panic", panic),
                    None => error.because(panic),
                })
            }
            (Some(panic), result) => {
                let fields = correlation.with(json!({"error_message": panic}));
                self.log.write(Level::Error, "panicked", &fields);
                result
            }
            (None, result) => result,
        }
    }

    fn failure(&self, error: &StepError, correlation: &Correlation) -> Diagnostic {
        let failure = failure::of_step(error);
        let fields = json!({
            "error_type": failure.error_type,
            "error_message": failure.error_message,
            "is_retryable": error.kind().is_retryable(),
        });
        self.log.write(Level::Error, "failed", &correlation.with(fields));
        failure
    }
}

/// The output as JSON, if a state can carry it.
fn checked(output: &impl Serialize) -> StepResult<Value> {
    let error = |message| StepError::new(ErrorKind::Internal, message);
    let output = serde_json::to_value(output)
        .map_err(|problem| error("the output cannot be written as JSON").because(problem))?;
    let size_bytes = output.to_string().len();
    if size_bytes > MAX_OUTPUT_BYTES {
        return Err(error("the output is larger than a state may pass on")
            .with("size_bytes", size_bytes)
            .with("limit_bytes", MAX_OUTPUT_BYTES));
    }
    Ok(output)
}
