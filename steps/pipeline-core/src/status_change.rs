//! The event that `EventBridge` delivers when an execution has ended without success. `claim-file` and
//! `send-report` are called with it.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>

use serde::{Deserialize, Serialize};

use crate::document::sha256_hex;

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

/// The id of the mail about an execution that ended without success, and of its mark in the log of
/// mails. One for each end, since a redriven execution may fail again: `stop_date` is that of
/// [`StatusChange`]. Safe as a file name, and still different for different names.
pub fn failure_mail_id(execution_name: &str, stop_date: Option<i64>) -> String {
    let end = stop_date.map(|milliseconds| format!("-{milliseconds}")).unwrap_or_default();
    let is_safe = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    if execution_name.chars().all(is_safe) && !execution_name.starts_with('.') {
        return format!("{execution_name}-Failed{end}");
    }
    let safe = execution_name.replace(|char| !is_safe(char), "_");
    let hash = sha256_hex(execution_name.as_bytes());
    format!("{}-{}-Failed{end}", safe.trim_start_matches('.'), hash.get(..8).unwrap_or_default())
}
