//! Statements, whoever made them, and the analysis that they become.

use pipeline_core::{
    analysis::{Analysis, Anomaly, Author, Basis, Insight, Level, Recommendation, SCHEMA_VERSION},
    run::Run,
};

use crate::claim::{Mention, Proven};

/// One statement: its kind, what it consists of, its confidence, severity or priority.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) kind: String,
    pub(crate) level: Level,
    pub(crate) basis: Basis,
    /// What its words may speak of, by the numbers of its claims.
    pub(crate) subjects: Vec<Mention>,
}

impl Statement {
    /// Claims that hold, and words with `{1}` for the subject of the first of them.
    pub(crate) fn of(
        kind: &str,
        level: Level,
        author: Author,
        claims: Vec<Proven>,
        words: &str,
    ) -> Self {
        let (claims, subjects): (Vec<_>, Vec<_>) =
            claims.into_iter().map(|proven| (proven.said, proven.subject)).unzip();
        let basis = Basis { claims_by: author, claims, ..Basis::default() };
        Self { kind: kind.to_owned(), level, basis, subjects }.with_words(author, words)
    }

    /// The same with other words: nothing of empty ones.
    pub(crate) fn with_words(mut self, author: Author, words: &str) -> Self {
        let written = words.trim();
        let words = filled(written, &self.subjects);
        let is_of_model = author == Author::Model && !written.is_empty();
        self.basis.words_by = author;
        self.basis.words = (!words.is_empty()).then_some(words);
        self.basis.words_as_written = is_of_model.then(|| written.to_owned());
        self
    }
}

/// Fills `{1}` in, in one pass, so that nothing in a name is taken for a place to fill.
fn filled(words: &str, subjects: &[Mention]) -> String {
    let mut text = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        let (number, after) = after.split_once('}').unwrap_or((after, ""));
        let at = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        text.push_str(before);
        let begins = text.trim_end().is_empty() || text.trim_end().ends_with(['.', '!', '?']);
        if let Some(subject) = at.and_then(|at| subjects.get(at)) {
            text += &if begins { subject.leading() } else { subject.name.clone() };
        }
        rest = after;
    }
    text + rest
}

/// Everything that an author says.
#[derive(Debug, Clone)]
pub(crate) struct Statements {
    pub(crate) insights: Vec<Statement>,
    pub(crate) anomalies: Vec<Statement>,
    pub(crate) recommendations: Vec<Statement>,
    pub(crate) summary: Statement,
}

impl Statements {
    /// The analysis that this author makes of a run.
    pub(crate) fn into_analysis(self, author: &str, run: &Run) -> Analysis {
        let all = self.insights.iter().chain(&self.anomalies).chain(&self.recommendations);
        let all = all.chain([&self.summary]);
        let replaced = all.filter(|said| !said.basis.replaced_because.is_empty()).count();
        let insight = |Statement { kind, level, basis, .. }| Insight {
            kind,
            description: basis.text(),
            confidence: level,
            basis,
        };
        let anomaly = |Statement { kind, level, basis, .. }| Anomaly {
            kind,
            description: basis.text(),
            severity: level,
            basis,
        };
        let recommendation = |Statement { kind, level, basis, .. }| Recommendation {
            category: kind,
            action: basis.text(),
            priority: level,
            basis,
        };
        Analysis {
            schema_version: SCHEMA_VERSION.to_owned(),
            analysis_id: run.analysis_id(),
            correlation_id: run.correlation_id.clone(),
            model: author.to_owned(),
            degraded_because: None,
            insights: self.insights.into_iter().map(insight).collect(),
            anomalies: self.anomalies.into_iter().map(anomaly).collect(),
            recommendations: self.recommendations.into_iter().map(recommendation).collect(),
            summary: self.summary.basis.text(),
            summary_basis: self.summary.basis,
            replaced_statements: replaced as u64,
            prompt_sha256: None,
            input_tokens: 0,
            output_tokens: 0,
            cost_usd: 0.0,
        }
    }
}
