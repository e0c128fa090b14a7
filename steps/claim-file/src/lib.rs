//! The step `claim-file`: a file is processed once, however often its event is delivered, whatever
//! crashes and whoever retries.
//!
//! `claim` decides whether an execution may work on a file, and fixes where its run writes.
//! `complete` publishes the manifest, closes the ledger record and announces the run. `fail` marks
//! the run of an execution that failed. All three may be repeated at any time.

mod claim;
mod complete;
mod config;
mod fail;
mod new_run;
mod output_names;
mod ports;
mod refusal;

use pipeline_core::{
    error::StepResult,
    steps::claim_file::{ClaimOutput, CompleteOutput, FailOutput, Input},
};
use serde::Serialize;

pub use self::{config::Config, ports::Ports};

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
