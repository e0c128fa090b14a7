//! What an id stands for, and the statistics that the facts have of it.

use std::collections::BTreeMap;

use pipeline_core::{
    facts::{Facts, Group, MeasureFacts, SegmentFacts, Sentiment, Stats},
    steps::validate_and_partition::RejectCount,
};

use super::{amount::Amount, grammar::Statistic, id::Id, name};
use crate::wording::{human, shown};

/// Something that claims are about.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'f> {
    pub(crate) id: Id,
    /// What texts call it.
    pub(crate) name: String,
    /// Whether it is what has no value of its column.
    pub(super) is_missing: bool,
    /// Where its statistics stand, and which it has.
    pointer: String,
    has: Has<'f>,
}

/// The statistics of a subject.
#[derive(Debug, Clone, Copy)]
enum Has<'f> {
    Records { records: u64, share: f64, stats: Measured<'f> },
    Texts(&'f Sentiment),
    Count(u64),
    Nothing,
}

/// Where the values of measures are.
#[derive(Debug, Clone, Copy)]
enum Measured<'f> {
    ByField(&'f BTreeMap<String, Stats>),
    Own { field: &'f str, stats: &'f Stats, member: &'static str },
}

impl<'f> Subject<'f> {
    /// `None` if the facts do not have it.
    pub(super) fn of(facts: &'f Facts, id: Id) -> Option<Self> {
        let first = || facts.dimensions.first().map_or("", |dimension| dimension.field.as_str());
        let (name, has) = match id {
            Id::File => ("the file".to_owned(), Has::Count(facts.records.valid)),
            Id::Dimension(d) => (name::column(&facts.dimensions.get(d)?.field), Has::Nothing),
            Id::Group(d, g) => {
                let dimension = facts.dimensions.get(d)?;
                group(&dimension.field, dimension.groups.get(g)?)
            }
            Id::Pair(p) => {
                let [first, second] = &facts.pairs.get(p)?.fields;
                (format!("{} and {}", name::column(first), name::column(second)), Has::Nothing)
            }
            Id::PairGroup(p, g) => {
                let pair = facts.pairs.get(p)?;
                let found = pair.groups.get(g)?;
                let named = |at: usize| name::group(&pair.fields[at], found.values[at].as_deref());
                let stats = Measured::ByField(&found.measures);
                let has = Has::Records { records: found.records, share: found.share, stats };
                (format!("{} with {}", named(0), named(1)), has)
            }
            Id::Measure(m) => {
                let measure = facts.measures.get(m)?;
                let stats = Measured::total(measure);
                let records = measure.total.count;
                (name::column(&measure.field), Has::Records { records, share: 1.0, stats })
            }
            Id::Segment(m, s) => {
                let measure = facts.measures.get(m)?;
                let segment = measure.segments.get(s)?;
                (segment_name(measure, segment), segment_has(measure, segment))
            }
            Id::SegmentGroup(m, s, g) => {
                group(first(), facts.measures.get(m)?.segments.get(s)?.top.get(g)?)
            }
            Id::Time => (name::column(&facts.time.as_ref()?.field), Has::Nothing),
            Id::Period(t) => {
                let time = facts.time.as_ref()?;
                let period = time.periods.get(t)?;
                let (missing, has) = group(&time.field, period);
                let moment = period.value.as_ref().map(|value| name::moment(&time.by, value));
                (moment.unwrap_or(missing), has)
            }
            Id::Text => {
                let text = facts.text.as_ref()?;
                (name::several(&text.field), Has::Texts(&text.overall))
            }
            Id::TextBy(x) => (name::column(&facts.text.as_ref()?.by.get(x)?.field), Has::Nothing),
            Id::TextGroup(x, g) => {
                let by = facts.text.as_ref()?.by.get(x)?;
                let found = by.groups.get(g)?;
                (name::group(&by.field, found.value.as_deref()), Has::Texts(&found.sentiment))
            }
            Id::Column(c) => {
                let column = facts.completeness.get(c)?;
                (name::column(&column.field), Has::Count(column.present))
            }
            Id::Reject(e) => {
                let reject = facts.rejects.get(e)?;
                (error_name(reject), Has::Count(reject.count))
            }
            Id::Quote(q) => {
                let quote = facts.text.as_ref()?.quotes.get(q)?;
                let about = quote.about.as_deref().map(|about| name::group(first(), Some(about)));
                (about.unwrap_or_else(|| "the quote".to_owned()), Has::Nothing)
            }
        };
        let pointer = match id {
            Id::TextGroup(..) => id.pointer() + "/sentiment",
            Id::Text => id.pointer() + "/overall",
            _ => id.pointer(),
        };
        let is_missing = match id {
            Id::Group(d, g) => facts.dimensions[d].groups[g].value.is_none(),
            Id::SegmentGroup(m, s, g) => facts.measures[m].segments[s].top[g].value.is_none(),
            Id::PairGroup(p, g) => facts.pairs[p].groups[g].values.contains(&None),
            Id::Period(t) => facts.time.as_ref()?.periods[t].value.is_none(),
            Id::TextGroup(x, g) => facts.text.as_ref()?.by[x].groups[g].value.is_none(),
            _ => false,
        };
        Some(Self { id, name, is_missing, pointer, has })
    }

    /// Where one of its members stands.
    pub(super) fn fact(&self, member: &str) -> String {
        format!("{}/{member}", self.pointer)
    }

    /// A count of the facts at one of its members.
    pub(super) fn count(&self, count: u64, member: &str) -> Amount {
        Amount::count(count, self.fact(member))
    }

    /// How many records or texts it has; `None` for a list.
    pub(crate) fn records(&self) -> Option<Amount> {
        Some(match (self.has, self.id) {
            (Has::Records { records, .. }, Id::Measure(_)) => self.count(records, "total/count"),
            (Has::Records { records, .. }, _) => self.count(records, "records"),
            (Has::Texts(found), _) => self.count(found.count, "count"),
            (Has::Count(count), Id::File) => self.count(count, "valid"),
            (Has::Count(count), Id::Column(_)) => self.count(count, "present"),
            (Has::Count(count), _) => self.count(count, "count"),
            (Has::Nothing, _) => return None,
        })
    }

    /// The part that its records are of their whole, as the facts have it.
    pub(super) fn share(&self) -> Option<Amount> {
        let Has::Records { share, .. } = self.has else { return None };
        (!matches!(self.id, Id::Measure(_)))
            .then(|| Amount::share(share, vec![self.fact("share")]))
            .flatten()
    }

    pub(super) fn sentiment(&self) -> Option<&'f Sentiment> {
        let Has::Texts(found) = self.has else { return None };
        Some(found)
    }

    /// The statistics of a measure, and where they stand.
    pub(super) fn stats(&self, field: &str) -> Option<(&'f Stats, String)> {
        let Has::Records { stats, .. } = self.has else { return None };
        match stats {
            Measured::ByField(measures) => {
                let token = field.replace('~', "~0").replace('/', "~1");
                Some((measures.get(field)?, format!("{}/measures/{token}", self.pointer)))
            }
            Measured::Own { field: own, stats, member } => {
                (own == field).then(|| (stats, self.fact(member)))
            }
        }
    }

    /// A statistic, of the measure of this field where it is one of a measure.
    pub(crate) fn amount(&self, statistic: Statistic, field: Option<&str>) -> Option<Amount> {
        let of_measure = |member: &str| {
            let (stats, pointer) = self.stats(field?)?;
            let facts = vec![format!("{pointer}/{member}")];
            match statistic {
                Statistic::Sum => Amount::decimal(stats.sum.as_deref()?, facts),
                Statistic::Lowest => Amount::decimal(stats.min.as_deref()?, facts),
                Statistic::Highest => Amount::decimal(stats.max.as_deref()?, facts),
                Statistic::Mean => Amount::float(stats.mean?, facts),
                Statistic::Median => Amount::float(stats.median?, facts),
                _ => None,
            }
        };
        match statistic {
            Statistic::Records => self.records(),
            Statistic::Sum => of_measure("sum"),
            Statistic::Mean => of_measure("mean"),
            Statistic::Median => of_measure("median"),
            Statistic::Lowest => of_measure("min"),
            Statistic::Highest => of_measure("max"),
            Statistic::Score => {
                Amount::score(self.sentiment()?.mean_score, self.fact("mean_score"))
            }
            Statistic::Positive => Some(self.count(self.sentiment()?.positive, "positive")),
            Statistic::Neutral => Some(self.count(self.sentiment()?.neutral, "neutral")),
            Statistic::Negative => Some(self.count(self.sentiment()?.negative, "negative")),
        }
    }

    /// What a statistic of it rests on: values of the measure, texts, or records.
    pub(super) fn sample(&self, statistic: Statistic, field: Option<&str>) -> Option<Amount> {
        if !statistic.is_of_measure() {
            return self.records();
        }
        let (stats, pointer) = self.stats(field?)?;
        Some(Amount::count(stats.count, format!("{pointer}/count")))
    }
}

impl<'f> Measured<'f> {
    fn total(measure: &'f MeasureFacts) -> Self {
        Self::Own { field: &measure.field, stats: &measure.total, member: "total" }
    }
}

fn group<'f>(field: &str, group: &'f Group) -> (String, Has<'f>) {
    let stats = Measured::ByField(&group.measures);
    let has = Has::Records { records: group.records, share: group.share, stats };
    (name::group(field, group.value.as_deref()), has)
}

/// The contract's own label, unless it says nothing without its column.
fn segment_name(measure: &MeasureFacts, segment: &SegmentFacts) -> String {
    let label = shown(&segment.label);
    if label.contains(char::is_alphabetic) {
        return label;
    }
    name::group(&format!("{} segment", measure.field), Some(&label))
}

fn segment_has<'f>(measure: &'f MeasureFacts, segment: &'f SegmentFacts) -> Has<'f> {
    let stats = Measured::Own { field: &measure.field, stats: &segment.stats, member: "stats" };
    Has::Records { records: segment.records, share: segment.share, stats }
}

/// `constraint-error in ram`
fn error_name(reject: &RejectCount) -> String {
    let field = reject.field.as_ref().map(|field| format!(" in {}", human(field)));
    format!("{}{}", reject.code.as_str(), field.unwrap_or_default())
}
