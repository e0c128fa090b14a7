//! `claim-file`: states `ClaimFile` (claim), `CompleteRun` (complete) and the failure rule (fail).

use chrono::{DateTime, Utc};
use contract::reject::Refusal;
use serde::{Deserialize, Serialize};

use super::send_report::MailStatus;
use crate::{
    results::RunResults,
    run::{Execution, Outcome, Run},
    status_change::StatusChangeEvent,
};

/// What the function is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Input {
    /// Claim the file for this execution.
    Claim(ClaimInput),
    /// Publish the manifest, close the ledger record, announce the run.
    Complete(Box<CompleteInput>),
    /// Mark the run as failed, if the failed execution still owns it.
    Fail(FailInput),
}

/// The object of an S3 `Object Created` event and the execution that it started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClaimInput {
    /// `detail.bucket.name`
    pub bucket: String,
    /// `detail.object`
    pub object: EventObject,
    /// The execution.
    pub execution: Execution,
    /// Run again although the content is done already.
    #[serde(default)]
    pub rerun: bool,
}

/// `detail.object` of the event. The key is raw, never URL-encoded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventObject {
    /// The key.
    pub key: String,
    /// The size in bytes.
    #[serde(default)]
    pub size: u64,
    /// Opaque.
    #[serde(default)]
    pub etag: String,
    /// Present where the bucket is versioned.
    #[serde(default, rename = "version-id", skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
}

/// What the claim decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decision {
    /// The run is this execution's.
    Claimed,
    /// The same content is done already.
    Duplicate,
    /// Another execution works on it.
    InProgress,
    /// The run is this execution's, and its file is to be refused unread.
    Refused,
    /// The run is complete, but its owner died before the report: only the report is due.
    ReportDue,
}

/// The outcome of a claim.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClaimOutput {
    /// What to do.
    pub decision: Decision,
    /// The run; of a duplicate the earlier one.
    pub run: Run,
    /// Whether an earlier, dead or failed execution's run was taken over.
    pub adopted: bool,
    /// Why the file is refused.
    pub refusal: Option<Refusal>,
    /// The execution that owns or completed the run, where it is not this one.
    pub owner: Option<Execution>,
    /// How the earlier run ended, of a duplicate or where only the report is due.
    pub outcome: Option<Outcome>,
    /// When the earlier run was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// What became of the earlier run's mail: `SENT`, `DISABLED`, `AMBIGUOUS` or `NOT_SENT`;
    /// `None` while it is being sent.
    pub mail: Option<MailStatus>,
}

/// The run's results, to be made final.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CompleteInput {
    /// The run.
    pub run: Run,
    /// The execution that must own it.
    pub execution: Execution,
    /// What the steps found out.
    pub results: RunResults,
}

/// The manifest is published, the ledger closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CompleteOutput {
    /// The manifest's key.
    pub manifest: String,
    /// The outcome, as in the ledger.
    pub outcome: Outcome,
}

/// An execution that ended without success.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailInput {
    /// The event as `EventBridge` delivers it.
    pub event: StatusChangeEvent,
}

/// Whether the record was marked as failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailOutput {
    /// False where the execution owns no unfinished run.
    pub failed: bool,
    /// The run, where the execution owned one.
    pub run: Option<Run>,
}
