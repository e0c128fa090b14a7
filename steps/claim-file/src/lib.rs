//! The step `claim-file`: a file is processed once, however often its event is delivered, whatever
//! crashes and whoever retries.
//!
//! `claim` decides whether an execution may work on a file, and fixes where its run writes.
//! `complete` publishes the manifest, closes the ledger record and announces the run. `fail` marks
//! the run of an execution that failed. All three may be repeated at any time.

mod claim;
mod complete;
mod fail;
mod new_run;
mod output_names;
mod refusal;

use chrono::TimeDelta;
use pipeline_core::{
    error::StepResult,
    ports::{Clock, EventBus, ExecutionProbe, Ledger, ObjectStore, SendLog},
    steps::claim_file::{ClaimOutput, CompleteOutput, FailOutput, Input},
};
use serde::Serialize;

/// What the step needs from the world.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The bucket.
    pub store: &'a dyn ObjectStore,
    /// The table of claims.
    pub ledger: &'a dyn Ledger,
    /// The marks of the mails: whether the report of a completed run is due.
    pub send_log: &'a dyn SendLog,
    /// Whether an owner still lives.
    pub executions: &'a dyn ExecutionProbe,
    /// Where domain events go.
    pub events: &'a dyn EventBus,
    /// The time, for leases and the manifest's `completed_at`.
    pub clock: &'a dyn Clock,
}

/// How the step works.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a claim holds by itself. It outlasts the state machine's `TimeoutSeconds` and the
    /// longest task that may still run when the machine has timed out.
    pub lease: TimeDelta,
    /// The largest file that is read.
    pub max_size_bytes: u64,
    /// The dataset of files that lie directly in `input/`.
    pub default_dataset: String,
    /// The version that the manifest names.
    pub program_version: String,
}

impl Config {
    /// A lease of two and a half hours, files of up to 5 GiB.
    pub fn new(default_dataset: impl Into<String>, program_version: impl Into<String>) -> Self {
        Self {
            lease: TimeDelta::minutes(150),
            max_size_bytes: 5 << 30,
            default_dataset: default_dataset.into(),
            program_version: program_version.into(),
        }
    }
}

/// The answer to one [`Input`], as plain JSON.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Output {
    /// To a claim.
    Claim(Box<ClaimOutput>),
    /// To a completion.
    Complete(CompleteOutput),
    /// To a failure.
    Fail(Box<FailOutput>),
}

/// Does what the input's `action` says.
///
/// A claim is `InvalidEvent` if the key does not lie under `input/`, `ObjectNotFound` if the object
/// or the event's version of it is gone, `Contract` if its dataset has no contract that loads, and
/// `Throttled` if other executions keep getting in between. A completion is `PreconditionFailed` if
/// the run belongs to another execution or another manifest is published, and `Internal` if the
/// results contradict themselves or what is published.
pub async fn run(input: Input, ports: Ports<'_>, config: &Config) -> StepResult<Output> {
    match input {
        Input::Claim(input) => {
            Ok(Output::Claim(Box::new(claim::claim(&input, ports, config).await?)))
        }
        Input::Complete(input) => {
            Ok(Output::Complete(complete::complete(*input, ports, config).await?))
        }
        Input::Fail(input) => {
            Ok(Output::Fail(Box::new(fail::fail(&input.event.detail, ports).await?)))
        }
    }
}
