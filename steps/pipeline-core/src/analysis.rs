//! `analysis.json`: what a model, or the deterministic analyst, says about the facts.
//!
//! A statement consists of claims and of words. A claim is chosen by its author, proven against
//! `facts.json` by code, and worded by code; its figures say which facts they are. Words are their
//! author's: they say why it matters or what to do, and state no quantity.
//!
//! The shape is versioned by [`SCHEMA_VERSION`]. Version 1.0 had texts alone; it is still read, and then
//! a statement has neither claims nor words, and nothing in its text is proven.

use chrono::{DateTime, Utc};
use contract::named_enum;
use serde::{Deserialize, Serialize};

/// The version of the shape.
pub const SCHEMA_VERSION: &str = "2.0";

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

named_enum! {
    /// Who chose the claims of a statement, or wrote its words.
    pub enum Author {
        /// The model that the analysis names.
        Model = "model",
        /// The deterministic analyst.
        Analyst = "deterministic",
    }
}

/// What a statement consists of. Its whole text is the texts of the claims, then the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Basis {
    /// Who chose the claims.
    pub claims_by: Author,
    /// What is proven.
    pub claims: Vec<Claim>,
    /// Who wrote the words.
    pub words_by: Author,
    /// Why it matters or what to do, with the names of subjects filled in. A model's are an opinion.
    pub words: Option<String>,
    /// The words of a model as it wrote them: `{1}` is the subject of the first claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words_as_written: Option<String>,
    /// Where the deterministic analyst's statement stands in for the model's: why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced_because: Vec<String>,
}

impl Default for Basis {
    fn default() -> Self {
        Self {
            claims_by: Author::Analyst,
            claims: Vec::new(),
            words_by: Author::Analyst,
            words: None,
            words_as_written: None,
            replaced_because: Vec::new(),
        }
    }
}

impl Basis {
    /// The whole text: the claims, then the words.
    pub fn text(&self) -> String {
        let claims = self.claims.iter().map(|claim| claim.text.as_str());
        claims.chain(self.words.as_deref()).collect::<Vec<_>>().join(" ")
    }
}

/// A claim that was proven against the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its kind, such as `leader`; the crate `analyze` documents them.
    pub claim: String,
    /// The facts it is about, by their ids, such as `d0g1` for `/dimensions/0/groups/1`.
    pub ids: Vec<String>,
    /// What it compares or states, such as `mean`; absent where the kind says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
    /// The id of the measure, where it is not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// The claim in words: one sentence or a few.
    pub text: String,
    /// The figures of the text, in its order. The table of analyses has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
}

/// A figure in the text of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Where it begins, in characters (Unicode scalar values) from the beginning of the claim's text.
    pub at: u64,
    /// As it is shown: `12.0%`.
    pub shown: String,
    /// The value that is shown, with all its digits: `0.12`.
    pub value: String,
    /// The facts that it is, or is computed from: JSON pointers (RFC 6901) into `facts.json`.
    pub facts: Vec<String>,
}

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insight {
    /// A kind that the contract names.
    #[serde(rename = "type")]
    pub kind: String,
    /// The whole text.
    pub description: String,
    /// How far the numbers carry it: computed. A model may lower it.
    pub confidence: Level,
    /// What the text consists of.
    #[serde(flatten)]
    pub basis: Basis,
}

/// Something odd. What is odd is computed, on every path; a model chooses the order, and adds words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anomaly {
    /// A kind that the contract names, or [`DATA_QUALITY`].
    #[serde(rename = "type")]
    pub kind: String,
    /// The whole text.
    pub description: String,
    /// How bad it is: computed.
    pub severity: Level,
    /// What the text consists of.
    #[serde(flatten)]
    pub basis: Basis,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// A kind that the contract names.
    pub category: String,
    /// The whole text: by which numbers, and what to do.
    pub action: String,
    /// How urgent it is: computed. A model may lower it.
    pub priority: Level,
    /// What the text consists of.
    #[serde(flatten)]
    pub basis: Basis,
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
    /// What the summary consists of.
    #[serde(default)]
    pub summary_basis: Basis,
    /// Statements of the model, the summary among them, that were turned away and replaced by the
    /// deterministic analyst's.
    #[serde(default)]
    pub replaced_statements: u64,
    /// SHA-256 of the prompt, where a model was asked.
    pub prompt_sha256: Option<String>,
    /// Tokens that the model read.
    pub input_tokens: u64,
    /// Tokens that the model wrote.
    pub output_tokens: u64,
    /// What the model cost, in US dollars.
    pub cost_usd: f64,
}

impl Analysis {
    /// The same without the figures of its claims, which are most of its bytes.
    #[must_use]
    pub fn without_figures(mut self) -> Self {
        let insights = self.insights.iter_mut().map(|said| &mut said.basis);
        let anomalies = self.anomalies.iter_mut().map(|said| &mut said.basis);
        let advice = self.recommendations.iter_mut().map(|said| &mut said.basis);
        let all = insights.chain(anomalies).chain(advice).chain([&mut self.summary_basis]);
        for claim in all.flat_map(|basis| &mut basis.claims) {
            claim.figures.clear();
        }
        self
    }

    /// Whether its statements have claims that were proven. Version 1.0 had none.
    pub fn has_claims(&self) -> bool {
        !self.schema_version.starts_with("1.")
    }
}

/// An analysis as the table of analyses keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalysisItem {
    /// The analysis, without the figures of its claims: `analysis.json` has them, and an item has room for
    /// 400 KB.
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
