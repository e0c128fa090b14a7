//! Claims: what may be said about the facts, proven and worded by code.
//!
//! An author, a model or the deterministic analyst, chooses a kind of claim, the facts that it is about by
//! their ids, and a statistic. It never states a quantity: [`Book::prove`] looks whether the claim holds,
//! and only then words it, with every name and figure taken from the facts. What does not hold has no
//! words and cannot be published.
//!
//! | kind | ids | holds where |
//! |---|---|---|
//! | `value` | a group, segment, period, measure or texts | the facts have the statistic of it |
//! | `leader` | a group | it alone is first of its list |
//! | `shared_lead` | several groups | they, and perhaps others, share the first place |
//! | `last` | one or several groups | they, and perhaps others, share the last place, of a list that is whole |
//! | `order` | groups of one list | none is larger than the one before it |
//! | `more`, `less` | two of one list | the first has more, or less |
//! | `level` | several of one list | all have the same |
//! | `times` | two of one list | the first has at least 1.1 times as much |
//! | `distinct` | a dimension or pair | it has groups |
//! | `unlisted` | a dimension, pair, the time or texts by a dimension | groups are not listed |
//! | `against_total` | a group, segment, period or texts | mean, median or score: of it and over all |
//! | `against_rest` | the same | records or sum: of it and of all others together |
//! | `distribution` | a measure | it has values |
//! | `outlier` | a group, segment or measure | its highest or lowest value is at least twice as far out as its median, of at least 3 |
//! | `completeness` | a column | there are records |
//! | `sentiment` | texts | there are texts |
//! | `span` | the time | the facts have its first and last moment |
//! | `change` | two periods | whole and adjacent, neither first nor last of the span, with at least 30 records each |
//! | `rejects` | the file or an error | records were read |
//! | `nothing` | a list, segment or measure | nothing is in it |
//! | `quote` | a quote | the facts have it |
//!
//! A rank among groups that are not all listed is worded as one among the most frequent ones, and has no
//! last. Scores rank only groups with at least 5 texts, and say so. What rests on fewer than 10 records
//! or texts is said to be a small sample. What reads the same is level.
//!
//! # What this proves
//! That each sentence of a claim is so: names, figures, order, direction, wholes and scope are those of the
//! facts. It does not prove that the claim is the one that matters most, nor the words that stand
//! beside it: see [`crate::words`].

mod amount;
mod compare;
mod family;
mod id;
mod name;
mod rank;
mod subject;
mod tell;

use contract::{Noun, named_enum};
use pipeline_core::{analysis, facts::Facts};

use self::family::Family;
pub(crate) use self::{
    amount::Amount,
    id::Id,
    name::{column, several},
    rank::is_beyond_chance,
    subject::Subject,
};
use crate::wording::{capitalized, list};

/// Fewer records or texts than this are a small sample, and said to be.
pub(crate) const SMALL_SAMPLE: f64 = 10.0;

/// The most ids that a claim may have.
const MOST_IDS: usize = 12;

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
    fn noun(self, field: &str, unit: &str) -> String {
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

/// A claim that holds, in words.
#[derive(Debug, Clone)]
pub(crate) struct Proven {
    pub(crate) claim: Claim,
    pub(crate) said: analysis::Claim,
    /// What words call the claim's subject.
    pub(crate) subject: String,
}

/// The facts that claims are held against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Book<'f> {
    pub(crate) facts: &'f Facts,
    /// What a record is called.
    pub(crate) record: &'f Noun,
}

impl<'f> Book<'f> {
    /// `None` if the facts do not have it.
    pub(crate) fn subject(&self, id: Id) -> Option<Subject<'f>> {
        Subject::of(self.facts, id)
    }

    /// What groups, segments and periods are called: the names that an author may not write.
    pub(crate) fn names(&self) -> Vec<String> {
        let facts = self.facts;
        let lists = (0..facts.dimensions.len()).map(Id::Dimension);
        let lists = lists.chain((0..facts.measures.len()).map(Id::Measure)).chain([Id::Time]);
        let texts = facts.text.as_ref().map_or(0, |text| text.by.len());
        let lists = lists.chain((0..texts).map(Id::TextBy));
        let families = lists.filter_map(|list| self.family(list));
        families.flat_map(|family| family.members).map(|member| member.name).collect()
    }

    /// Words the claim, if it holds; else the reason why it does not, for its author.
    pub(crate) fn prove(&self, claim: Claim) -> Result<Proven, String> {
        let case = Case::of(self, &claim)?;
        let composed = case.words()?;
        let begins_with_name = case
            .subjects
            .iter()
            .any(|subject| subject.id.is_of_values() && composed.starts_with(&subject.name));
        let composed = if begins_with_name { composed } else { capitalized(&composed) };
        let (text, figures) = amount::finished(&composed);
        let said = analysis::Claim {
            claim: claim.kind.as_str().to_owned(),
            ids: claim.ids.iter().map(Id::to_string).collect(),
            statistic: claim.statistic.map(|statistic| statistic.as_str().to_owned()),
            measure: claim.measure.map(|measure| measure.to_string()),
            text,
            figures,
        };
        Ok(Proven { subject: case.named(), claim, said })
    }
}

/// A claim under proof: what its ids stand for.
struct Case<'b, 'f> {
    book: &'b Book<'f>,
    kind: Kind,
    subjects: Vec<Subject<'f>>,
    statistic: Statistic,
    /// The measure's field; empty where there is no measure.
    field: &'f str,
}

impl<'b, 'f> Case<'b, 'f> {
    fn of(book: &'b Book<'f>, claim: &Claim) -> Result<Self, String> {
        if claim.ids.is_empty() || claim.ids.len() > MOST_IDS {
            return Err(format!("needs from 1 to {MOST_IDS} ids"));
        }
        let subject = |id: &Id| book.subject(*id).ok_or_else(|| format!("there is no {id}"));
        let subjects = claim.ids.iter().map(subject).collect::<Result<Vec<_>, _>>()?;
        if claim.ids.iter().enumerate().any(|(at, id)| claim.ids[..at].contains(id)) {
            return Err("names an id twice".to_owned());
        }
        let measure = match (claim.measure, claim.ids[0]) {
            (Some(Id::Measure(m)), _)
            | (None, Id::Measure(m) | Id::Segment(m, _) | Id::SegmentGroup(m, ..)) => m,
            (Some(id), _) => return Err(format!("{id} is no measure")),
            (None, _) => 0,
        };
        let field = book.facts.measures.get(measure).map(|measure| measure.field.as_str());
        if field.is_none() && claim.measure.is_some() {
            return Err(format!("there is no m{measure}"));
        }
        let default = match (claim.kind, claim.ids[0]) {
            (Kind::Outlier, _) => Statistic::Highest,
            (Kind::AgainstTotal, Id::Group(..) | Id::Segment(..) | Id::Period(_)) => {
                Statistic::Mean
            }
            (_, Id::TextGroup(..) | Id::Text) => Statistic::Score,
            _ => Statistic::Records,
        };
        let statistic = claim.statistic.unwrap_or(default);
        let field = field.unwrap_or_default();
        Ok(Self { book, kind: claim.kind, subjects, statistic, field })
    }

    /// The claim in words, with its figures marked.
    fn words(&self) -> Result<String, String> {
        match self.kind {
            Kind::Leader => self.leader(),
            Kind::SharedLead => self.shared_lead(),
            Kind::Last => self.last(),
            Kind::Order => self.order(),
            Kind::Distinct => self.distinct(),
            Kind::Unlisted => self.unlisted(),
            Kind::More | Kind::Less => self.more_or_less(),
            Kind::Level => self.level(),
            Kind::Times => self.times(),
            Kind::AgainstTotal => self.against_total(),
            Kind::AgainstRest => self.against_rest(),
            Kind::Change => self.change(),
            Kind::Value => self.value(),
            Kind::Distribution => self.distribution(),
            Kind::Outlier => self.outlier(),
            Kind::Completeness => self.completeness(),
            Kind::Sentiment => self.sentiment(),
            Kind::Span => self.span(),
            Kind::Rejects => self.rejects(),
            Kind::Nothing => self.nothing(),
            Kind::Quote => self.quote(),
        }
    }

    /// What words call the subject: of a comparison the first, else all.
    fn named(&self) -> String {
        let is_comparison = matches!(
            self.kind,
            Kind::More | Kind::Less | Kind::Times | Kind::Change | Kind::Distinct
        );
        let count = if is_comparison { 1 } else { self.subjects.len() };
        let names: Vec<_> = self.subjects.iter().take(count).map(|s| s.name.clone()).collect();
        list(&names)
    }

    fn first(&self) -> &Subject<'f> {
        // `of` refuses a claim without ids.
        &self.subjects[0]
    }

    /// The only subject.
    fn one(&self) -> Result<&Subject<'f>, String> {
        match self.subjects.as_slice() {
            [one] => Ok(one),
            _ => Err("takes one id".to_owned()),
        }
    }

    fn two(&self) -> Result<[&Subject<'f>; 2], String> {
        match self.subjects.as_slice() {
            [first, second] => Ok([first, second]),
            _ => Err("takes two ids".to_owned()),
        }
    }

    /// The list that all of the subjects are of.
    fn family(&self) -> Result<Family<'f>, String> {
        let family = self.book.family(self.first().id).ok_or("takes groups of one list")?;
        let is_member =
            |subject: &Subject<'f>| family.members.iter().any(|member| member.id == subject.id);
        if self.subjects.iter().all(is_member) {
            Ok(family)
        } else {
            Err("takes groups of one list, with a value".to_owned())
        }
    }

    fn amount(&self, subject: &Subject<'f>) -> Result<Amount, String> {
        subject
            .amount(self.statistic, Some(self.field))
            .ok_or_else(|| format!("{} has no {}", subject.id, self.statistic.as_str()))
    }

    /// `sales`, or what texts are called where the claim is about them.
    fn unit(&self) -> String {
        match self.first().id {
            Id::Text | Id::TextBy(_) | Id::TextGroup(..) | Id::Quote(_) => {
                self.book.facts.text.as_ref().map(|text| several(&text.field)).unwrap_or_default()
            }
            Id::Reject(_) => "errors".to_owned(),
            _ => self.book.record.many.clone(),
        }
    }

    /// `12 sales`, `1 sale`
    fn counted(&self, records: &Amount) -> String {
        let is_record = self.unit() == self.book.record.many;
        let unit = if records.shown == "1" && is_record {
            self.book.record.one.clone()
        } else {
            self.unit()
        };
        format!("{records} {unit}")
    }

    /// `, a small sample`, where what the statistic rests on is one.
    fn if_small(&self, subject: &Subject<'f>) -> &'static str {
        let sample = subject.sample(self.statistic, Some(self.field));
        let is_small = sample.is_some_and(|sample| sample.to_f64() < SMALL_SAMPLE);
        if is_small { ", a small sample" } else { "" }
    }

    fn noun(&self) -> String {
        self.statistic.noun(self.field, &self.unit())
    }
}
