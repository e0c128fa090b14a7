//! Whether a model's answer can be used. Nothing is repaired or left out here: an answer is used as it
//! is, or not at all. The schema that the model is given bounds little: counts, lengths and members are
//! bounded here.

use std::collections::BTreeMap;

use contract::wording::is_invisible;
use pipeline_core::analysis::Level;
use serde_json::{Map, Value};

use crate::{
    analyst::{Analyst, labels, leaders},
    plan::Ask,
    statement::{Statement, Statements},
};

/// The longest statement and the longest summary, in characters.
const STATEMENT_CHARS: usize = 700;
const SUMMARY_CHARS: usize = 1_500;

/// Anomalies of one kind that an answer may hold. The schema of the answer tells it to the model.
const ANOMALIES_PER_KIND: usize = 3;

/// How many problems are told; a model that made more is told that there are more.
const MOST_PROBLEMS: usize = 20;

/// Reads an answer, or tells everything that is wrong with it.
pub(super) fn read(answer: &Value, analyst: &Analyst<'_>) -> Result<Statements, Vec<String>> {
    let plan = analyst.plan;
    let mut reader = Reader { analyst, problems: Vec::new() };
    let Value::Object(members) = answer else {
        return Err(vec!["the answer: is not an object".to_owned()]);
    };
    reader.only("", members, &["insights", "anomalies", "recommendations", "summary"]);
    let statements = Statements {
        insights: reader.list(
            members,
            "insights",
            ["type", "description", "confidence"],
            &plan.insights,
            true,
        ),
        anomalies: reader.list(
            members,
            "anomalies",
            ["type", "description", "severity"],
            &plan.anomalies,
            false,
        ),
        recommendations: reader.list(
            members,
            "recommendations",
            ["category", "action", "priority"],
            &plan.recommendations,
            true,
        ),
        summary: reader.text("summary", members.get("summary"), SUMMARY_CHARS),
    };
    let mut problems = reader.problems;
    if problems.is_empty() {
        return Ok(statements);
    }
    if problems.len() > MOST_PROBLEMS {
        problems.truncate(MOST_PROBLEMS);
        problems.push("and there are more".to_owned());
    }
    Err(problems)
}

struct Reader<'a> {
    analyst: &'a Analyst<'a>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn problem(&mut self, path: &str, problem: &str) {
        self.problems.push(format!("{path}: {problem}"));
    }

    /// Refuses members that are not asked for. Their names are the model's and are not repeated.
    fn only(&mut self, path: &str, members: &Map<String, Value>, known: &[&str]) {
        if members.keys().any(|name| !known.contains(&name.as_str())) {
            let path = if path.is_empty() { "the answer" } else { path };
            self.problem(path, &format!("has members other than {}", known.join(", ")));
        }
    }

    /// The statements of one list: of its name, and the names of its items' kind, text and level.
    /// `is_complete`: each kind must be there exactly once, naming the leading groups.
    fn list(
        &mut self,
        members: &Map<String, Value>,
        list: &str,
        [kind, text, level]: [&str; 3],
        asks: &[Ask],
        is_complete: bool,
    ) -> Vec<Statement> {
        let Some(Value::Array(items)) = members.get(list) else {
            self.problem(list, "is not an array");
            return Vec::new();
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut statements = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{list}[{index}]");
            let Value::Object(item) = item else {
                self.problem(&path, "is not an object");
                continue;
            };
            self.only(&path, item, &[kind, text, level]);
            let ask = self.kind(&format!("{path}.{kind}"), item.get(kind), asks);
            let text_path = format!("{path}.{text}");
            let text = self.text(&text_path, item.get(text), STATEMENT_CHARS);
            let level = self.level(&format!("{path}.{level}"), item.get(level));
            let (Some(ask), Some(level)) = (ask, level) else { continue };
            *counts.entry(&ask.kind).or_default() += 1;
            if is_complete {
                self.leaders(&text_path, ask, &text);
            }
            statements.push(Statement { kind: ask.kind.clone(), text, level });
        }
        for ask in asks {
            let count = counts.get(ask.kind.as_str()).copied().unwrap_or_default();
            if is_complete && count != 1 {
                self.problem(list, &format!("needs exactly one of the kind {}", ask.kind));
            } else if count > ANOMALIES_PER_KIND {
                self.problem(list, &format!("has too many of the kind {}", ask.kind));
            }
        }
        statements
    }

    fn kind<'p>(&mut self, path: &str, value: Option<&Value>, asks: &'p [Ask]) -> Option<&'p Ask> {
        let kind = value.and_then(Value::as_str);
        let found = asks.iter().find(|ask| Some(ask.kind.as_str()) == kind);
        if found.is_none() {
            let kinds: Vec<_> = asks.iter().map(|ask| ask.kind.as_str()).collect();
            self.problem(path, &format!("is none of {}", kinds.join(", ")));
        }
        found
    }

    fn level(&mut self, path: &str, value: Option<&Value>) -> Option<Level> {
        let name = value.and_then(Value::as_str);
        let level = Level::ALL.into_iter().find(|level| Some(level.as_str()) == name);
        if level.is_none() {
            self.problem(path, "is none of high, medium, low");
        }
        level
    }

    /// A text for people: of sane length, on one line, without links that somebody may have smuggled in.
    fn text(&mut self, path: &str, value: Option<&Value>, longest: usize) -> String {
        let Some(text) = value.and_then(Value::as_str) else {
            self.problem(path, "is not a string");
            return String::new();
        };
        if text.trim().is_empty() {
            self.problem(path, "is empty");
        }
        if text.chars().count() > longest {
            self.problem(path, &format!("is longer than {longest} characters"));
        }
        if text.chars().any(is_invisible) {
            self.problem(path, "has line breaks or characters that cannot be seen");
        }
        let lower = text.to_lowercase();
        if ["://", "www.", "mailto:"].iter().any(|link| lower.contains(link)) || is_address(&lower)
        {
            self.problem(path, "has a link or an address");
        }
        text.to_owned()
    }

    /// A statement about the leading groups must name them: this is where a best seller that is none
    /// is found out.
    fn leaders(&mut self, path: &str, ask: &Ask, text: &str) {
        let Some(leaders) = leaders(ask, self.analyst.facts) else { return };
        if self.analyst.book.names_leaders(text, &leaders) {
            return;
        }
        // As JSON: the names come from the file, and the problems go to the model.
        let names = Value::from(labels(&leaders));
        self.problem(path, &format!("does not name the leading groups, which are: {names}"));
    }
}

/// Whether there is an `@` between letters.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(before, after)| {
        before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
    })
}
