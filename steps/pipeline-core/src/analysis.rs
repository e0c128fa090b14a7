//! `analysis.json`: what a model, or the deterministic analyst, says about the facts.

use chrono::{DateTime, Utc};
use contract::named_enum;
use serde::{Deserialize, Serialize};

/// The version of the shape.
pub const SCHEMA_VERSION: &str = "1.0";

/// [`Analysis::model`] of the deterministic analyst.
pub const DETERMINISTIC: &str = "deterministic";

/// The kind of the anomalies that are found in the data itself, such as a high reject rate, whatever
/// kinds the contract names. They are computed, also beside a model's answer.
pub const DATA_QUALITY: &str = "data_quality";

named_enum! {
    /// A level of confidence, severity or priority; the highest is the first.
    pub enum Level {
        /// High.
        High = "high",
        /// Medium.
        Medium = "medium",
        /// Low.
        Low = "low",
    }
}

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insight {
    /// A kind that the contract names.
    #[serde(rename = "type")]
    pub kind: String,
    /// One or two sentences with their numbers.
    pub description: String,
    /// How sure the author is.
    pub confidence: Level,
    /// Numbers in the description that the facts do not hold; empty is verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unverified_numbers: Vec<String>,
}

/// Something odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anomaly {
    /// A kind that the contract names.
    #[serde(rename = "type")]
    pub kind: String,
    /// One or two sentences with their numbers.
    pub description: String,
    /// How bad it is.
    pub severity: Level,
    /// Numbers in the description that the facts do not hold; empty is verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unverified_numbers: Vec<String>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// A kind that the contract names.
    pub category: String,
    /// What to do, and by which numbers.
    pub action: String,
    /// How urgent it is.
    pub priority: Level,
    /// Numbers in the action that the facts do not hold; empty is verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unverified_numbers: Vec<String>,
}

/// The analysis, as it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// [`SCHEMA_VERSION`]
    pub schema_version: String,
    /// `analysis_<epoch>_<first 8 of the correlation id>`
    pub analysis_id: String,
    /// The run.
    pub correlation_id: String,
    /// A model id, or `deterministic`.
    pub model: String,
    /// Whether a model was wanted and the deterministic analyst had to stand in, and why.
    pub degraded_because: Option<String>,
    /// What is worth knowing.
    pub insights: Vec<Insight>,
    /// What is odd.
    pub anomalies: Vec<Anomaly>,
    /// What to do.
    pub recommendations: Vec<Recommendation>,
    /// A few sentences for somebody who reads nothing else.
    pub summary: String,
    /// Numbers in the summary that the facts do not hold; empty is verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary_unverified_numbers: Vec<String>,
    /// Statements, the summary among them, with a number that the facts do not hold.
    pub unverified_statements: u64,
    /// SHA-256 of the prompt, where a model was asked.
    pub prompt_sha256: Option<String>,
    /// Tokens that the model read.
    pub input_tokens: u64,
    /// Tokens that the model wrote.
    pub output_tokens: u64,
    /// What the model cost, in US dollars.
    pub cost_usd: f64,
}

/// An analysis as the table of analyses keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalysisItem {
    /// The analysis.
    #[serde(flatten)]
    pub analysis: Analysis,
    /// The key of the file that was aggregated.
    pub processed_file: String,
    /// The key of the file that was dropped.
    pub source_file: String,
    /// Records that the facts are about.
    pub records_analyzed: u64,
    /// The run's start.
    pub analysis_timestamp: DateTime<Utc>,
    /// Whether the report was sent.
    pub notification_sent: bool,
    /// When.
    pub notification_timestamp: Option<DateTime<Utc>>,
    /// Seconds since the epoch after which the item may go: 30 days after the run's start.
    pub ttl: i64,
}
