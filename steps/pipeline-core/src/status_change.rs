//! The event that `EventBridge` delivers when an execution has ended without success. `claim-file` and
//! `send-report` are called with it.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>

use serde::{Deserialize, Serialize};

/// A `Step Functions Execution Status Change` event: the part of it that is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StatusChangeEvent {
    /// The detail.
    pub detail: StatusChange,
}

/// `detail` of the event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusChange {
    /// The execution's ARN.
    pub execution_arn: String,
    /// The execution's name.
    pub name: String,
    /// `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// Milliseconds since the epoch.
    pub start_date: i64,
    /// Milliseconds since the epoch.
    #[serde(default)]
    pub stop_date: Option<i64>,
    /// The execution's input, as JSON text.
    #[serde(default)]
    pub input: Option<String>,
    /// The error's name.
    #[serde(default)]
    pub error: Option<String>,
    /// The error's cause.
    #[serde(default)]
    pub cause: Option<String>,
}
