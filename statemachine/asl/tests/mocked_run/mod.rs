//! Runs a definition on a virtual clock with mocked functions.

#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(clippy::needless_pass_by_value, reason = "json!(…) reads better than &json!(…)")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what is wrong must stop the test")]

use asl::{MockFunctions, NoObjects, StateMachine, run_mocked};
use serde_json::{Value, json};

/// A machine of these states in JSONata, that starts at the first of them.
pub(crate) fn machine(states: Value) -> Value {
    let first = states.as_object().unwrap().keys().next().unwrap().clone();
    json!({ "QueryLanguage": "JSONata", "StartAt": first, "States": states })
}

/// The outcome with its events.
#[track_caller]
pub(crate) fn run(definition: &Value, input: Value, functions: &Value) -> Value {
    let machine = StateMachine::parse(&definition.to_string())
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    run_mocked(&machine, input, &MockFunctions::from_json(functions).unwrap(), &NoObjects)
}

/// Checks the outcome but for the events: `{"output": …}`, or `{"error": …}` with or without
/// `"cause"`.
#[track_caller]
pub(crate) fn check(definition: &Value, input: Value, functions: &Value, expect: &Value) {
    let outcome = run(definition, input, functions);
    for (key, expected) in expect.as_object().unwrap() {
        assert_eq!(&outcome[key], expected, "{key} of {outcome:#}");
    }
    let succeeded = outcome["status"] == "SUCCEEDED";
    assert_eq!(succeeded, expect.get("output").is_some(), "{outcome:#}");
}

/// The types of the events, in order.
pub(crate) fn event_types(outcome: &Value) -> Vec<&str> {
    outcome["events"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect()
}

/// How long the execution took in virtual time.
pub(crate) fn milliseconds(outcome: &Value) -> i64 {
    let events = outcome["events"].as_array().unwrap();
    let at = |event: &Value| {
        chrono::DateTime::parse_from_rfc3339(event["timestamp"].as_str().unwrap()).unwrap()
    };
    let took = at(events.last().unwrap()) - at(&events[0]);
    took.num_milliseconds()
}
