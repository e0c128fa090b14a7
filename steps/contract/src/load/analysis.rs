//! Reads `sluice.analysis`.

use super::facts::{dimension_index, items, text_of};
use super::names::Names;
use crate::extension::{AnalysisPlan, FactsPlan, Measure, Noun, Statement, Topic};
use crate::json::{Node, Object, list};
use crate::problem::Problems;

const KEYS: [&str; 5] = ["brief", "record", "insights", "anomalies", "recommendations"];

/// What an `about` can consist of.
const TOPICS: [&[&str]; 6] =
    [&["dimension"], &["measure"], &["bins"], &["bins", "bin"], &["text"], &["text", "by"]];

/// Statements are checked against `facts`, so that whoever makes them finds what they rest on.
pub(super) fn read(
    node: &Node<'_>,
    names: &Names<'_>,
    facts: &FactsPlan,
    problems: &mut Problems,
) -> Option<AnalysisPlan> {
    let object = node.object(problems)?;
    object.only(&KEYS, "property of `analysis`", problems);
    let mut plan = AnalysisPlan::default();
    if let Some(node) = object.get("brief") {
        plan.brief = text_of(&node, problems).unwrap_or_default();
    }
    if let Some(node) = object.get("record") {
        plan.record = noun(&node, problems).unwrap_or_default();
    }
    for (key, statements) in [
        ("insights", &mut plan.insights),
        ("anomalies", &mut plan.anomalies),
        ("recommendations", &mut plan.recommendations),
    ] {
        let read =
            items(&object, key, problems, |node, problems| statement(node, names, facts, problems));
        *statements = read.unwrap_or_default();
        let mut seen = std::collections::HashSet::new();
        for (index, statement) in statements.iter().enumerate() {
            if !seen.insert(statement.kind.as_str()) {
                let path = object.path.key(key).item(index);
                problems.add(&path, format!("there is another `{}`", statement.kind));
            }
        }
    }
    Some(plan)
}

fn noun(node: &Node<'_>, problems: &mut Problems) -> Option<Noun> {
    let object = node.object(problems)?;
    object.only(&["one", "many"], "property of `record`", problems);
    let one = text_of(&object.required("one", problems)?, problems);
    let many = text_of(&object.required("many", problems)?, problems);
    Some(Noun { one: one?, many: many? })
}

fn statement(
    node: &Node<'_>,
    names: &Names<'_>,
    facts: &FactsPlan,
    problems: &mut Problems,
) -> Option<Statement> {
    let object = node.object(problems)?;
    object.only(&["kind", "about", "top", "brief"], "property of a statement", problems);
    let kind = object.required("kind", problems).and_then(|node| kind(&node, problems));
    let top = match object.get("top") {
        Some(node) => match node.count(problems)? {
            top if (1..=facts.top_n).contains(&top) => top,
            _ => return problems.none(&node.path, format!("must be from 1 to {}", facts.top_n)),
        },
        None => 1,
    };
    let brief = match object.get("brief") {
        Some(node) => text_of(&node, problems)?,
        None => String::new(),
    };
    let about = object.required("about", problems)?.object(problems)?;
    let about = topic(&about, names, facts, problems)?;
    Some(Statement { kind: kind?, about, top, brief })
}

/// A name that can be a key of JSON and of a metric without quoting.
fn kind(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    let kind = node.string(problems)?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let fits = kind.starts_with(|first: char| first.is_ascii_lowercase())
        && kind.bytes().all(plain)
        && kind.len() <= 64;
    if fits {
        return Some(kind.to_owned());
    }
    problems.none(&node.path, "must be in snake_case: at most 64 of a to z, 0 to 9 and `_`")
}

fn topic(
    object: &Object<'_>,
    names: &Names<'_>,
    facts: &FactsPlan,
    problems: &mut Problems,
) -> Option<Topic> {
    object.only(&["dimension", "measure", "bins", "bin", "text", "by"], "subject", problems);
    let keys: Vec<&str> = object.keys().collect();
    let fits =
        |form: &&[&str]| form.len() == keys.len() && form.iter().all(|key| keys.contains(key));
    if !TOPICS.iter().any(fits) {
        let forms: Vec<String> = TOPICS.iter().map(|form| form.join("` with `")).collect();
        let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
        return problems.none(&object.path, format!("must be one of {}", list(&forms)));
    }
    if let Some(node) = object.get("dimension") {
        dimension_index(&node, names, &facts.dimensions, problems)?;
        return Some(Topic::Dimension(name(&node, problems)?));
    }
    if let Some(node) = object.get("measure") {
        measure(&node, names, facts, problems)?;
        return Some(Topic::Measure(name(&node, problems)?));
    }
    if let Some(node) = object.get("bins") {
        let bins = &measure(&node, names, facts, problems)?.bins;
        if bins.is_empty() {
            return problems.none(&node.path, "this measure has no bins");
        }
        let measure = name(&node, problems)?;
        let Some(node) = object.get("bin") else { return Some(Topic::Segments(measure)) };
        let label = name(&node, problems)?;
        if !bins.iter().any(|bin| bin.label == label) {
            let labels: Vec<&str> = bins.iter().map(|bin| bin.label.as_str()).collect();
            return problems.none(&node.path, format!("`{label}` is none of {}", list(&labels)));
        }
        if facts.dimensions.is_empty() {
            return problems.none(&node.path, "needs `sluice.facts.dimensions`");
        }
        return Some(Topic::Segment { measure, label });
    }
    let node = object.get("text")?;
    let field = names.index(&node, problems)?;
    let Some(free_text) = facts.text.as_ref().filter(|text| text.field == field) else {
        return problems.none(&node.path, "is not the field of `sluice.facts.text`");
    };
    let text = name(&node, problems)?;
    let Some(node) = object.get("by") else { return Some(Topic::Text(text)) };
    let by = dimension_index(&node, names, &facts.dimensions, problems)?;
    if !free_text.by.contains(&by) {
        return problems.none(&node.path, "is not one of `sluice.facts.text.by`");
    }
    Some(Topic::TextBy { text, dimension: name(&node, problems)? })
}

fn name(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    node.string(problems).map(str::to_owned)
}

/// The measure whose field the node names.
fn measure<'f>(
    node: &Node<'_>,
    names: &Names<'_>,
    facts: &'f FactsPlan,
    problems: &mut Problems,
) -> Option<&'f Measure> {
    let field = names.index(node, problems)?;
    facts
        .measures
        .iter()
        .find(|measure| measure.field == field)
        .or_else(|| problems.none(&node.path, "is not one of `sluice.facts.measures`"))
}
