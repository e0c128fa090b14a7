//! What of a model's answer can be used. A statement is used as it is, or the deterministic analyst's stands in
//! for it: nothing is mended here.

use std::collections::BTreeMap;

use contract::wording::bounded;
use pipeline_core::analysis::{Author, Level};
use serde_json::Value;

use super::prompt::{Names, SUMMARY};
use crate::{
    analyst::{Analyst, MOST_SHARING},
    claim::{Claim, Id, Kind, Proven, Statistic, named},
    plan::Ask,
    statement::{Statement, Statements},
    words,
};

/// The most claims of a statement, the most ids of a claim unless more are asked for, and the most statements
/// that are looked at.
const MOST_CLAIMS: usize = 6;
const MOST_IDS: usize = 12;
const MOST_STATEMENTS: usize = 100;

/// The longest that words may be once the names of subjects are filled in, in characters.
const FILLED_CHARS: usize = 1_200;

/// How many reasons are kept why a statement was turned away, and how long each may be.
const MOST_REASONS: usize = 5;
const REASON_CHARS: usize = 200;

/// How many problems are told; a model that made more is told that there are more.
const MOST_PROBLEMS: usize = 20;

/// What a model said so far, against what it was asked.
pub(super) struct Answer<'a> {
    analyst: &'a Analyst<'a>,
    /// What the deterministic analyst says: it stands in for what the model fails to say.
    own: Statements,
    names: Names,
    /// What is called a name in `words`.
    group_names: Vec<String>,
    accepted: BTreeMap<String, Statement>,
    /// The statements that cannot be used, and why.
    rejected: BTreeMap<String, Vec<String>>,
    /// Anomalies in the order that the model gave them.
    order: Vec<String>,
}

impl<'a> Answer<'a> {
    pub(super) fn to(analyst: &'a Analyst<'a>) -> Self {
        let own = analyst.analyse();
        let names = Names::of(analyst, &own.anomalies);
        Self {
            analyst,
            names,
            own,
            group_names: analyst.book.names(),
            accepted: BTreeMap::new(),
            rejected: BTreeMap::new(),
            order: Vec::new(),
        }
    }

    /// Reads what the tool was called with. What was accepted before stays.
    pub(super) fn read(&mut self, input: &Value) {
        let statements = input.get("statements").and_then(Value::as_array);
        for said in statements.into_iter().flatten().take(MOST_STATEMENTS) {
            let Some(name) = said.get("statement").and_then(Value::as_str) else { continue };
            if self.accepted.contains_key(name) {
                continue;
            }
            let Some(statement) = self.statement(name, said) else { continue };
            match statement {
                Ok(statement) => {
                    self.rejected.remove(name);
                    self.accepted.insert(name.to_owned(), statement);
                    if name.starts_with("anomaly.") {
                        self.order.push(name.to_owned());
                    }
                }
                Err(problems) => {
                    let reasons = problems.iter().take(MOST_REASONS);
                    let reasons = reasons.map(|problem| bounded(problem, REASON_CHARS)).collect();
                    self.rejected.insert(name.to_owned(), reasons);
                }
            }
        }
        let asked = self.names.insights.iter().chain(&self.names.recommendations);
        for name in asked.map(String::as_str).chain([SUMMARY]) {
            if !self.accepted.contains_key(name) {
                let missing = || vec!["is missing".to_owned()];
                self.rejected.entry(name.to_owned()).or_insert_with(missing);
            }
        }
    }

    /// What is wrong, for the model: a line for each problem.
    pub(super) fn problems(&self) -> Vec<String> {
        let lines = self.rejected.iter().flat_map(|(name, problems)| {
            problems.iter().map(move |problem| format!("{name}: {problem}"))
        });
        let mut lines: Vec<_> = lines.collect();
        if lines.len() > MOST_PROBLEMS {
            lines.truncate(MOST_PROBLEMS);
            lines.push("and there are more".to_owned());
        }
        lines
    }

    /// Whether a statement of the model can be used. Words beside a computed anomaly are none.
    pub(super) fn is_of_use(&self) -> bool {
        let mut accepted = self.accepted.keys();
        accepted.any(|name| !self.names.anomalies.contains(name))
    }

    /// The model's statements, and the deterministic analyst's in place of those that cannot be used.
    pub(super) fn statements(self) -> Statements {
        let Self { own, names, mut accepted, mut rejected, order, .. } = self;
        let mut pick = |name: &str, mut own: Statement| {
            accepted.remove(name).unwrap_or_else(|| {
                own.basis.replaced_because = rejected.remove(name).unwrap_or_default();
                own
            })
        };
        let mut anomalies: Vec<_> = names
            .anomalies
            .iter()
            .zip(own.anomalies)
            .map(|(name, own)| {
                let place = order.iter().position(|said| said == name).unwrap_or(order.len());
                (place, pick(name, own))
            })
            .collect();
        anomalies.sort_by_key(|(place, _)| *place);
        let insights = names.insights.iter().zip(own.insights);
        let insights = insights.map(|(name, own)| pick(name, own)).collect();
        let recommendations = names.recommendations.iter().zip(own.recommendations);
        let recommendations = recommendations.map(|(name, own)| pick(name, own)).collect();
        Statements {
            insights,
            anomalies: anomalies.into_iter().map(|(_, statement)| statement).collect(),
            recommendations,
            summary: pick(SUMMARY, own.summary),
        }
    }

    /// A statement that is asked for, if it can be used; `None` if nobody asked for it.
    fn statement(&self, name: &str, said: &Value) -> Option<Result<Statement, Vec<String>>> {
        let place = |names: &[String]| names.iter().position(|known| known == name);
        if let Some(at) = place(&self.names.anomalies) {
            return Some(self.anomaly(&self.own.anomalies[at], said));
        }
        let plan = self.analyst.plan;
        let (ask, own) = if let Some(at) = place(&self.names.insights) {
            (Some(&plan.insights[at]), &self.own.insights[at])
        } else if let Some(at) = place(&self.names.recommendations) {
            (Some(&plan.recommendations[at]), &self.own.recommendations[at])
        } else if name == SUMMARY {
            (None, &self.own.summary)
        } else {
            return None;
        };
        Some(self.claimed(ask, own, said))
    }

    /// What is odd is computed; the words are the model's.
    fn anomaly(&self, own: &Statement, said: &Value) -> Result<Statement, Vec<String>> {
        let words = self.words(said, own.subjects.len())?;
        if words.trim().is_empty() {
            return Err(vec!["words: are missing".to_owned()]);
        }
        short_enough(own.clone().with_words(Author::Model, words)).map_err(|problem| vec![problem])
    }

    fn claimed(
        &self,
        ask: Option<&Ask>,
        own: &Statement,
        said: &Value,
    ) -> Result<Statement, Vec<String>> {
        let mut problems = Vec::new();
        let claims = said.get("claims").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if claims.is_empty() || claims.len() > MOST_CLAIMS {
            problems.push(format!("claims: must be from 1 to {MOST_CLAIMS}"));
        }
        let most_ids = ask.map_or(MOST_IDS, |ask| MOST_IDS.max(ask.top + MOST_SHARING));
        let mut proven: Vec<Proven> = Vec::new();
        for (at, claim) in claims.iter().take(MOST_CLAIMS).enumerate() {
            match self.proven(claim, most_ids) {
                Ok(claim) if proven.iter().any(|other| other.claim == claim.claim) => {
                    problems.push(format!("claims[{at}]: is there already"));
                }
                Ok(claim) => proven.push(claim),
                Err(problem) => problems.push(format!("claims[{at}]: {problem}")),
            }
        }
        if let Some(ask) = ask.filter(|_| problems.is_empty()) {
            problems.extend(self.analyst.answers(ask, &proven).err());
        }
        let words = self.words(said, claims.len());
        let level = level(said, own.level);
        match (problems.is_empty(), words, level) {
            (true, Ok(words), Ok(level)) => {
                short_enough(Statement::of(&own.kind, level, Author::Model, proven, words))
                    .map_err(|problem| vec![problem])
            }
            (_, words, level) => {
                problems.extend(words.err().unwrap_or_default());
                problems.extend(level.err());
                Err(problems)
            }
        }
    }

    fn proven(&self, claim: &Value, most_ids: usize) -> Result<Proven, String> {
        let text = |member: &str| claim.get(member).and_then(Value::as_str);
        let kind = text("claim").and_then(|name| named(&Kind::ALL, Kind::as_str, name));
        let kind = kind.ok_or("is of no kind that there is")?;
        let ids = claim.get("ids").and_then(Value::as_array).ok_or("has no ids")?;
        if ids.len() > most_ids {
            return Err(format!("has more than {most_ids} ids"));
        }
        let id = |id: &Value| id.as_str().and_then(Id::parse).ok_or("has an id that is none");
        let ids = ids.iter().map(id).collect::<Result<Vec<_>, _>>()?;
        let statistic = match text("statistic").filter(|name| !name.is_empty()) {
            Some(name) => {
                let known = named(&Statistic::ALL, Statistic::as_str, name);
                Some(known.ok_or("has a statistic that is none")?)
            }
            None => None,
        };
        let measure = match text("measure").filter(|name| !name.is_empty()) {
            Some(name) => Some(Id::parse(name).ok_or("has a measure that is none")?),
            None => None,
        };
        let claim = Claim { kind, ids, statistic, measure };
        self.analyst.book.prove(claim).map_err(|why| format!("{}: {why}", kind.as_str()))
    }

    fn words<'s>(&self, said: &'s Value, claims: usize) -> Result<&'s str, Vec<String>> {
        let Some(words) = said.get("words").and_then(Value::as_str) else {
            return Err(vec!["words: are no text".to_owned()]);
        };
        let problems = words::problems(words, claims, &self.group_names);
        if problems.is_empty() {
            return Ok(words);
        }
        Err(problems.into_iter().map(|problem| format!("words: {problem}")).collect())
    }
}

/// The statement, unless names have made its words longer than anybody reads.
fn short_enough(statement: Statement) -> Result<Statement, String> {
    let words = statement.basis.words.as_deref().unwrap_or_default();
    if words.chars().count() > FILLED_CHARS {
        return Err("words: are too long with the names filled in".to_owned());
    }
    Ok(statement)
}

/// The computed level, or the model's where it is lower.
fn level(said: &Value, computed: Level) -> Result<Level, String> {
    let level = said.get("level").and_then(Value::as_str).filter(|name| !name.is_empty());
    let Some(level) = level else { return Ok(computed) };
    let level = named(&Level::ALL, Level::as_str, level);
    // The lowest level is the last.
    Ok(level.ok_or("level: is none of high, medium, low")?.max(computed))
}
