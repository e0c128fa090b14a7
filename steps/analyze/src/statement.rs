//! Statements before their numbers are checked, whoever made them.

use pipeline_core::analysis::{Anomaly, Insight, Level, Recommendation};

use crate::{
    check::Book,
    plan::{Ask, Topic},
};

/// One statement: its kind, its text, its confidence, severity or priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) level: Level,
}

/// Everything that an author says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Statements {
    pub(crate) insights: Vec<Statement>,
    pub(crate) anomalies: Vec<Statement>,
    pub(crate) recommendations: Vec<Statement>,
    pub(crate) summary: String,
}

/// The statements with the numbers that the facts do not hold.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) insights: Vec<Insight>,
    pub(crate) anomalies: Vec<Anomaly>,
    pub(crate) recommendations: Vec<Recommendation>,
    pub(crate) summary: String,
    pub(crate) summary_unverified_numbers: Vec<String>,
    pub(crate) unverified_statements: u64,
}

impl Checked {
    /// Checks every number of every text.
    pub(crate) fn of(statements: Statements, plan: &crate::plan::Plan, book: &Book) -> Self {
        let mut unverified_statements = 0;
        let mut check = |text: &str, topic: Option<&Topic>| {
            let unverified = book.unverified(text, topic);
            unverified_statements += u64::from(!unverified.is_empty());
            unverified
        };
        let insights = statements.insights.into_iter().map(|said| Insight {
            unverified_numbers: check(&said.text, topic(&plan.insights, &said.kind)),
            kind: said.kind,
            description: said.text,
            confidence: said.level,
        });
        let insights = insights.collect();
        let anomalies = statements.anomalies.into_iter().map(|said| Anomaly {
            unverified_numbers: check(&said.text, topic(&plan.anomalies, &said.kind)),
            kind: said.kind,
            description: said.text,
            severity: said.level,
        });
        let anomalies = anomalies.collect();
        let recommendations = statements.recommendations.into_iter().map(|said| Recommendation {
            unverified_numbers: check(&said.text, topic(&plan.recommendations, &said.kind)),
            category: said.kind,
            action: said.text,
            priority: said.level,
        });
        let recommendations = recommendations.collect();
        let summary_unverified_numbers = check(&statements.summary, None);
        Self {
            insights,
            anomalies,
            recommendations,
            summary: statements.summary,
            summary_unverified_numbers,
            unverified_statements,
        }
    }
}

fn topic<'p>(asks: &'p [Ask], kind: &str) -> Option<&'p Topic> {
    asks.iter().find(|ask| ask.kind == kind).map(|ask| &ask.topic)
}
