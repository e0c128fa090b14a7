//! The transitions between the states of a workflow: unknown targets, states that nothing reaches,
//! workflows that never end.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::Fields;

/// The states that one state names as the next, each with the field that does.
pub(super) struct Transitions<'a> {
    from: &'a str,
    to: Vec<(String, &'a str)>,
    ends: bool,
}

/// Reads the transitions from the definition itself, so that a state with other problems is
/// still counted as leading to the next ones.
pub(super) fn transitions_of<'a>(from: &'a str, state: &Fields<'a>) -> Transitions<'a> {
    let text = |fields: &'a serde_json::Value, field: &str| fields.get(field)?.as_str();
    let mut to = Vec::new();
    for field in ["Next", "Default"] {
        if let Some(target) = state.get(field).and_then(serde_json::Value::as_str) {
            to.push((field.to_owned(), target));
        }
    }
    for list in ["Choices", "Catch"] {
        let items = state.get(list).and_then(serde_json::Value::as_array);
        for (index, item) in items.into_iter().flatten().enumerate() {
            if let Some(target) = text(item, "Next") {
                to.push((format!("{list}[{index}].Next"), target));
            }
        }
    }
    let kind = state.get("Type").and_then(serde_json::Value::as_str);
    let ends = matches!(kind, Some("Succeed" | "Fail"))
        || state.get("End").and_then(serde_json::Value::as_bool) == Some(true);
    Transitions { from, to, ends }
}

/// Notes what is wrong with the transitions from `start_at` through `all` states of `workflow`.
pub(super) fn check(start_at: Option<&str>, all: &[Transitions<'_>], workflow: &Fields<'_>) {
    let by_name: BTreeMap<&str, &Transitions<'_>> =
        all.iter().map(|state| (state.from, state)).collect();
    for state in all {
        for (field, target) in &state.to {
            if !by_name.contains_key(target) {
                let message = format!("there is no state '{target}'");
                workflow.problems.add(Some(state.from), field, message);
            }
        }
    }
    let Some(start_at) = start_at else { return };
    if !by_name.contains_key(start_at) {
        workflow.problem("StartAt", format!("there is no state '{start_at}'"));
        return;
    }
    let mut reached = BTreeSet::from([start_at]);
    let mut ahead = vec![start_at];
    let mut ends = false;
    while let Some(state) = ahead.pop().and_then(|name| by_name.get(name)) {
        ends |= state.ends;
        for (_, target) in &state.to {
            if by_name.contains_key(target) && reached.insert(target) {
                ahead.push(target);
            }
        }
    }
    for state in all.iter().filter(|state| !reached.contains(state.from)) {
        workflow.problems.add(Some(state.from), "", "no state leads to it");
    }
    if !ends {
        workflow.problem("States", "no way from StartAt ever ends");
    }
}
