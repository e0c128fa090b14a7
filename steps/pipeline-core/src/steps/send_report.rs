//! `send-report`: states `RenderReport` and `SendReport`, and the failure rule.

use serde::{Deserialize, Serialize};

use crate::{
    results::RunResults,
    run::{Execution, Outcome, Run},
    status_change::StatusChangeEvent,
};

/// What the function is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Input {
    /// Write `report.html`.
    Render(Box<RenderInput>),
    /// Mail the report of a completed run, at most once. Everything is read from its manifest.
    Send(Box<SendInput>),
    /// Mail that an execution failed, at most once.
    Failure(FailureInput),
}

/// The results to render.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenderInput {
    /// The run.
    pub run: Run,
    /// What the steps found out.
    pub results: RunResults,
}

/// The run whose report is to be mailed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendInput {
    /// The run.
    pub run: Run,
    /// The execution, for the link.
    pub execution: Execution,
    /// The outcome: a mail is sent at most once for each run and outcome.
    pub outcome: Outcome,
}

/// A failed execution's event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailureInput {
    /// The event as `EventBridge` delivers it.
    pub event: StatusChangeEvent,
}

/// What became of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailStatus {
    /// Sent now.
    Sent,
    /// Sent by an earlier attempt.
    AlreadySent,
    /// An attempt ended without an answer. Never repeated, so that no one gets two.
    Ambiguous,
    /// Mail is switched off.
    Disabled,
    /// No attempt has been made, or each was definitely refused.
    NotSent,
}

/// The mail's fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendOutput {
    /// The status.
    pub mail: MailStatus,
    /// The message id, where it was sent.
    pub message_id: Option<String>,
}
