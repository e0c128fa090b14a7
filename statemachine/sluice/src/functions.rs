//! The functions that the state machine calls, by name: each step with the ports of a data folder.

use std::sync::Arc;

use asl::{Call, FunctionError, Functions};
use contract::wording::bounded;
use futures_util::future::LocalBoxFuture;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::SystemClock,
};
use pipeline_local::DataFolder;
use program_version::PROGRAM_VERSION;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    dataset::DEFAULT_DATASET,
    terminal::{Progress, count},
};

/// Who the mails of a laptop are from and to. They lie in the outbox; nothing is sent.
const ADDRESS: &str = "sluice@localhost";

/// How long the message of an error may be. Written as JSON it then fits into a cause, as it does on
/// Lambda.
const MAX_MESSAGE_CHARS: usize = 5_000;

/// The steps over a data folder.
#[derive(Clone)]
pub(crate) struct StepFunctions {
    folder: Arc<DataFolder>,
    progress: Progress,
}

impl StepFunctions {
    /// `progress` is told how far a validation is.
    pub(crate) fn new(folder: Arc<DataFolder>, progress: Progress) -> Self {
        Self { folder, progress }
    }

    /// Calls a step. `InvalidEvent` if there is none of this name, or its input is not one.
    pub(crate) async fn call(&self, name: &str, payload: Value) -> StepResult<Value> {
        let folder = &*self.folder;
        let (store, database, clock) = (&folder.store, &folder.database, &SystemClock);
        match name {
            "claim-file" => {
                let ports = claim_file::Ports {
                    store,
                    ledger: database,
                    send_log: database,
                    executions: &folder.executions,
                    events: &folder.events,
                    clock,
                };
                let config = claim_file::Config::new(DEFAULT_DATASET, PROGRAM_VERSION);
                output(claim_file::run(input(name, payload)?, ports, &config).await?)
            }
            "validate-and-partition" => {
                let tell = |at: validate_and_partition::Progress| {
                    self.progress.doing(&format!(
                        "ValidateAndPartition: {} records, {} rejected",
                        count(at.records),
                        count(at.rejected)
                    ));
                };
                let ports = validate_and_partition::Ports {
                    store,
                    events: &folder.events,
                    clock,
                    progress: Some(&tell),
                };
                let config = validate_and_partition::Config::default();
                output(validate_and_partition::run(input(name, payload)?, ports, config).await?)
            }
            "aggregate" => {
                let ports = aggregate::Ports { store, clock };
                let config = aggregate::Config::default();
                output(aggregate::run(input(name, payload)?, ports, &config).await?)
            }
            "analyze" => {
                let ports = analyze::Ports {
                    store,
                    analyses: database,
                    events: &folder.events,
                    model: None,
                    clock,
                };
                let config = analyze::Config::default();
                output(analyze::run(&input(name, payload)?, ports, &config).await?)
            }
            "send-report" => {
                let ports = send_report::Ports {
                    store,
                    send_log: database,
                    analyses: database,
                    mailer: Some(&folder.outbox),
                    clock,
                };
                let config = send_report::Config {
                    from: ADDRESS.to_owned(),
                    from_name: "Sluice".to_owned(),
                    to: vec![ADDRESS.to_owned()],
                    attach_rejected: true,
                    attachment_limit_bytes: send_report::ATTACHMENT_LIMIT_BYTES,
                    links: links_of(folder),
                    program_version: PROGRAM_VERSION.to_owned(),
                };
                output(send_report::run(input(name, payload)?, ports, &config).await?)
            }
            _ => Err(StepError::new(ErrorKind::InvalidEvent, "there is no such function")
                .with("function", name)),
        }
    }
}

/// A mail's links open the files of the data folder, unless its path is one that a URL would have to
/// encode: then the mail names the keys.
fn links_of(folder: &DataFolder) -> send_report::Links {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/-._~".contains(character);
    let root = folder.root().to_str().filter(|root| root.chars().all(plain));
    send_report::Links {
        mail: root.map(|root| format!("file://{root}/{{key}}")),
        ..Default::default()
    }
}

fn input<T: DeserializeOwned>(function: &str, payload: Value) -> StepResult<T> {
    serde_json::from_value(payload).map_err(|error| {
        StepError::new(ErrorKind::InvalidEvent, "the input is not what the function accepts")
            .with("function", function)
            .because(error)
    })
}

fn output(output: impl Serialize) -> StepResult<Value> {
    serde_json::to_value(output).map_err(|error| {
        StepError::new(ErrorKind::Internal, "the output cannot be written as JSON").because(error)
    })
}

impl Functions for StepFunctions {
    /// A step runs on a thread of its own, so that the state's timeout and the progress line go on
    /// while it works. Dropping the future stops the step where it next waits.
    fn invoke<'a>(
        &'a self,
        name: &'a str,
        payload: Value,
        _call: &'a Call<'a>,
    ) -> LocalBoxFuture<'a, Result<Value, FunctionError>> {
        let (functions, name) = (self.clone(), name.to_owned());
        Box::pin(async move {
            let mut step = JoinSet::new();
            step.spawn(async move { functions.call(&name, payload).await });
            match step.join_next().await {
                Some(Ok(Ok(output))) => Ok(output),
                Some(Ok(Err(error))) => {
                    let message = bounded(&error.report(), MAX_MESSAGE_CHARS);
                    Err(FunctionError::failed(error.kind().as_str(), message))
                }
                Some(Err(panic)) => {
                    Err(FunctionError::failed(ErrorKind::Internal.as_str(), panic.to_string()))
                }
                None => Err(FunctionError::NotFound),
            }
        })
    }
}
