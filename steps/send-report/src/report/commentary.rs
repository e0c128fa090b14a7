//! What the analysis says: what is proven against the facts, what of it a model chose, and what are only
//! words.

mod said;
mod source;

use contract::wording::{bounded, count};
use pipeline_core::analysis::{Analysis, DETERMINISTIC, Level};

use self::{
    said::Said,
    source::{Source, Sources},
};
use super::{capped::Capped, view::Limits};
use crate::figure::{counted, usd};

/// The analysis.
pub(crate) struct Commentary {
    /// Whether a model was asked for it.
    pub(crate) by_model: bool,
    pub(crate) model: String,
    /// Who made it, and what of it is proven.
    pub(crate) about: String,
    /// What a reader has to know first: a word, and why.
    pub(crate) notes: Vec<(&'static str, String)>,
    pub(crate) summary: Said,
    pub(crate) anomalies: Capped<Statement>,
    pub(crate) insights: Capped<Statement>,
    pub(crate) recommendations: Capped<Statement>,
    /// Where the figures come from.
    pub(crate) sources: Capped<Source>,
}

/// One insight, anomaly or recommendation.
pub(crate) struct Statement {
    /// The kind in words.
    pub(crate) kind: String,
    /// `high`, `medium` or `low`.
    pub(crate) level: &'static str,
    pub(crate) said: Said,
}

impl Commentary {
    pub(super) fn new(analysis: &Analysis, limits: Limits) -> Self {
        let mut sources = Sources::new(limits.figures);
        let mut left = limits.analysis_chars;
        let mut said = |text: &str, basis| {
            let limits = limits.within(left);
            let said = if analysis.has_claims() {
                Said::new(basis, &mut sources, limits)
            } else {
                Said::unproven(text, limits)
            };
            left = left.saturating_sub(said.chars());
            said
        };
        let summary = said(&analysis.summary, &analysis.summary_basis);
        let mut statement = |kind: &str, level: Level, text: &str, basis| Statement {
            kind: title(kind),
            level: level.as_str(),
            said: said(text, basis),
        };
        let mut anomalies: Vec<_> = analysis.anomalies.iter().collect();
        // It is stable: within a severity, the model's order holds.
        anomalies.sort_by_key(|anomaly| anomaly.severity);
        let anomalies = Capped::new(anomalies, limits.statements)
            .map(|a| statement(&a.kind, a.severity, &a.description, &a.basis));
        let insights = Capped::new(&analysis.insights, limits.statements)
            .map(|i| statement(&i.kind, i.confidence, &i.description, &i.basis));
        let recommendations = Capped::new(&analysis.recommendations, limits.statements)
            .map(|r| statement(&r.category, r.priority, &r.action, &r.basis));
        Self {
            by_model: is_by_model(analysis),
            model: bounded(&analysis.model, 120),
            about: about(analysis),
            notes: notes(analysis),
            summary,
            anomalies,
            insights,
            recommendations,
            sources: sources.into_rows(),
        }
    }
}

fn is_by_model(analysis: &Analysis) -> bool {
    analysis.model != DETERMINISTIC
}

fn about(analysis: &Analysis) -> String {
    if !is_by_model(analysis) {
        return "Written by fixed rules from the facts; no model had a part in it.".to_owned();
    }
    let what = if analysis.has_claims() {
        "Figures and comparisons are computed and proven against the facts; the model chose which to \
         tell. Its own words are marked: they are an opinion."
    } else {
        "Written by a model about the facts."
    };
    let input = count(analysis.input_tokens);
    let output = count(analysis.output_tokens);
    format!("{what} {input} tokens in, {output} out, {}.", usd(analysis.cost_usd))
}

fn notes(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if !analysis.has_claims() {
        let why = "An earlier version of the program wrote this analysis. Nothing in it was proven \
                   against the facts.";
        notes.push(("Not proven", why.to_owned()));
    }
    if let Some(why) = &analysis.degraded_because {
        let what = "A model was wanted, and the deterministic analyst stands in for it";
        notes.push(("Degraded", format!("{what}: {}", bounded(why, 300))));
    }
    if analysis.replaced_statements > 0 {
        let statements = counted(analysis.replaced_statements, "statement", "statements");
        let why = format!(
            "{statements} of the model could not be used. In the place of each stands the \
             deterministic analyst's; it is marked."
        );
        notes.push(("Replaced", why));
    }
    notes
}

/// `price_anomaly` in words: `Price anomaly`.
fn title(kind: &str) -> String {
    let words = bounded(&kind.replace('_', " "), 80);
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
