//! The deterministic analyst: says what the facts show, by stated rules, without a model.
//!
//! What a statement says follows from what the contract says that it is about, never from its kind's
//! name, so that any dataset is served. An insight and a recommendation are made for each kind that
//! the contract names; where the facts have nothing about it, they say so. An anomaly is only made
//! where a rule of [`anomaly`] shows one. Every sentence has its numbers; ties are named as ties, and
//! small samples are said to be small.

pub(crate) mod anomaly;
mod insight;
mod name;
mod ranking;
mod recommendation;
mod sentiment;
mod summary;

use pipeline_core::{
    analysis::Level,
    facts::{DimensionFacts, Facts, MeasureFacts, SentimentBy, TextFacts},
};

pub(crate) use ranking::{labels, leaders};

use crate::{
    check::Book,
    plan::{Plan, Topic},
    statement::{Statement, Statements},
    wording::{count, human, plural},
};

/// Fewer records or texts than this are a small sample, and said to be.
const SMALL_SAMPLE: u64 = 10;

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
        let plain = name::unmarked(text);
        if self.book.unverified(&plain, topic).is_empty() {
            return plain;
        }
        name::quoted(text)
    }

    /// `716 sales`
    fn records(&self, records: u64) -> String {
        let noun = &self.plan.record;
        format!("{} {}", count(records), if records == 1 { &noun.one } else { &noun.many })
    }

    fn dimension(&self, field: &str) -> Option<&DimensionFacts> {
        self.facts.dimensions.iter().find(|dimension| dimension.field == field)
    }

    fn measure(&self, field: &str) -> Option<&MeasureFacts> {
        self.facts.measures.iter().find(|measure| measure.field == field)
    }

    /// The free text, where anybody wrote one.
    fn free_text(&self) -> Option<&TextFacts> {
        self.facts.text.as_ref().filter(|text| text.overall.count > 0)
    }

    /// The sentiment by this dimension, or by the first one that the facts have it by.
    fn sentiment_by(&self, dimension: Option<&str>) -> Option<&SentimentBy> {
        let by = &self.facts.text.as_ref()?.by;
        match dimension {
            Some(dimension) => by.iter().find(|by| by.field == dimension),
            None => by.first(),
        }
    }
}

/// What several values of a column are called: `models`.
fn several(field: &str) -> String {
    let noun = human(field);
    // A plural of a name with a number in it could not be told from a claim.
    let has_number = noun.chars().any(char::is_numeric);
    if has_number { format!("values of {}", name::column(field)) } else { plural(&noun) }
}

/// One level lower, for what rests on a small sample.
fn lower(level: Level) -> Level {
    if level == Level::High { Level::Medium } else { Level::Low }
}
