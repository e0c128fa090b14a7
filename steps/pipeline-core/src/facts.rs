//! `facts.json`: the numbers that are computed from the processed file, and only computed.
//!
//! The shape is versioned by [`SCHEMA_VERSION`]: a member may be added within a version, none
//! removed or renamed. Sums, minima and maxima are decimal strings, exact at the data's scale: with as
//! many decimals as any value of the measure needs, up to 18. Means, medians and shares are 64-bit
//! floats. Groups are ordered by records (most first), then by value with a missing one last, so that
//! equal data gives equal bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{run::RecordCounts, steps::validate_and_partition::RejectCount};

/// The version of the shape.
pub const SCHEMA_VERSION: &str = "1.0";

/// The facts of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// [`SCHEMA_VERSION`]
    pub schema_version: String,
    /// The dataset.
    pub dataset: String,
    /// The run.
    pub correlation_id: String,
    /// The key of the file that was dropped.
    pub source_file: String,
    /// The key of the file that was aggregated.
    pub processed_file: String,
    /// Records read, valid and rejected.
    pub records: RecordCounts,
    /// `rejected / read`, 0 to 1.
    pub reject_rate: f64,
    /// Rejects by field and code, as the validator counted them.
    pub rejects: Vec<RejectCount>,
    /// How complete each declared column is among the valid records, in the contract's order.
    pub completeness: Vec<Completeness>,
    /// Each measure over all valid records, and by its segments.
    pub measures: Vec<MeasureFacts>,
    /// The valid records by each dimension.
    pub dimensions: Vec<DimensionFacts>,
    /// The valid records by each pair of dimensions that the contract names.
    pub pairs: Vec<PairFacts>,
    /// The valid records over time.
    pub time: Option<TimeFacts>,
    /// The sentiment of the free text.
    pub text: Option<TextFacts>,
}

/// How many cells of a column hold a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Completeness {
    /// The column.
    pub field: String,
    /// Cells with a value.
    pub present: u64,
    /// Cells without.
    pub missing: u64,
    /// `present / (present + missing)`, 0 to 1.
    pub share: f64,
}

/// A measure's distribution. The members but `count` are absent where `count` is 0; `sum` and `mean`
/// are absent too where the exact sum does not fit 128 bits (38 digits), and `median` where it is
/// beyond a 64-bit float. Nothing is rounded or left out silently.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Records with a value.
    pub count: u64,
    /// Exact, as a decimal string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
    /// `sum / count`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Exact, as a decimal string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Exact, as a decimal string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The middle value, or the mean of the two in the middle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
}

/// A measure over all valid records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasureFacts {
    /// The field.
    pub field: String,
    /// All valid records.
    pub total: Stats,
    /// The contract's bins, in its order; each record with a value is in exactly one.
    pub segments: Vec<SegmentFacts>,
}

/// One bin of a measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentFacts {
    /// The bin's label.
    pub label: String,
    /// Records in it.
    pub records: u64,
    /// Of the records with a value, 0 to 1.
    pub share: f64,
    /// The measure in it.
    pub stats: Stats,
    /// The values of the contract's first dimension that it holds most of, most first.
    pub top: Vec<Group>,
}

/// One dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionFacts {
    /// The field.
    pub field: String,
    /// How many different values there are; a missing one is none.
    pub distinct: u64,
    /// The largest groups, most first; a missing value is the group `null`.
    pub groups: Vec<Group>,
    /// Records in groups that are not listed.
    pub other_records: u64,
}

/// The records that share a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The value: text as it stands in the file, other types in the default notation of their type
    /// (`7` for `07`), a dimension within another with that one before it (`Apple iPhone 15`); of
    /// a period `2024-05`. `None` where it is missing.
    pub value: Option<String>,
    /// Records in the group.
    pub records: u64,
    /// Of the records of the whole (all valid records, or the segment), 0 to 1.
    pub share: f64,
    /// Each measure in the group, by field.
    pub measures: BTreeMap<String, Stats>,
}

/// A pair of dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairFacts {
    /// The two fields.
    pub fields: [String; 2],
    /// How many different pairs of values there are; one with a missing value is none.
    pub distinct: u64,
    /// The largest groups, most first.
    pub groups: Vec<PairGroup>,
    /// Records in groups that are not listed.
    pub other_records: u64,
}

/// The records that share a pair of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairGroup {
    /// The two values.
    pub values: [Option<String>; 2],
    /// Records in the group.
    pub records: u64,
    /// Of all valid records, 0 to 1.
    pub share: f64,
    /// Each measure in the group, by field.
    pub measures: BTreeMap<String, Stats>,
}

/// The records over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeFacts {
    /// The field.
    pub field: String,
    /// `day`, `month` or `year`: as the contract asks, or longer where that gives too many periods.
    pub by: String,
    /// The first day (of a field that tells none, the month or year), as `2024-05-20`.
    pub first: Option<String>,
    /// The last.
    pub last: Option<String>,
    /// The periods that have records, in order of time; records without a value come last.
    pub periods: Vec<Group>,
    /// Records in earlier periods that are not listed.
    #[serde(default)]
    pub other_records: u64,
}

/// The sentiment of the free text, by a lexicon: the same text has the same score everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextFacts {
    /// The field.
    pub field: String,
    /// The lexicon and its version.
    pub method: String,
    /// All valid records with text.
    pub overall: Sentiment,
    /// By dimension, as the contract asks.
    pub by: Vec<SentimentBy>,
    /// A few representative texts, bounded in number and length.
    pub quotes: Vec<Quote>,
}

/// Sentiment of a set of texts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    /// Texts.
    pub count: u64,
    /// With a score of at least 0.05.
    pub positive: u64,
    /// In between.
    pub neutral: u64,
    /// With a score of at most -0.05.
    pub negative: u64,
    /// The mean score, -1 to 1.
    pub mean_score: f64,
}

/// Sentiment by one dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentimentBy {
    /// The dimension.
    pub field: String,
    /// The largest groups, most texts first.
    pub groups: Vec<SentimentGroup>,
    /// Texts in groups that are not listed.
    #[serde(default)]
    pub other_texts: u64,
}

/// Sentiment of the records that share a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentimentGroup {
    /// The value.
    pub value: Option<String>,
    /// The sentiment.
    pub sentiment: Sentiment,
}

/// A text as somebody wrote it. Hostile until escaped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// `positive`, `neutral` or `negative`.
    pub kind: String,
    /// At bounded length.
    pub text: String,
    /// Its score, -1 to 1.
    pub score: f64,
    /// The value of the contract's first dimension in the same record.
    pub about: Option<String>,
}
