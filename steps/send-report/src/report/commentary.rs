//! What a model, or the deterministic analyst, says: always with its author, and marked where a
//! number is not in the facts.

use contract::wording::{bounded, count};
use pipeline_core::analysis::{Analysis, Level};

use super::{capped::Capped, view::Limits};
use crate::figure::usd;

/// The analysis.
pub(crate) struct Commentary {
    /// Whether a model wrote it.
    pub(crate) by_model: bool,
    pub(crate) model: String,
    pub(crate) degraded_because: Option<String>,
    pub(crate) summary: String,
    pub(crate) summary_unverified: Option<String>,
    pub(crate) anomalies: Capped<Statement>,
    pub(crate) insights: Capped<Statement>,
    pub(crate) recommendations: Capped<Statement>,
    /// How many statements have a number that the facts do not hold, if any.
    pub(crate) unverified: Option<String>,
    pub(crate) input_tokens: String,
    pub(crate) output_tokens: String,
    pub(crate) cost: String,
}

/// One insight, anomaly or recommendation.
pub(crate) struct Statement {
    /// The kind in words.
    pub(crate) kind: String,
    pub(crate) text: String,
    /// `high`, `medium` or `low`.
    pub(crate) level: &'static str,
    /// The numbers that the facts do not hold.
    pub(crate) unverified: Option<String>,
}

impl Commentary {
    pub(super) fn new(analysis: &Analysis, limits: Limits) -> Self {
        let statement = |kind: &str, text: &str, level: Level, unverified: &[String]| Statement {
            kind: title(kind),
            text: bounded(text, limits.statement_chars),
            level: level.as_str(),
            unverified: numbers(unverified),
        };
        let mut anomalies: Vec<_> = analysis.anomalies.iter().collect();
        anomalies.sort_by_key(|anomaly| anomaly.severity);
        let anomalies = anomalies
            .iter()
            .map(|a| statement(&a.kind, &a.description, a.severity, &a.unverified_numbers));
        let insights = analysis
            .insights
            .iter()
            .map(|i| statement(&i.kind, &i.description, i.confidence, &i.unverified_numbers));
        let recommendations = analysis
            .recommendations
            .iter()
            .map(|r| statement(&r.category, &r.action, r.priority, &r.unverified_numbers));
        Self {
            by_model: analysis.model != "deterministic",
            model: bounded(&analysis.model, 120),
            degraded_because: analysis.degraded_because.as_deref().map(|why| bounded(why, 300)),
            summary: bounded(&analysis.summary, limits.statement_chars),
            summary_unverified: numbers(&analysis.summary_unverified_numbers),
            anomalies: Capped::new(anomalies, limits.statements),
            insights: Capped::new(insights, limits.statements),
            recommendations: Capped::new(recommendations, limits.statements),
            unverified: unverified(analysis.unverified_statements),
            input_tokens: count(analysis.input_tokens),
            output_tokens: count(analysis.output_tokens),
            cost: usd(analysis.cost_usd),
        }
    }
}

fn unverified(statements: u64) -> Option<String> {
    let note = match statements {
        0 => return None,
        1 => "1 statement has a number that is not in the facts; it is marked.".to_owned(),
        _ => format!(
            "{} statements have a number that is not in the facts; they are marked.",
            count(statements)
        ),
    };
    Some(note)
}

/// `price_anomaly` in words: `Price anomaly`.
fn title(kind: &str) -> String {
    let words = bounded(&kind.replace('_', " "), 80);
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn numbers(unverified: &[String]) -> Option<String> {
    let numbers = Capped::new(unverified.iter().map(|number| bounded(number, 40)), 5);
    if numbers.is_empty() {
        return None;
    }
    let mut text = numbers.items.join(", ");
    if numbers.more > 0 {
        text.push_str(", …");
    }
    Some(text)
}
