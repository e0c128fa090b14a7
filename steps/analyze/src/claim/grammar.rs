//! What may be claimed: a kind, the ids of facts, a statistic.

use contract::named_enum;
use pipeline_core::analysis;

use super::{id::Id, name::column};

named_enum! {
    /// The kinds of claim: see the module.
    pub(crate) enum Kind {
        /// A statistic.
        Value = "value",
        /// First, alone.
        Leader = "leader",
        /// First, with others.
        SharedLead = "shared_lead",
        /// Last.
        Last = "last",
        /// In this order.
        Order = "order",
        /// The first has more.
        More = "more",
        /// The first has less.
        Less = "less",
        /// All have the same.
        Level = "level",
        /// The first has so many times as much.
        Times = "times",
        /// How many groups there are.
        Distinct = "distinct",
        /// What is in groups that are not listed.
        Unlisted = "unlisted",
        /// A statistic, and the same over all.
        AgainstTotal = "against_total",
        /// A statistic, and the same of all others.
        AgainstRest = "against_rest",
        /// The spread of a measure.
        Distribution = "distribution",
        /// An extreme value, against the median.
        Outlier = "outlier",
        /// How many values a column lacks.
        Completeness = "completeness",
        /// How texts sound.
        Sentiment = "sentiment",
        /// From when to when.
        Span = "span",
        /// From one period to the next.
        Change = "change",
        /// What was rejected.
        Rejects = "rejects",
        /// Nothing is there.
        Nothing = "nothing",
        /// What somebody wrote.
        Quote = "quote",
    }
}

named_enum! {
    /// What a claim states or compares.
    pub(crate) enum Statistic {
        /// How many records, or texts. The default.
        Records = "records",
        /// The sum of a measure.
        Sum = "sum",
        /// Its mean.
        Mean = "mean",
        /// Its median.
        Median = "median",
        /// Its lowest value.
        Lowest = "lowest",
        /// Its highest value.
        Highest = "highest",
        /// The mean score of texts. Their default.
        Score = "score",
        /// How many texts are positive.
        Positive = "positive",
        /// How many are neutral.
        Neutral = "neutral",
        /// How many are negative.
        Negative = "negative",
    }
}

impl Statistic {
    pub(crate) const fn is_of_measure(self) -> bool {
        matches!(self, Self::Sum | Self::Mean | Self::Median | Self::Lowest | Self::Highest)
    }

    /// `mean price`, `sum of price`, `mean score`, `negative customer reviews`
    pub(super) fn noun(self, field: &str, unit: &str) -> String {
        match self {
            Self::Records => unit.to_owned(),
            Self::Sum => format!("sum of {}", column(field)),
            Self::Mean | Self::Median | Self::Lowest | Self::Highest => {
                format!("{} {}", self.as_str(), column(field))
            }
            Self::Score => "mean score".to_owned(),
            Self::Positive | Self::Neutral | Self::Negative => {
                format!("{} {unit}", self.as_str())
            }
        }
    }
}

/// What an author claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) kind: Kind,
    pub(crate) ids: Vec<Id>,
    pub(crate) statistic: Option<Statistic>,
    /// The measure, where it is not the first.
    pub(crate) measure: Option<Id>,
}

impl Claim {
    pub(crate) fn of(kind: Kind, ids: impl Into<Vec<Id>>) -> Self {
        Self { kind, ids: ids.into(), statistic: None, measure: None }
    }

    pub(crate) fn by(self, statistic: Statistic) -> Self {
        Self { statistic: Some(statistic), ..self }
    }

    pub(crate) fn measuring(self, measure: usize) -> Self {
        Self { measure: Some(Id::Measure(measure)), ..self }
    }

    /// The place of the measure that it is about, if it is about one.
    pub(crate) fn of_measure(&self) -> usize {
        match (self.measure, self.ids.first()) {
            (Some(Id::Measure(m)), _) => m,
            (_, Some(Id::Measure(m) | Id::Segment(m, _) | Id::SegmentGroup(m, ..))) => *m,
            _ => 0,
        }
    }

    /// Without a statistic or a measure that its kind does not take.
    pub(super) fn normalized(mut self) -> Self {
        use Kind::{
            Completeness, Distinct, Distribution, Nothing, Quote, Rejects, Sentiment, Span,
            Unlisted,
        };
        if matches!(
            self.kind,
            Completeness
                | Distinct
                | Distribution
                | Nothing
                | Quote
                | Rejects
                | Sentiment
                | Span
                | Unlisted
        ) {
            self.statistic = None;
        }
        let is_of_measure = self.kind == Kind::Outlier
            || self.kind == Kind::AgainstTotal
            || self.statistic.is_some_and(Statistic::is_of_measure);
        self.measure = self.measure.filter(|_| is_of_measure);
        self
    }

    /// A claim as `analysis.json` has it; `None` if it is none of this version's.
    pub(crate) fn read(claim: &analysis::Claim) -> Option<Self> {
        let statistic = match &claim.statistic {
            Some(name) => Some(named(&Statistic::ALL, Statistic::as_str, name)?),
            None => None,
        };
        let measure = match &claim.measure {
            Some(id) => Some(Id::parse(id)?),
            None => None,
        };
        Some(Self {
            kind: named(&Kind::ALL, Kind::as_str, &claim.claim)?,
            ids: claim.ids.iter().map(|id| Id::parse(id)).collect::<Option<_>>()?,
            statistic,
            measure,
        })
    }
}

/// The variant of this name.
pub(crate) fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Option<T> {
    all.iter().copied().find(|variant| name(*variant) == text)
}
