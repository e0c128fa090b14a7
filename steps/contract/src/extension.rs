//! The custom property `sluice` of a contract: what is done with a dataset beyond checking it.
//!
//! ```json
//! "sluice": {
//!   "dialect": { "delimiter": ",", "quoteChar": "\"", "commentChar": "#" },
//!   "maxRejectRate": 0.5,
//!   "lineageColumns": false,
//!   "undeclaredColumns": "carry",
//!   "facts": { … },
//!   "analysis": { … }
//! }
//! ```
//!
//! Everything is optional and shown with its default, except `commentChar` (none). An unknown key,
//! at any depth, is an error. Fields are named in the JSON, and here they are the
//! [`FieldIndex`]es of the contract.

use crate::field::FieldIndex;
use crate::named_enum;
use crate::number::Number;

/// The property `sluice`.
#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    /// `maxRejectRate`: the share of rejected records, 0 to 1, above which the file as a whole is
    /// refused. Default 0.5.
    pub max_reject_rate: f64,
    /// `lineageColumns`: whether a processed row gains
    /// [`LINEAGE_COLUMNS`](crate::reject::LINEAGE_COLUMNS). Default no.
    pub lineage_columns: bool,
    /// `undeclaredColumns`: `carry` (default) or `refuse`.
    pub undeclared_columns: UndeclaredColumns,
    /// `facts`: what is computed.
    pub facts: FactsPlan,
    /// `analysis`: what is said about it.
    pub analysis: AnalysisPlan,
}

impl Default for Extension {
    fn default() -> Self {
        Self {
            max_reject_rate: 0.5,
            lineage_columns: false,
            undeclared_columns: UndeclaredColumns::Carry,
            facts: FactsPlan::default(),
            analysis: AnalysisPlan::default(),
        }
    }
}

named_enum! {
    /// What happens to columns of a file that the contract does not declare.
    pub enum UndeclaredColumns {
        /// They are carried through unchecked, and noted.
        Carry = "carry",
        /// The file is refused.
        Refuse = "refuse",
    }
}

/// What is computed from the valid records.
///
/// ```json
/// "facts": {
///   "dimensions": [{ "field": "model", "within": "brand" }, "brand", "region"],
///   "pairs": [["brand", "region"]],
///   "measures": [{ "field": "price", "bins": [
///     { "label": "Budget", "below": 500 }, { "label": "Mid-range", "to": 1000 },
///     { "label": "Flagship" }] }],
///   "time": { "field": "date", "by": "month" },
///   "text": { "field": "customer_review", "by": ["brand"] },
///   "topN": 10
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FactsPlan {
    /// `dimensions`: the fields whose values are counted, each once; the name alone stands for
    /// `{"field": name}`. The first is what a record is about, such as the product that was sold.
    pub dimensions: Vec<Dimension>,
    /// `pairs` of different dimensions.
    pub pairs: Vec<[DimensionIndex; 2]>,
    /// `measures`: numeric fields, each once.
    pub measures: Vec<Measure>,
    /// `time`: what orders the records in time.
    pub time: Option<TimeAxis>,
    /// `text`: the free text that people wrote.
    pub text: Option<FreeText>,
    /// `topN`: how many groups of a dimension are listed, 1 to 100. Default 10.
    pub top_n: usize,
}

impl Default for FactsPlan {
    fn default() -> Self {
        Self {
            dimensions: Vec::new(),
            pairs: Vec::new(),
            measures: Vec::new(),
            time: None,
            text: None,
            top_n: 10,
        }
    }
}

impl FactsPlan {
    /// The dimensions' indexes, in order.
    pub fn dimension_indexes(&self) -> impl Iterator<Item = DimensionIndex> + use<> {
        (0..self.dimensions.len()).map(DimensionIndex)
    }

    /// The dimension of an index that this plan has given out.
    pub fn dimension(&self, index: DimensionIndex) -> &Dimension {
        &self.dimensions[index.0]
    }
}

/// A dimension by its place. Only the plan makes them, so that no other number is taken for one, and
/// [`FactsPlan::dimension`] always finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DimensionIndex(pub(super) usize);

impl DimensionIndex {
    /// The place among [`FactsPlan::dimensions`], from 0: for a table with an entry for each dimension.
    pub const fn position(self) -> usize {
        self.0
    }
}

/// A field whose values are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// The field.
    pub field: FieldIndex,
    /// The field that tells equal values apart and is shown before them: with `model` within
    /// `brand`, two brands may both sell a `15 Pro`.
    pub within: Option<FieldIndex>,
}

/// A numeric field that is summed up, and its segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// The field.
    pub field: FieldIndex,
    /// `bins` from the lowest to the highest; empty if there are none.
    pub bins: Vec<Bin>,
}

impl Measure {
    /// The bin that holds `value`; `None` only if there are no bins.
    pub fn bin_of(&self, value: &Number) -> Option<&Bin> {
        self.bins.iter().find(|bin| match &bin.upper {
            Upper::Below(bound) => value < bound,
            Upper::To(bound) => value <= bound,
            Upper::Open => true,
        })
    }
}

/// A segment of a measure, from where the one before it ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// Its place among the bins of its measure, from 1 up.
    pub number: u32,
    /// `label`, for people; each once.
    pub label: String,
    /// Where it ends.
    pub upper: Upper,
}

/// The upper end of a [`Bin`].
#[derive(Debug, Clone, PartialEq)]
pub enum Upper {
    /// `below`: without the bound itself.
    Below(Number),
    /// `to`: with the bound itself.
    To(Number),
    /// Neither: the last bin, and only that, has no end.
    Open,
}

/// What orders the records in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeAxis {
    /// A field of type date, datetime, yearmonth or year.
    pub field: FieldIndex,
    /// `by`: the length of a period, no shorter than what the field tells.
    pub by: Period,
}

named_enum! {
    /// The length of a period; the shortest is the least.
    pub enum Period {
        /// A calendar day.
        Day = "day",
        /// A calendar month.
        Month = "month",
        /// A calendar year.
        Year = "year",
    }
}

/// The free text that people wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeText {
    /// A field of type string or any.
    pub field: FieldIndex,
    /// `by`: the dimensions by which its sentiment is computed.
    pub by: Vec<DimensionIndex>,
}

/// What is said about the facts.
///
/// ```json
/// "analysis": {
///   "brief": "Each record is one smartphone sold. …",
///   "record": { "one": "sale", "many": "sales" },
///   "insights": [
///     { "kind": "most_popular_phone", "about": { "dimension": "model" }, "brief": "…" }],
///   "anomalies": [{ "kind": "price_anomaly", "about": { "measure": "price" } }],
///   "recommendations": [
///     { "kind": "budget_segment", "about": { "bins": "price", "bin": "Budget" }, "top": 2 }]
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnalysisPlan {
    /// `brief`: what a record is and what matters in the domain, for the prompt.
    pub brief: String,
    /// `record`: what a record is called.
    pub record: Noun,
    /// `insights`: what is worth knowing.
    pub insights: Vec<Statement>,
    /// `anomalies`: what may be odd.
    pub anomalies: Vec<Statement>,
    /// `recommendations`: what to do.
    pub recommendations: Vec<Statement>,
}

/// What one thing and several of them are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noun {
    /// `one`; default `record`.
    pub one: String,
    /// `many`; default `records`.
    pub many: String,
}

impl Default for Noun {
    fn default() -> Self {
        Self { one: "record".to_owned(), many: "records".to_owned() }
    }
}

/// A statement that the analysis makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `kind`: its stable name, in `snake_case`; each once in its list.
    pub kind: String,
    /// `about`: the facts it rests on.
    pub about: Topic,
    /// `top`: how many of the leading groups it names, 1 to `topN`. Default 1.
    pub top: usize,
    /// `brief`: what it should say, for the prompt; empty if the kind says it all.
    pub brief: String,
}

/// The facts that a statement rests on, by the names that the facts use: those of fields, and the labels
/// of bins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// `{"dimension": field}`: the groups of a dimension by their records.
    Dimension(String),
    /// `{"measure": field}`: the distribution of a measure over all records, and its extremes.
    Measure(String),
    /// `{"bins": field}`: the segments of a measure, compared with each other.
    Segments(String),
    /// `{"bins": field, "bin": label}`: one segment of a measure, and the groups of the first
    /// dimension in it.
    Segment {
        /// The measure's field.
        measure: String,
        /// The bin's label.
        label: String,
    },
    /// `{"text": field}`: the sentiment of the free text.
    Text(String),
    /// `{"text": field, "by": field}`: the same by a dimension that [`FreeText::by`] has.
    TextBy {
        /// The field of the free text.
        text: String,
        /// The dimension's field.
        dimension: String,
    },
}
