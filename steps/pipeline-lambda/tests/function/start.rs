//! The start of a function: what is missing is named, and Lambda is told.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::{built, probe, runtime_api::Process, steps::steps};

/// The report of a start that failed: its name and message.
fn failed_start(binary: &Path, variables: &[(&str, &str)]) -> (String, String) {
    let process = Process::start(binary, variables);
    let post = process.posts();
    let left = process.wait();
    assert_eq!(left.status.code(), Some(1));
    assert_eq!(left.stderr, "");
    assert_eq!(post.path, "init/error");
    let [name, message] =
        ["errorType", "errorMessage"].map(|key| post.body[key].as_str().unwrap().to_owned());
    assert_eq!(post.headers["lambda-runtime-function-error-type"], name);
    let lines = left.lines();
    assert_eq!(lines.len(), 1, "{}", left.stdout);
    assert_eq!(lines[0]["message"], "cannot start");
    assert_eq!(lines[0]["error_message"], message);
    (name, message)
}

#[test]
fn a_missing_variable_is_named() {
    let (name, message) = failed_start(&probe(), &[]);
    assert_eq!(name, "Runtime.ConfigInvalid");
    assert_eq!(message, "the environment variable SLUICE_PIPELINE is not set");
}

#[test]
fn a_malformed_variable_is_named_and_not_quoted() {
    let variables = [("PROBE_PANICS_AT_START", "SECRET")];
    let (name, message) = failed_start(&probe(), &variables);
    assert_eq!(name, "Runtime.ConfigInvalid");
    let found = "the environment variable PROBE_PANICS_AT_START is neither true nor false";
    assert_eq!(message, found);
}

#[test]
fn a_panic_at_the_start_is_reported() {
    let variables = [("PROBE_PANICS_AT_START", "true")];
    let (name, message) = failed_start(&probe(), &variables);
    assert_eq!(name, "Runtime.UnknownReason");
    assert!(message.contains("at the start (") && message.contains("probe.rs:"), "{message}");
}

#[test]
fn outside_of_lambda_it_says_what_it_is() {
    let output = Command::new(probe()).env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let message = "this is a Lambda function, and Lambda sets AWS_LAMBDA_RUNTIME_API";
    assert_eq!(line["error_message"], message);
}

#[test]
fn a_runtime_api_that_is_gone_ends_the_process_and_says_why() {
    let variables = [("SLUICE_PIPELINE", "x"), ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")];
    let left = Process::start(&probe(), &variables).wait();
    assert_eq!(left.status.code(), Some(1));
    let message = left.said("cannot go on")[0]["error_message"].to_string();
    assert!(message.contains("Connection refused"), "{message}");
}

/// The variables that a function does not start without, from the table of the README.
fn needed_by(function: &str) -> Vec<&'static str> {
    let rows =
        include_str!("../../README.md").lines().filter(|line| line.starts_with("| `SLUICE_"));
    rows.filter_map(|row| {
        let columns: Vec<_> = row.split('|').map(str::trim).collect();
        let is_its_own = columns[2].split(", ").any(|name| name == "all" || name == function);
        (is_its_own && columns[3] == "no start").then(|| columns[1].trim_matches('`'))
    })
    .collect()
}

/// Every variable that a function cannot do without, and then an event that is none.
#[test]
#[ignore = "needs the functions: see README.md"]
fn each_function_names_what_it_misses_and_refuses_what_is_no_event() {
    for function in &steps() {
        let binary = built().join(function);
        let variables: Vec<_> = needed_by(function).into_iter().map(|name| (name, "1")).collect();
        assert!(variables.contains(&("SLUICE_PIPELINE", "1")), "the table is read");
        for (missing, _) in &variables {
            let others: Vec<_> =
                variables.iter().filter(|(name, _)| name != missing).copied().collect();
            let (name, message) = failed_start(&binary, &others);
            assert_eq!(name, "Runtime.ConfigInvalid", "{function}");
            assert_eq!(message, format!("the environment variable {missing} is not set"));
        }
        let process = Process::start(&binary, &variables);
        let post = process.invoke(r#"{"action": 1}"#);
        assert_eq!(post.body["errorType"], "InvalidEventError", "{function}");
        assert_eq!(process.kill().said("started")[0]["step"], function.as_str());
    }
}
