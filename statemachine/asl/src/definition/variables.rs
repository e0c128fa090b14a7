//! The variables of `Assign`: which names they may have, and which an inner workflow may not assign.

use std::collections::BTreeSet;

use super::fields::{Fields, Problems};
use super::model::{Kind, State, Workflow};
use crate::template::Template;

/// The longest name of a variable, in characters.
const MAX_NAME: usize = 80;

/// `Assign`: variables by name.
pub(super) fn assign(fields: &Fields<'_>) -> Option<Template> {
    const FIELD: &str = "Assign";
    let value = fields.get(FIELD)?;
    let path = fields.path(FIELD);
    let variables = Fields::of(value, fields.state, &path, fields.problems)?;
    for (name, _) in variables.entries() {
        if name == "states" {
            variables.problem(name, "is a reserved name");
        } else if !is_variable_name(name) {
            let message = "is not a name for a variable: letters, digits and _, at most 80, no \
                           digit first and no $";
            variables.problem(name, message);
        }
    }
    fields.template(FIELD)
}

fn is_variable_name(name: &str) -> bool {
    name.chars().count() <= MAX_NAME
        && name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
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
