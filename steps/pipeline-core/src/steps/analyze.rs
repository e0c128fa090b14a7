//! `analyze`: states `Analyze` and `AnalyzeWithoutModel`.

use serde::{Deserialize, Serialize};

use super::aggregate;
use crate::run::{Execution, PublishedObject, Run};

/// The run whose facts are to be analysed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    /// The execution, for the domain event.
    pub execution: Execution,
    /// The run.
    pub run: Run,
    /// What was aggregated: where the facts are, and their hash.
    pub aggregation: aggregate::Output,
    /// False in `AnalyzeWithoutModel`: the deterministic analyst is asked at once.
    #[serde(default = "yes")]
    pub use_model: bool,
    /// Why the model is not asked, where an error of it led here.
    #[serde(default)]
    pub degraded_because: Option<String>,
}

fn yes() -> bool {
    true
}

/// The analysis is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// `analysis.json`
    pub analysis: PublishedObject,
    /// `analysis_<epoch>_<first 8 of the correlation id>`
    pub analysis_id: String,
    /// Who wrote it: a model id or `deterministic`.
    pub model: String,
    /// SHA-256 of the prompt, where a model was asked.
    pub prompt_sha256: Option<String>,
    /// Whether a model was wanted and the deterministic analyst had to stand in.
    pub degraded: bool,
    /// Statements of the model that were turned away and replaced by the deterministic analyst's.
    #[serde(default)]
    pub replaced_statements: u64,
    /// Anomalies of high severity, and of any: the verdict of the report.
    pub anomalies: AnomalyCounts,
    /// Tokens that the model read.
    pub input_tokens: u64,
    /// Tokens that the model wrote.
    pub output_tokens: u64,
    /// What the model cost, in US dollars.
    pub cost_usd: f64,
    /// How long it took.
    pub duration_ms: u64,
}

/// How many anomalies there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomalyCounts {
    /// Of high severity.
    pub high: u64,
    /// Of any severity.
    pub total: u64,
}
