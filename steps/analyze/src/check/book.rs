//! Every number and every name of the facts.

use std::collections::{BTreeMap, BTreeSet};

use contract::number::Number;
use pipeline_core::facts::{Facts, Group, MeasureFacts, Sentiment, Stats, TextFacts, TimeFacts};

use super::{
    label::{column_label, group_label, is_wordy, moment_label, segment_label},
    matching::{Fact, Kind},
    names::{Names, Owner},
};
use crate::{
    plan::Plan,
    wording::{plural, shown},
};

/// What numbers can be about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// The records that share a value.
    Group { field: String, value: Option<String> },
    /// A segment of a measure.
    Segment { measure: String, label: String },
    /// A column as a whole.
    Column(String),
}

/// The numbers of the facts with what they are about, and the names by which texts call it.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(super) facts: Vec<Fact>,
    pub(super) names: Names,
    pub(super) owners: BTreeMap<Subject, Owner>,
    pub(super) columns: BTreeSet<Owner>,
    pub(super) dates: BTreeSet<String>,
    /// Texts that somebody wrote, and that may be quoted, in lower case.
    pub(super) quotes: Vec<String>,
    pub(super) longest_list: usize,
}

impl Book {
    pub(crate) fn of(facts: &Facts, plan: &Plan) -> Self {
        let mut book = Self::default();
        let first_dimension = facts.dimensions.first().map_or("", |dimension| &dimension.field);
        book.neutral_names(facts, plan);
        book.records(facts);
        for measure in &facts.measures {
            book.measure(measure, first_dimension, plan);
        }
        for dimension in &facts.dimensions {
            let about = [book.column(&dimension.field)];
            book.count(dimension.distinct, &about);
            book.groups(&dimension.field, &dimension.groups, &[]);
            book.others(dimension.other_records, facts.records.valid, &about);
        }
        for pair in &facts.pairs {
            let columns = pair.fields.each_ref().map(|field| book.column(field));
            book.count(pair.distinct, &columns);
            book.longest_list = book.longest_list.max(pair.groups.len());
            for group in &pair.groups {
                let [first, second] = &group.values;
                let about = [
                    book.group(&pair.fields[0], first.as_deref()),
                    book.group(&pair.fields[1], second.as_deref()),
                ];
                book.count(group.records, &about);
                book.share(group.share, &about);
                for stats in group.measures.values() {
                    book.stats(stats, &about);
                }
            }
            book.others(pair.other_records, facts.records.valid, &columns);
        }
        if let Some(time) = &facts.time {
            book.time(time, facts.records.valid);
        }
        if let Some(text) = &facts.text {
            book.text(text);
        }
        book.names.shorten();
        book
    }

    /// Names that no number is about.
    fn neutral_names(&mut self, facts: &Facts, plan: &Plan) {
        let asks = plan.insights.iter().chain(&plan.anomalies).chain(&plan.recommendations);
        let nouns = [&facts.dataset, &plan.record.one, &plan.record.many];
        for name in
            asks.map(|ask| &ask.kind).chain(nouns).chain(facts.text.iter().map(|t| &t.method))
        {
            if is_wordy(name) {
                self.names.add(&shown(name), None);
            }
        }
    }

    fn records(&mut self, facts: &Facts) {
        for count in [facts.records.read, facts.records.valid, facts.records.rejected] {
            self.count(count, &[]);
        }
        self.share(facts.reject_rate, &[]);
        self.share(1.0 - facts.reject_rate, &[]);
        for reject in &facts.rejects {
            let about: Vec<_> = reject.field.iter().map(|field| self.column(field)).collect();
            self.count(reject.count, &about);
        }
        for column in &facts.completeness {
            let about = [self.column(&column.field)];
            self.count(column.present, &about);
            self.count(column.missing, &about);
            self.share(column.share, &about);
            self.share(1.0 - column.share, &about);
        }
    }

    fn measure(&mut self, measure: &MeasureFacts, first_dimension: &str, plan: &Plan) {
        self.column(&measure.field);
        self.stats(&measure.total, &[]);
        self.longest_list = self.longest_list.max(measure.segments.len());
        for segment in &measure.segments {
            let about = [self.segment(&measure.field, &segment.label)];
            self.count(segment.records, &about);
            self.share(segment.share, &about);
            self.stats(&segment.stats, &about);
            self.optional_share(share_of_sum(&segment.stats, &measure.total), &about);
            let more = measure.segments.iter().filter(|other| other.records > segment.records);
            self.rank(more.count(), &about);
            self.groups(first_dimension, &segment.top, &about);
        }
        for segment in plan.segments.iter().filter(|segment| segment.measure == measure.field) {
            let about = [self.segment(&segment.measure, &segment.label)];
            for bound in &segment.bounds {
                self.amount(bound, &about);
            }
        }
    }

    fn groups(&mut self, field: &str, groups: &[Group], within: &[Owner]) {
        self.longest_list = self.longest_list.max(groups.len());
        for group in groups {
            let mut about = within.to_vec();
            about.push(self.group(field, group.value.as_deref()));
            self.count(group.records, &about);
            self.share(group.share, &about);
            self.rank(groups.iter().filter(|other| other.records > group.records).count(), &about);
            for stats in group.measures.values() {
                self.stats(stats, &about);
            }
        }
    }

    fn others(&mut self, records: u64, all: u64, about: &[Owner]) {
        self.count(records, about);
        self.optional_share(part(records, all), about);
    }

    fn time(&mut self, time: &TimeFacts, valid: u64) {
        let about = [self.column(&time.field)];
        self.groups(&time.by, &time.periods, &[]);
        self.others(time.other_records, valid, &about);
        let periods = time.periods.iter().filter_map(|period| period.value.as_ref());
        for moment in periods.chain(&time.first).chain(&time.last) {
            self.date(moment);
            let name = moment_label(&time.field, moment);
            if is_wordy(&name) {
                self.names.add(&name, None);
            }
        }
    }

    /// A day lets texts speak of its month and its year too.
    fn date(&mut self, moment: &str) {
        for length in [4, 7, 10] {
            if let Some(date) = moment.get(..length) {
                self.dates.insert(date.to_owned());
            }
        }
    }

    fn text(&mut self, text: &TextFacts) {
        self.column(&text.field);
        self.sentiment(&text.overall, &[]);
        for by in &text.by {
            self.longest_list = self.longest_list.max(by.groups.len());
            for group in &by.groups {
                let about = [self.group(&by.field, group.value.as_deref())];
                self.sentiment(&group.sentiment, &about);
            }
            let about = [self.column(&by.field)];
            self.others(by.other_texts, text.overall.count, &about);
        }
        self.quotes.extend(text.quotes.iter().map(|quote| shown(&quote.text).to_lowercase()));
    }

    fn sentiment(&mut self, sentiment: &Sentiment, about: &[Owner]) {
        self.count(sentiment.count, about);
        for count in [sentiment.positive, sentiment.neutral, sentiment.negative] {
            self.count(count, about);
            self.optional_share(part(count, sentiment.count), about);
        }
        self.float(sentiment.mean_score, Kind::Score, about);
    }

    fn stats(&mut self, stats: &Stats, about: &[Owner]) {
        self.count(stats.count, about);
        for exact in [&stats.sum, &stats.min, &stats.max].into_iter().flatten() {
            self.amount(exact, about);
        }
        for float in [stats.mean, stats.median].into_iter().flatten() {
            self.float(float, Kind::Amount, about);
        }
    }

    fn owner(&mut self, subject: Subject) -> (Owner, bool) {
        let next = self.owners.len();
        let owner = *self.owners.entry(subject).or_insert(next);
        (owner, owner == next)
    }

    fn group(&mut self, field: &str, value: Option<&str>) -> Owner {
        let subject = Subject::Group { field: field.to_owned(), value: value.map(str::to_owned) };
        let (owner, is_new) = self.owner(subject);
        if is_new {
            self.names.add(&group_label(field, value), Some(owner));
        }
        owner
    }

    fn segment(&mut self, measure: &str, label: &str) -> Owner {
        let subject = Subject::Segment { measure: measure.to_owned(), label: label.to_owned() };
        let (owner, is_new) = self.owner(subject);
        if is_new {
            self.names.add(&segment_label(measure, label), Some(owner));
        }
        owner
    }

    fn column(&mut self, field: &str) -> Owner {
        let (owner, is_new) = self.owner(Subject::Column(field.to_owned()));
        if is_new {
            self.columns.insert(owner);
            for name in [shown(field), column_label(field), plural(&column_label(field))] {
                if is_wordy(&name) {
                    self.names.add(&name, Some(owner));
                }
            }
        }
        owner
    }

    fn add(&mut self, value: Option<Number>, kind: Kind, about: &[Owner]) {
        let about = about.to_vec();
        self.facts.extend(value.map(|value| Fact { value, kind, about }));
    }

    fn count(&mut self, count: u64, about: &[Owner]) {
        self.add(Some(Number::from(i128::from(count))), Kind::Count, about);
    }

    fn rank(&mut self, before: usize, about: &[Owner]) {
        self.add(i64::try_from(before + 1).ok().map(Number::from), Kind::Rank, about);
    }

    fn amount(&mut self, exact: &str, about: &[Owner]) {
        self.add(Number::parse(exact).ok(), Kind::Amount, about);
    }

    fn share(&mut self, share: f64, about: &[Owner]) {
        self.float(share, Kind::Share, about);
    }

    fn optional_share(&mut self, share: Option<f64>, about: &[Owner]) {
        if let Some(share) = share {
            self.share(share, about);
        }
    }

    fn float(&mut self, value: f64, kind: Kind, about: &[Owner]) {
        self.add(Number::parse(&format!("{value:e}")).ok(), kind, about);
    }
}

/// A part of a whole, 0 to 1.
pub(crate) fn part(count: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| count as f64 / all as f64)
}

/// What a segment has in the sum of its measure.
pub(crate) fn share_of_sum(segment: &Stats, total: &Stats) -> Option<f64> {
    let sum = |stats: &Stats| Some(Number::parse(stats.sum.as_deref()?).ok()?.to_f64());
    let (part, whole) = (sum(segment)?, sum(total)?);
    (part >= 0.0 && whole > 0.0).then(|| part / whole).filter(|share| *share <= 1.0)
}
