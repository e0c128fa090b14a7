//! Renders the report and sends it, at most once.
//!
//! `render` writes the copy for the browser before the manifest, so that the manifest can vouch for
//! it; `send` mails a completed run, and reads everything from its manifest; `failure` mails that an
//! execution failed.

mod advice;
mod attachment;
mod config;
mod delivery;
mod escape;
mod evidence;
mod failure;
mod figure;
mod headline;
mod mail;
mod page;
mod ports;
mod report;
mod send;
mod template;

use pipeline_core::{
    error::StepResult,
    results::RenderedReport,
    steps::send_report::{Input, SendOutput},
};
use serde::Serialize;

pub use config::{ATTACHMENT_LIMIT_BYTES, Config, Links};
pub use ports::Ports;

/// What the step gives back: the plain output of the action that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Output {
    /// Of `render`.
    Rendered(RenderedReport),
    /// Of `send` and `failure`.
    Mailed(SendOutput),
}

/// Renders, or sends.
///
/// A mail that was not sent is an error only where it was definitely refused: `Throttled` and
/// `DependencyUnavailable` are worth another try, `EmailRefused` and `Environment` are not.
pub async fn run(input: Input, ports: Ports<'_>, config: &Config) -> StepResult<Output> {
    match input {
        Input::Render(input) => page::render(&input, ports, config).await.map(Output::Rendered),
        Input::Send(input) => send::run(&input, ports, config).await.map(Output::Mailed),
        Input::Failure(input) => failure::run(&input, ports, config).await.map(Output::Mailed),
    }
}
