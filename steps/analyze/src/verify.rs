//! Holds a published analysis against the facts again, without the model.

use contract::Contract;
use pipeline_core::{
    analysis::{Analysis, Author, Basis, DETERMINISTIC, Level},
    facts::Facts,
};

use crate::{
    analyst::Analyst,
    claim::{Book, Claim, Proven},
    plan::{Ask, Plan},
    statement::Statement,
    words,
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

/// Proves an analysis again. What the deterministic analyst says must be what it says of these facts. A model's
/// claims must hold and answer what the contract asks, its levels may only be lower than the computed ones,
/// and its words must be such as are let through: whether they are so is not proven.
pub fn verify(analysis: &Analysis, facts: &Facts, contract: &Contract) -> Verification {
    let version = &analysis.schema_version;
    if !version.starts_with("2.") {
        return Verification::NotVerifiable(format!("analysis.json is of version {version}"));
    }
    let plan = Plan::of(contract);
    let book = Book { facts, record: &plan.record };
    let analyst = Analyst { plan: &plan, book };
    let names = book.names();
    let mut audit = Audit {
        analysis,
        analyst,
        names,
        claims: 0,
        replaced: 0,
        problems: Vec::new(),
        unknown: None,
    };
    audit.all();
    match (audit.problems.is_empty(), audit.unknown) {
        (false, _) => Verification::Disproved(audit.problems),
        (true, Some(unknown)) => Verification::NotVerifiable(unknown),
        (true, None) => Verification::Proven { claims: audit.claims },
    }
}

struct Audit<'a> {
    analysis: &'a Analysis,
    analyst: Analyst<'a>,
    names: Vec<String>,
    claims: usize,
    replaced: u64,
    problems: Vec<String>,
    /// A claim that is none of this version's.
    unknown: Option<String>,
}

/// A statement as it is published.
struct Said<'a> {
    kind: &'a str,
    text: &'a str,
    level: Level,
    basis: &'a Basis,
}

impl Audit<'_> {
    fn problem(&mut self, path: &str, problem: &str) {
        self.problems.push(format!("{path}: {problem}"));
    }

    fn all(&mut self) {
        let analysis = self.analysis;
        let own = self.analyst.analyse();
        if analysis.correlation_id != self.analyst.book.facts.correlation_id {
            self.problem("correlation_id", "is not that of the facts");
        }
        let insights = analysis.insights.iter().map(|said| Said {
            kind: &said.kind,
            text: &said.description,
            level: said.confidence,
            basis: &said.basis,
        });
        let insights: Vec<_> = insights.collect();
        self.asked("insights", &insights, &own.insights, &self.analyst.plan.insights);
        let advice = analysis.recommendations.iter().map(|said| Said {
            kind: &said.category,
            text: &said.action,
            level: said.priority,
            basis: &said.basis,
        });
        let (advice, asks) = (advice.collect::<Vec<_>>(), &self.analyst.plan.recommendations);
        self.asked("recommendations", &advice, &own.recommendations, asks);
        let anomalies = analysis.anomalies.iter().map(|said| Said {
            kind: &said.kind,
            text: &said.description,
            level: said.severity,
            basis: &said.basis,
        });
        self.anomalies(anomalies.collect(), own.anomalies);
        let (text, basis) = (&*analysis.summary, &analysis.summary_basis);
        let summary = Said { kind: "summary", text, level: own.summary.level, basis };
        self.statement("summary", &summary, &own.summary, None);
        if analysis.replaced_statements != self.replaced {
            self.problem("replaced_statements", &format!("is not {}", self.replaced));
        }
    }

    fn asked(&mut self, list: &str, said: &[Said<'_>], own: &[Statement], asks: &[Ask]) {
        if said.len() != asks.len() {
            self.problem(list, "is not one statement for each that the contract asks for");
        }
        for (at, ((said, own), ask)) in said.iter().zip(own).zip(asks).enumerate() {
            self.statement(&format!("{list}[{at}]"), said, own, Some(ask));
        }
    }

    /// A statement of the model's choice, or the deterministic analyst's own.
    fn statement(&mut self, path: &str, said: &Said<'_>, own: &Statement, ask: Option<&Ask>) {
        let proven = self.proven(path, said);
        let basis = said.basis;
        self.replaced += u64::from(!basis.replaced_because.is_empty());
        if basis.claims_by == Author::Analyst {
            let replaced_because = basis.replaced_because.clone();
            let is_own = *basis == Basis { replaced_because, ..own.basis.clone() };
            if !is_own || said.level != own.level || said.kind != own.kind {
                self.problem(path, "is not what the deterministic analyst says");
            }
            if self.is_of_model() && basis.replaced_because.is_empty() {
                self.problem(path, "stands in for the model's, and does not say why");
            }
            return;
        }
        // The highest level is the first.
        if said.kind != own.kind || said.level < own.level {
            self.problem(path, "its kind or its level is not as computed");
        }
        if let Some(Err(missing)) = ask.map(|ask| self.analyst.answers(ask, &proven)) {
            self.problem(path, &missing);
        }
        self.words(path, basis, proven);
    }

    /// Every anomaly of the rules is there with its severity, and no other; a model may have put its words
    /// to it, and chosen the order.
    fn anomalies(&mut self, mut said: Vec<Said<'_>>, own: Vec<Statement>) {
        for own in own {
            let is_own = |said: &Said<'_>| {
                said.kind == own.kind
                    && said.level == own.level
                    && said.basis.claims == own.basis.claims
            };
            let Some(at) = said.iter().position(is_own) else {
                self.problem("anomalies", &format!("lacks the computed {}", own.kind));
                continue;
            };
            let said = said.remove(at);
            let path = format!("anomalies of {}", own.kind);
            let proven = self.proven(&path, &said);
            self.replaced += u64::from(!said.basis.replaced_because.is_empty());
            match said.basis.words_by {
                Author::Model => self.words(&path, said.basis, proven),
                Author::Analyst if said.basis.words == own.basis.words => {}
                Author::Analyst => self.problem(&path, "has words that are not computed"),
            }
        }
        for found in said {
            self.problem("anomalies", &format!("has a {} that is not computed", found.kind));
        }
    }

    /// The claims that hold, word for word.
    fn proven(&mut self, path: &str, said: &Said<'_>) -> Vec<Proven> {
        if said.text != said.basis.text() {
            self.problem(path, "its text is not that of its claims and words");
        }
        if said.basis.claims.is_empty() {
            self.problem(path, "claims nothing");
        }
        let mut proven = Vec::new();
        for (at, said) in said.basis.claims.iter().enumerate() {
            self.claims += 1;
            let path = format!("{path}.claims[{at}]");
            let Some(claim) = Claim::read(said) else {
                self.unknown = Some(format!("{path} is of a kind that this version does not know"));
                continue;
            };
            match self.analyst.book.prove(claim) {
                Ok(found) if found.said == *said => proven.push(found),
                Ok(_) => self.problem(&path, "says something else than the facts"),
                Err(why) => self.problem(&path, &format!("does not hold: {why}")),
            }
        }
        proven
    }

    /// Words of a model are such as are let through, with the names of the subjects of its claims.
    fn words(&mut self, path: &str, basis: &Basis, proven: Vec<Proven>) {
        if !self.is_of_model() {
            self.problem(path, "is of a model, and the analysis names none");
        }
        let written = basis.words_as_written.as_deref().unwrap_or_default();
        for problem in words::problems(written, basis.claims.len(), &self.names) {
            self.problem(path, &format!("its words {problem}"));
        }
        let again = Statement::of("", Level::Low, Author::Model, proven, written);
        if basis.words_by != Author::Model || basis.words != again.basis.words {
            self.problem(path, "its words are not those that the model wrote");
        }
    }

    fn is_of_model(&self) -> bool {
        self.analysis.model != DETERMINISTIC
    }
}
