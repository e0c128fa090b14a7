//! A run: one execution's work on one version of a file, with everything that its first claim fixed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use contract::reject::Refusal;

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

/// How a run that did its job ended. The names are those of the terminal states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// There are valid records, with facts and an analysis of them.
    Completed,
    /// There are records, and none is valid.
    AllRecordsRejected,
    /// The file has a header and no record.
    NoRecords,
    /// The file as a whole was turned away.
    FileRefused,
}

impl Outcome {
    /// The name of the terminal state.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "Completed",
            Self::AllRecordsRejected => "AllRecordsRejected",
            Self::NoRecords => "NoRecords",
            Self::FileRefused => "FileRefused",
        }
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

/// Everything that the steps found out about a run, in the words of the manifest and the report.
///
/// The state machine gathers it; it holds keys, counts and hashes, never rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResults {
    /// How the run ends.
    pub outcome: Outcome,
    /// Why the file was refused, where it was.
    #[serde(default)]
    pub refusal: Option<Refusal>,
    /// What validation found; absent where the file was refused before it was read.
    #[serde(default)]
    pub validation: Option<crate::steps::validate_and_partition::Output>,
    /// What was aggregated; absent where no record is valid.
    #[serde(default)]
    pub aggregation: Option<crate::steps::aggregate::Output>,
    /// What was analysed; absent where no record is valid.
    #[serde(default)]
    pub analysis: Option<crate::steps::analyze::Output>,
    /// The report that was rendered.
    #[serde(default)]
    pub report: Option<crate::steps::send_report::RenderOutput>,
}

impl RunResults {
    /// The same results with every duration 0, to compare what two attempts published.
    #[must_use]
    pub fn without_durations(&self) -> Self {
        let mut results = self.clone();
        if let Some(validation) = &mut results.validation {
            validation.duration_ms = 0;
        }
        if let Some(aggregation) = &mut results.aggregation {
            aggregation.duration_ms = 0;
        }
        if let Some(analysis) = &mut results.analysis {
            analysis.duration_ms = 0;
        }
        results
    }
}
