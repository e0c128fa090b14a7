//! A function that does what its event says, and fails in every way there is.

use std::process::ExitCode;

use pipeline_core::error::{ErrorKind, StepError, StepResult};
use pipeline_lambda::{Function, Metrics, StartError};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
enum Input {
    Echo { text: String },
    Fail { kind: String },
    Panic { text: String },
    PanicElsewhere,
    PanicAside,
    Warn,
    Oversize { bytes: usize },
    Measure { read: u64, rejected: u64, dataset: String },
}

async fn step(input: Input) -> StepResult<(Value, Option<Metrics>)> {
    let error = |kind| StepError::new(kind, "it was asked for").with("key", "input/x.csv");
    match input {
        Input::Echo { text } => {
            let trace = std::env::var("_X_AMZN_TRACE_ID").ok();
            Ok((json!({"length": text.len(), "trace": trace}), None))
        }
        Input::Fail { kind } => {
            let kind = ErrorKind::ALL.into_iter().find(|known| known.as_str() == kind);
            Err(error(kind.unwrap_or(ErrorKind::Internal)).because("the reason"))
        }
        #[expect(clippy::panic, reason = "it is what the tests ask for")]
        Input::Panic { text } => panic!("slicing the middle of `{text}` is wrong"),
        Input::PanicElsewhere => {
            let outcome = std::thread::spawn(|| panics("on a thread")).join();
            outcome.map_err(|_| error(ErrorKind::Internal))?;
            Ok((Value::Null, None))
        }
        Input::PanicAside => {
            let _ = std::thread::spawn(|| panics("aside")).join();
            Ok((Value::Null, None))
        }
        Input::Warn => {
            tracing::warn!(target: "pipeline_aws::s3", error = "denied", "an upload stays");
            tracing::warn!(target: "aws_smithy_runtime", "a payload");
            tracing::info!(target: "pipeline_aws::s3", "nothing to warn of");
            Ok((Value::Null, None))
        }
        Input::Oversize { bytes } => Ok((Value::from("x".repeat(bytes)), None)),
        Input::Measure { read, rejected, dataset } => {
            let metrics = Metrics::in_total_and_by("Dataset", &dataset)
                .count("RecordsRead", read)
                .percent("RejectRate", rejected, read)
                .bytes("SourceBytes", 17)
                .number("CostUsd", f64::NAN);
            Ok((Value::Null, Some(metrics)))
        }
    }
}

#[expect(clippy::panic, reason = "it is what the tests ask for")]
fn panics(whence: &str) {
    panic!("{whence}");
}

async fn function(function: &Function) -> Result<(), StartError> {
    if function.environment().switch("PROBE_PANICS_AT_START")? {
        panics("at the start");
    }
    function.serve(step).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    pipeline_lambda::run("probe", function).await
}
