//! Holds a published analysis against the facts again, without the model.

use contract::Contract;
use pipeline_core::{
    analysis::{Analysis, Anomaly, Basis, Level},
    facts::Facts,
};

use crate::{
    analyst::Analyst,
    claim::{Book, Claim},
    plan::{Ask, Plan},
    statement::Statement,
};

/// What holding an analysis against its facts has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// So many claims hold, word for word, and what is computed is as it was computed.
    Proven {
        /// How many claims there are.
        claims: usize,
    },
    /// What does not hold, and where.
    Disproved(Vec<String>),
    /// It cannot be told: why.
    NotVerifiable(String),
}

/// Proves an analysis again: each claim against the facts, each text against its claims, each anomaly,
/// severity, confidence and priority against the rules. The words of a model are not proven.
pub fn verify(analysis: &Analysis, facts: &Facts, contract: &Contract) -> Verification {
    if !analysis.schema_version.starts_with("2.") {
        let version = &analysis.schema_version;
        return Verification::NotVerifiable(format!("analysis.json is of version {version}"));
    }
    let plan = Plan::of(contract);
    let book = Book { facts, record: &plan.record };
    let mut audit = Audit { book, claims: 0, problems: Vec::new(), unknown: None };
    let analyst = Analyst { plan: &plan, book };
    for (at, said) in analysis.insights.iter().enumerate() {
        audit.statement(&format!("insights[{at}]"), &said.basis, &said.description);
    }
    for (at, said) in analysis.anomalies.iter().enumerate() {
        audit.statement(&format!("anomalies[{at}]"), &said.basis, &said.description);
    }
    for (at, said) in analysis.recommendations.iter().enumerate() {
        audit.statement(&format!("recommendations[{at}]"), &said.basis, &said.action);
    }
    audit.statement("summary", &analysis.summary_basis, &analysis.summary);
    let insights = analysis.insights.iter().map(|said| (&*said.kind, said.confidence));
    audit.levels("insights", insights, &plan.insights, |ask| analyst.insight(ask));
    let advice = analysis.recommendations.iter().map(|said| (&*said.category, said.priority));
    audit.levels("recommendations", advice, &plan.recommendations, |ask| {
        analyst.recommendation(ask)
    });
    audit.anomalies(analysis, analyst.anomalies());
    match (audit.unknown, audit.problems.is_empty()) {
        (Some(unknown), _) => Verification::NotVerifiable(unknown),
        (None, true) => Verification::Proven { claims: audit.claims },
        (None, false) => Verification::Disproved(audit.problems),
    }
}

struct Audit<'f> {
    book: Book<'f>,
    claims: usize,
    problems: Vec<String>,
    /// A claim that is none of this version's.
    unknown: Option<String>,
}

impl Audit<'_> {
    fn problem(&mut self, path: &str, problem: &str) {
        self.problems.push(format!("{path}: {problem}"));
    }

    fn statement(&mut self, path: &str, basis: &Basis, text: &str) {
        for (at, said) in basis.claims.iter().enumerate() {
            self.claims += 1;
            let path = format!("{path}.claims[{at}]");
            let Some(claim) = Claim::read(said) else {
                self.unknown = Some(format!("{path} is of a kind that this version does not know"));
                continue;
            };
            match self.book.prove(claim) {
                Ok(proven) if proven.said == *said => {}
                Ok(_) => self.problem(&path, "says something else than the facts"),
                Err(why) => self.problem(&path, &format!("does not hold: {why}")),
            }
        }
        if text != basis.text() {
            self.problem(path, "its text is not that of its claims and words");
        }
    }

    /// No level may be above the computed one.
    fn levels<'s>(
        &mut self,
        list: &str,
        said: impl Iterator<Item = (&'s str, Level)>,
        asks: &[Ask],
        computed: impl Fn(&Ask) -> Statement,
    ) {
        let said: Vec<_> = said.collect();
        if said.len() != asks.len() {
            self.problem(list, "is not one statement for each that the contract asks for");
        }
        for (at, ((kind, level), ask)) in said.into_iter().zip(asks).enumerate() {
            // The highest level is the first.
            if kind != ask.kind || level < computed(ask).level {
                self.problem(&format!("{list}[{at}]"), "its kind or its level is not as computed");
            }
        }
    }

    /// Every anomaly of the rules is there with its severity, and no other.
    fn anomalies(&mut self, analysis: &Analysis, computed: Vec<Statement>) {
        let mut said: Vec<_> = analysis.anomalies.iter().collect();
        for own in computed {
            let is_own = |found: &Anomaly| {
                found.kind == own.kind
                    && found.severity == own.level
                    && found.basis.claims == own.basis.claims
            };
            match said.iter().position(|found| is_own(found)) {
                Some(at) => {
                    said.swap_remove(at);
                }
                None => self.problem("anomalies", &format!("lacks the computed {}", own.kind)),
            }
        }
        for found in said {
            self.problem("anomalies", &format!("has a {} that is not computed", found.kind));
        }
    }
}
