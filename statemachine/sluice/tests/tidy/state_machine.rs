//! The state machine: which function a state calls, which errors it may name.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::error::ErrorKind;
use serde_json::Value;

use crate::tree::Tree;

const FILE: &str = "statemachine/statemachine.asl.json";

/// Error names that are AWS's own. Sources: the Step Functions developer guide, "Handling errors",
/// and the Lambda integration's page.
const AWS_ERRORS: [&str; 10] = [
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
    "States.TaskFailed",
];

fn tasks(tree: &Tree) -> impl Iterator<Item = (&String, &Value)> {
    tree.states.iter().filter(|(_, state)| state["Type"] == "Task")
}

/// `${claim_file}`, as Terraform fills it in, to `claim-file`.
fn function_of(task: &Value) -> Option<String> {
    let name = task["Arguments"]["FunctionName"].as_str()?;
    Some(name.strip_prefix("${")?.strip_suffix('}')?.replace('_', "-"))
}

/// The states that call each function.
fn calls(tree: &Tree) -> BTreeMap<String, BTreeSet<String>> {
    let mut calls: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (state, task) in tasks(tree) {
        let function = function_of(task).unwrap_or_default();
        calls.entry(function).or_default().insert(state.clone());
    }
    calls
}

/// `claim-file` to `ClaimFile`.
fn pascal_case(step: &str) -> String {
    let words = step.split('-').filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// A step has one name: its folder's, its function's, its state's.
pub(crate) fn every_step_has_a_state_of_its_name(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for step in &tree.steps {
        let state = pascal_case(step);
        let called = tree.states.get(&state).and_then(function_of);
        if called.as_ref() != Some(step) {
            let place = step.replace('-', "_");
            findings.push(format!(
                "{FILE}: it needs a state `{state}` of type Task, whose FunctionName is \"${{{place}}}\""
            ));
        }
    }
    for (function, states) in calls(tree).iter().filter(|(function, _)| !tree.is_step(function)) {
        findings.push(format!(
            "{FILE}: {} must call a step, and steps/ has no `{function}`",
            words(states)
        ));
    }
    findings
}

/// The table in `steps/README.md` names every state that calls a step: those, and no others.
pub(crate) fn the_table_of_steps_names_every_calling_state(tree: &Tree) -> Vec<String> {
    let readme = tree.text("steps/README.md");
    let mut table: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in readme.lines() {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        if let [_, step, states, ..] = columns.as_slice() {
            let states = states.split(',').map(|state| state.trim().trim_matches('`').to_owned());
            table.insert(step.trim_matches('`'), states.collect());
        }
    }
    let calls = calls(tree);
    let mut findings = Vec::new();
    for step in &tree.steps {
        let called_by =
            calls.get(step).cloned().unwrap_or_else(|| BTreeSet::from([pascal_case(step)]));
        if table.get(step.as_str()) != Some(&called_by) {
            findings.push(format!(
                "steps/README.md: the first table needs the row | `{step}` | {} | what it may touch |",
                words(&called_by)
            ));
        }
    }
    findings
}

/// Names as Markdown lists them.
fn words(names: &BTreeSet<String>) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// What a state retries or catches by name can be raised.
pub(crate) fn every_error_name_is_one_that_can_happen(tree: &Tree) -> Vec<String> {
    let known: BTreeSet<&str> =
        ErrorKind::ALL.iter().map(|kind| kind.as_str()).chain(AWS_ERRORS).collect();
    let mut findings = Vec::new();
    for (state, task) in tasks(tree) {
        let entries = ["Retry", "Catch"].iter().flat_map(|handler| list(&task[*handler]));
        for name in entries.flat_map(|entry| list(&entry["ErrorEquals"])) {
            if !name.as_str().is_some_and(|name| known.contains(name)) {
                findings.push(format!("{FILE}: {state} handles {name}, and nothing raises it"));
            }
        }
    }
    findings
}

/// A task has a timeout, backs off with jitter, and retries an error of ours if that may help.
pub(crate) fn every_task_retries_what_is_retryable_and_nothing_else_of_ours(
    tree: &Tree,
) -> Vec<String> {
    let mut findings = Vec::new();
    for (state, task) in tasks(tree) {
        let mut find = |problem: String| findings.push(format!("{FILE}: {state} {problem}"));
        if !task["TimeoutSeconds"].is_u64() {
            find("has no TimeoutSeconds: it may hang for ever".to_owned());
        }
        let mut retried = BTreeSet::new();
        for retrier in list(&task["Retry"]) {
            if retrier["JitterStrategy"] != "FULL"
                || !retrier["BackoffRate"].is_number()
                || !retrier["MaxDelaySeconds"].is_number()
            {
                find(format!(
                    "retries {} without JitterStrategy FULL, BackoffRate and MaxDelaySeconds",
                    retrier["ErrorEquals"]
                ));
            }
            retried.extend(list(&retrier["ErrorEquals"]).filter_map(Value::as_str));
        }
        for kind in ErrorKind::ALL {
            match (kind.is_retryable(), retried.contains(kind.as_str())) {
                (true, false) => find(format!("must retry {}", kind.as_str())),
                (false, true) => find(format!("retries {}, which does not help", kind.as_str())),
                _ => {}
            }
        }
    }
    findings
}

/// The elements of an array; none of what is absent.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
