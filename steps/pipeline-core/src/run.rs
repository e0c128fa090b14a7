//! A run: one execution's work on one version of a file, with everything that its first claim fixed.

use chrono::{DateTime, Utc};
use contract::named_enum;
use serde::{Deserialize, Serialize};

/// A file in the bucket, pinned to the version that the event announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceObject {
    /// The bucket's name; on a laptop `local`, whatever the data folder is called.
    pub bucket: String,
    /// The key, raw as `EventBridge` gives it.
    pub key: String,
    /// The version that every read names.
    pub version_id: Option<String>,
    /// Opaque; differs for each upload of the same bytes under KMS.
    pub etag: String,
    /// The object's size.
    pub size_bytes: u64,
    /// The full-object checksum, such as `sha256:…`: with key and size the file's content identity.
    pub checksum: String,
}

/// The contract that the first claim pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRef {
    /// The dataset's name, which is the contract's file name without `.json`.
    pub dataset: String,
    /// `contracts/<dataset>.json`.
    pub key: String,
    /// The version that every read names.
    pub version_id: Option<String>,
    /// SHA-256 of the contract's bytes, in lower-case hex.
    pub sha256: String,
}

/// Where a run writes. Fixed by the first claim, so that any retry writes to the same keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputKeys {
    /// `processed/<path>/<base>_processed_<time>.csv`
    pub processed: String,
    /// `rejected/<path>/<base>_rejected_<time>.csv`
    pub rejected: String,
    /// `reports/<run>/facts.json`
    pub facts: String,
    /// `reports/<run>/analysis.json`
    pub analysis: String,
    /// `reports/<run>/report.html`
    pub report: String,
    /// `reports/<run>/manifest.json`
    pub manifest: String,
}

named_enum! {
    /// The objects that a run publishes before its manifest, in the order of publishing. Their names are
    /// those of the members of `outputs`.
    pub enum OutputKind {
        /// The valid rows.
        Processed = "processed",
        /// The rejected rows with their reasons.
        Rejected = "rejected",
        /// The numbers.
        Facts = "facts",
        /// What is said about them.
        Analysis = "analysis",
        /// The report for a browser.
        Report = "report",
    }
}

impl OutputKeys {
    /// The key of an output.
    pub fn key(&self, kind: OutputKind) -> &str {
        match kind {
            OutputKind::Processed => &self.processed,
            OutputKind::Rejected => &self.rejected,
            OutputKind::Facts => &self.facts,
            OutputKind::Analysis => &self.analysis,
            OutputKind::Report => &self.report,
        }
    }
}

/// What the first claim of a file fixed, and whoever takes the run over adopts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The name of the execution that claimed first. It is the `correlation_id` of every output.
    pub correlation_id: String,
    /// The start of that execution: the only time that is written into outputs.
    pub started_at: DateTime<Utc>,
    /// The file.
    pub source: SourceObject,
    /// The contract.
    pub contract: ContractRef,
    /// The outputs.
    pub outputs: OutputKeys,
}

impl Run {
    /// The time written into rows, metadata and reports: RFC 3339 in UTC, to the second.
    pub fn timestamp(&self) -> String {
        self.started_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    /// The id of the mail about the run's outcome, and of its mark in the log of mails.
    pub fn mail_id(&self, outcome: Outcome) -> String {
        format!("{}-{}", self.correlation_id, outcome.as_str())
    }

    /// The id of the run's item in the table of analyses:
    /// `analysis_<epoch>_<first 8 of the correlation id>`.
    pub fn analysis_id(&self) -> String {
        let id: String = self.correlation_id.chars().take(8).collect();
        format!("analysis_{}_{id}", self.started_at.timestamp())
    }
}

named_enum! {
    /// How a run that did its job ended. The names are those of the terminal states.
    pub enum Outcome {
        /// There are valid records, with facts and an analysis of them.
        Completed = "Completed",
        /// There are records, and none is valid.
        AllRecordsRejected = "AllRecordsRejected",
        /// The file has a header and no record.
        NoRecords = "NoRecords",
        /// The file as a whole was turned away.
        FileRefused = "FileRefused",
    }
}

/// The execution that works on a run: `$states.context.Execution`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The execution's ARN.
    pub id: String,
    /// The last part of the ARN.
    pub name: String,
    /// When the execution started.
    pub start_time: DateTime<Utc>,
}

/// An object that a step has published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedObject {
    /// The key.
    pub key: String,
    /// The size.
    pub size_bytes: u64,
    /// SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
}

/// How many records went where. `read = valid + rejected`, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCounts {
    /// Records in the file, the header excluded.
    pub read: u64,
    /// Records in the processed output.
    pub valid: u64,
    /// Records in the rejected output.
    pub rejected: u64,
}
