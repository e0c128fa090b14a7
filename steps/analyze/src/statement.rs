//! Statements, whoever made them, and the analysis that they become when their numbers are checked.

use pipeline_core::{
    analysis::{Analysis, Anomaly, Insight, Level, Recommendation, SCHEMA_VERSION},
    run::Run,
};

use crate::{
    check::Book,
    plan::{Ask, Plan, Topic},
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

impl Statements {
    /// The analysis that this author makes of a run: every number of every text is checked.
    pub(crate) fn checked(self, author: &str, run: &Run, plan: &Plan, book: &Book) -> Analysis {
        let mut unverified_statements = 0;
        let mut check = |text: &str, topic: Option<&Topic>| {
            let unverified = book.unverified(text, topic);
            unverified_statements += u64::from(!unverified.is_empty());
            unverified
        };
        let insights = self.insights.into_iter().map(|said| Insight {
            unverified_numbers: check(&said.text, topic(&plan.insights, &said.kind)),
            kind: said.kind,
            description: said.text,
            confidence: said.level,
        });
        let insights = insights.collect();
        let anomalies = self.anomalies.into_iter().map(|said| Anomaly {
            unverified_numbers: check(&said.text, topic(&plan.anomalies, &said.kind)),
            kind: said.kind,
            description: said.text,
            severity: said.level,
        });
        let anomalies = anomalies.collect();
        let recommendations = self.recommendations.into_iter().map(|said| Recommendation {
            unverified_numbers: check(&said.text, topic(&plan.recommendations, &said.kind)),
            category: said.kind,
            action: said.text,
            priority: said.level,
        });
        let recommendations = recommendations.collect();
        let summary_unverified_numbers = check(&self.summary, None);
        Analysis {
            schema_version: SCHEMA_VERSION.to_owned(),
            analysis_id: run.analysis_id(),
            correlation_id: run.correlation_id.clone(),
            model: author.to_owned(),
            degraded_because: None,
            insights,
            anomalies,
            recommendations,
            summary: self.summary,
            summary_unverified_numbers,
            unverified_statements,
            prompt_sha256: None,
            input_tokens: 0,
            output_tokens: 0,
            cost_usd: 0.0,
        }
    }
}

fn topic<'p>(asks: &'p [Ask], kind: &str) -> Option<&'p Topic> {
    asks.iter().find(|ask| ask.kind == kind).map(|ask| &ask.topic)
}
