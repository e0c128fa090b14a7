//! Where the states of a workflow lead: unknown targets, states that nothing reaches, ways that
//! never end, and variables that an inner workflow may not assign.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Fields, Problems};
use super::{Kind, State, Workflow};
use crate::template::Template;

/// The states that one state names as the next, each with the field that does.
pub(super) struct Transitions<'a> {
    from: &'a str,
    to: Vec<(String, &'a str)>,
    ends: bool,
}

/// Reads the transitions from the definition itself, so that a state with other problems is
/// still a way to the states behind it.
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

/// Notes what is wrong with the ways from `start_at` through `all` states of `workflow`.
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

/// An inner workflow reads the variables of the outer ones but may not assign their names.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
pub(super) fn check_assigned_names(workflow: &Workflow, problems: &Problems) {
    check_within(workflow, &BTreeSet::new(), problems);
}

fn check_within(workflow: &Workflow, outer: &BTreeSet<&str>, problems: &Problems) {
    let mut visible = outer.clone();
    for state in workflow.states.values() {
        for name in assigned_names(state) {
            if outer.contains(name) {
                let message = format!("'{name}' is a variable of an outer workflow");
                problems.add(Some(&state.name), "Assign", message);
            }
            visible.insert(name);
        }
    }
    for state in workflow.states.values() {
        match &state.kind {
            Kind::Parallel(parallel) => {
                for branch in &parallel.branches {
                    check_within(branch, &visible, problems);
                }
            }
            // A distributed item processor does not see the outer variables at all.
            Kind::Map(map) if map.is_distributed => {
                check_within(&map.item_processor, &BTreeSet::new(), problems);
            }
            Kind::Map(map) => check_within(&map.item_processor, &visible, problems),
            _ => {}
        }
    }
}

fn assigned_names(state: &State) -> impl Iterator<Item = &str> {
    let rules = match &state.kind {
        Kind::Choice { rules, .. } => rules.as_slice(),
        _ => &[],
    };
    state
        .assign
        .iter()
        .chain(rules.iter().filter_map(|rule| rule.assign.as_ref()))
        .chain(state.catch.iter().filter_map(|catcher| catcher.assign.as_ref()))
        .flat_map(|assign| match assign {
            Template::Object(variables) => variables.as_slice(),
            _ => &[],
        })
        .map(|(name, _)| name.as_str())
}
