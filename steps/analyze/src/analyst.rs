//! The deterministic analyst: says what the facts show, by stated rules, without a model.
//!
//! What a statement says follows from what the contract says that it is about, never from its kind's
//! name, so that any dataset is served. An insight and a recommendation are made for each kind that
//! the contract names; where the facts have nothing about it, they say so. An anomaly is only made
//! where a rule of [`anomaly`] shows one. Every sentence has its numbers; ties are named as ties, and
//! small samples are said to be small.

pub(crate) mod anomaly;
mod insight;
mod ranking;
mod recommendation;
mod sentiment;
mod summary;

use pipeline_core::{
    analysis::Level,
    facts::{DimensionFacts, Facts, MeasureFacts, SentimentBy},
};

pub(crate) use ranking::leaders;

use crate::{
    check::{Book, column_label, group_label, moment_label, segment_label},
    plan::{Plan, Topic},
    statement::{Statement, Statements},
    wording::{count, human, plural},
};

/// Fewer records or texts than this are a small sample, and said to be.
const SMALL_SAMPLE: u64 = 10;

/// Marks around a name while a text is composed. [`crate::wording::shown`] leaves none in a value.
const NAME_BEGINS: char = '\u{e000}';
const NAME_ENDS: char = '\u{e001}';

/// The facts, what is asked of them, and how to call what they are about.
pub(crate) struct Analyst<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) plan: &'a Plan,
    pub(crate) book: &'a Book,
}

impl Analyst<'_> {
    /// Everything that the facts show.
    pub(crate) fn analyse(&self) -> Statements {
        let insights = self.plan.insights.iter().map(|ask| {
            let (text, level) = self.insight(ask);
            self.statement(&ask.kind, &text, level, Some(&ask.topic))
        });
        let asked = self.plan.anomalies.iter().filter_map(|ask| {
            let (text, level) = self.anomaly(&ask.topic)?;
            Some(self.statement(&ask.kind, &text, level, Some(&ask.topic)))
        });
        let anomalies: Vec<_> = asked.chain(self.data_quality()).collect();
        let recommendations = self.plan.recommendations.iter().map(|ask| {
            let (text, level) = self.recommendation(ask);
            self.statement(&ask.kind, &text, level, Some(&ask.topic))
        });
        Statements {
            insights: insights.collect(),
            recommendations: recommendations.collect(),
            summary: self.finished(&self.summary(&anomalies), None),
            anomalies,
        }
    }

    fn statement(&self, kind: &str, text: &str, level: Level, topic: Option<&Topic>) -> Statement {
        Statement { kind: kind.to_owned(), text: self.finished(text, topic), level }
    }

    /// Takes the marks around names away. Where a name could then be read as another one, or as part
    /// of one, so that a number would stand beside the wrong name, names get quotation marks.
    fn finished(&self, text: &str, topic: Option<&Topic>) -> String {
        let plain = text.replace([NAME_BEGINS, NAME_ENDS], "");
        if self.book.unverified(&plain, topic).is_empty() {
            return plain;
        }
        text.replace(NAME_BEGINS, "“").replace(NAME_ENDS, "”")
    }

    fn group(&self, field: &str, value: Option<&str>) -> String {
        marked(&group_label(field, value))
    }

    fn segment(&self, measure: &str, label: &str) -> String {
        marked(&segment_label(measure, label))
    }

    fn moment(&self, field: &str, moment: &str) -> String {
        marked(&moment_label(field, moment))
    }

    fn column(&self, field: &str) -> String {
        marked(&column_label(field))
    }

    /// `716 sales`
    fn records(&self, records: u64) -> String {
        let noun = &self.plan.record;
        format!("{} {}", count(records), if records == 1 { &noun.one } else { &noun.many })
    }

    /// What several values of a column are called: `models`.
    fn several(&self, field: &str) -> String {
        let noun = human(field);
        // A plural of a name with a number in it could not be told from a claim.
        let has_number = noun.chars().any(char::is_numeric);
        if has_number { format!("values of {}", self.column(field)) } else { plural(&noun) }
    }

    fn dimension(&self, field: &str) -> Option<&DimensionFacts> {
        self.facts.dimensions.iter().find(|dimension| dimension.field == field)
    }

    fn measure(&self, field: &str) -> Option<&MeasureFacts> {
        self.facts.measures.iter().find(|measure| measure.field == field)
    }

    fn sentiment_by(&self, dimension: &str) -> Option<&SentimentBy> {
        let text = self.facts.text.as_ref()?;
        text.by.iter().find(|by| by.field == dimension)
    }
}

fn marked(name: &str) -> String {
    format!("{NAME_BEGINS}{name}{NAME_ENDS}")
}

/// One level lower, for what rests on a small sample.
fn lower(level: Level) -> Level {
    if level == Level::High { Level::Medium } else { Level::Low }
}
