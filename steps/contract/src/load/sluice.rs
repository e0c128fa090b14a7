//! Reads the property `sluice`.

use super::names::Names;
use super::{analysis, facts};
use crate::json::{Json, Node};
use crate::problem::Problems;
use crate::{Dialect, Extension, UndeclaredColumns};

const KEYS: [&str; 6] =
    ["dialect", "maxRejectRate", "lineageColumns", "undeclaredColumns", "facts", "analysis"];

pub(super) fn read(
    node: &Node<'_>,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Option<(Extension, Dialect)> {
    let object = node.object(problems)?;
    object.only(&KEYS, "property of `sluice`", problems);
    let mut extension = Extension::default();
    let mut dialect = Dialect::default();
    if let Some(node) = object.get("dialect") {
        dialect = Dialect::read(&node, problems).unwrap_or_default();
    }
    if let Some(node) = object.get("maxRejectRate") {
        extension.max_reject_rate = rate(&node, problems).unwrap_or_default();
    }
    if let Some(node) = object.get("lineageColumns") {
        extension.lineage_columns = node.boolean(problems).unwrap_or_default();
    }
    if let Some(node) = object.get("undeclaredColumns") {
        let read = node.one_of(&UndeclaredColumns::ALL, UndeclaredColumns::as_str, problems);
        extension.undeclared_columns = read.unwrap_or(UndeclaredColumns::Carry);
    }
    let before = problems.count();
    if let Some(node) = object.get("facts") {
        extension.facts = facts::read(&node, names, problems).unwrap_or_default();
    }
    // Statements rest on facts: without all of them, each would be one more problem.
    if let Some(node) = object.get("analysis")
        && problems.count() == before
    {
        extension.analysis =
            analysis::read(&node, names, &extension.facts, problems).unwrap_or_default();
    }
    Some((extension, dialect))
}

fn rate(node: &Node<'_>, problems: &mut Problems) -> Option<f64> {
    match node.json {
        Json::Float(rate) if (0.0..=1.0).contains(rate) => Some(*rate),
        Json::Integer(0) => Some(0.0),
        Json::Integer(1) => Some(1.0),
        _ => problems.none(&node.path, "must be a number from 0 to 1"),
    }
}
