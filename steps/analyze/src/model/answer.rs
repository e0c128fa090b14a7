//! Whether a model's answer can be used. Nothing is repaired or left out here: an answer is used as it
//! is, or not at all. The schema that the model is given bounds little: counts, lengths and members are
//! bounded here.

use std::collections::BTreeMap;

use contract::wording::is_invisible;
use pipeline_core::{analysis::Level, facts::Facts};
use serde_json::{Map, Value};

use crate::{
    analyst::leaders,
    check::{Book, group_label},
    plan::{Ask, Plan},
    statement::{Statement, Statements},
};

/// The longest statement and the longest summary, in characters.
const STATEMENT_CHARS: usize = 700;
const SUMMARY_CHARS: usize = 1_500;

/// Anomalies of one kind that an answer may hold. The schema of the answer tells it to the model.
const ANOMALIES_PER_KIND: usize = 3;

/// How many problems are told; a model that made more is told that there are more.
const MOST_PROBLEMS: usize = 20;

/// One list of statements, by the names of its members.
struct List<'p> {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
    level: &'static str,
    asks: &'p [Ask],
    /// Whether each kind must be there exactly once, naming the leading groups.
    is_complete: bool,
}

/// Reads an answer, or tells everything that is wrong with it.
pub(crate) fn read(
    answer: &Value,
    plan: &Plan,
    facts: &Facts,
    book: &Book,
) -> Result<Statements, Vec<String>> {
    let mut reader = Reader { facts, book, problems: Vec::new() };
    let Value::Object(members) = answer else {
        return Err(vec!["the answer: is not an object".to_owned()]);
    };
    reader.only("", members, &["insights", "anomalies", "recommendations", "summary"]);
    let list = |name, kind, text, level, asks, is_complete| List {
        name,
        kind,
        text,
        level,
        asks,
        is_complete,
    };
    let statements = Statements {
        insights: reader.list(
            members,
            &list("insights", "type", "description", "confidence", &plan.insights, true),
        ),
        anomalies: reader.list(
            members,
            &list("anomalies", "type", "description", "severity", &plan.anomalies, false),
        ),
        recommendations: reader.list(
            members,
            &list("recommendations", "category", "action", "priority", &plan.recommendations, true),
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
    facts: &'a Facts,
    book: &'a Book,
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

    fn list(&mut self, members: &Map<String, Value>, list: &List<'_>) -> Vec<Statement> {
        let Some(Value::Array(items)) = members.get(list.name) else {
            self.problem(list.name, "is not an array");
            return Vec::new();
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut statements = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{}[{index}]", list.name);
            let Value::Object(item) = item else {
                self.problem(&path, "is not an object");
                continue;
            };
            self.only(&path, item, &[list.kind, list.text, list.level]);
            let ask = self.kind(&format!("{path}.{}", list.kind), item.get(list.kind), list.asks);
            let text_path = format!("{path}.{}", list.text);
            let text = self.text(&text_path, item.get(list.text), STATEMENT_CHARS);
            let level = self.level(&format!("{path}.{}", list.level), item.get(list.level));
            let (Some(ask), Some(level)) = (ask, level) else { continue };
            *counts.entry(&ask.kind).or_default() += 1;
            if list.is_complete {
                self.leaders(&text_path, ask, &text);
            }
            statements.push(Statement { kind: ask.kind.clone(), text, level });
        }
        for ask in list.asks {
            let count = counts.get(ask.kind.as_str()).copied().unwrap_or_default();
            if list.is_complete && count != 1 {
                self.problem(list.name, &format!("needs exactly one of the kind {}", ask.kind));
            } else if count > ANOMALIES_PER_KIND {
                self.problem(list.name, &format!("has too many of the kind {}", ask.kind));
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
        let level = match value.and_then(Value::as_str) {
            Some("high") => Some(Level::High),
            Some("medium") => Some(Level::Medium),
            Some("low") => Some(Level::Low),
            _ => None,
        };
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
        let Some(leaders) = leaders(ask, self.facts) else { return };
        if self.book.names_leaders(text, &leaders) {
            return;
        }
        let label = |value: &String| group_label(&leaders.field, Some(value));
        let ahead: Vec<_> = leaders.ahead.iter().map(label).collect();
        let places = leaders.places - leaders.ahead.len();
        let sharing: Vec<_> = leaders.sharing.iter().take(places).map(label).collect();
        // As JSON: the names come from the file, and the problems go to the model.
        let names = Value::from([ahead, sharing].concat());
        self.problem(path, &format!("does not name the leading groups, which are: {names}"));
    }
}

/// Whether there is an `@` between letters.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(before, after)| {
        before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
    })
}
