//! Retry, Catch, timeouts, quotas: which error ends where.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is wrong must stop the test")]

mod mocked_run;

use mocked_run::{check, event_types, machine, milliseconds, run};
use serde_json::{Value, json};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:f";

fn task(more: &Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": FUNCTION, "End": true });
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    machine(json!({ "T": state, "Caught": { "Type": "Pass", "End": true } }))
}

/// A task that catches everything, so that `Caught` is always reachable.
fn caught(more: &Value) -> Value {
    let mut more = more.clone();
    more["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }]);
    task(&more)
}

fn alone(more: &Value) -> Value {
    let mut definition = task(more);
    definition["States"].as_object_mut().unwrap().remove("Caught");
    definition
}

fn error(name: &str) -> Value {
    json!({ "error": { "errorType": name, "errorMessage": "m" } })
}

#[test]
fn a_function_that_fails_gives_its_payload_as_the_cause() {
    check(
        &alone(&json!({})),
        json!({}),
        &json!({ "f": error("Mine") }),
        &json!({
            "status": "FAILED",
            "error": "Mine",
            "cause": "{\"errorMessage\":\"m\",\"errorType\":\"Mine\"}",
        }),
    );
}

#[test]
fn retriers_wait_longer_each_time_and_give_up() {
    let definition = alone(&json!({
        "Retry": [{ "ErrorEquals": ["A"], "IntervalSeconds": 2, "MaxAttempts": 3 }]
    }));
    let outcome = run(&definition, json!({}), &json!({ "f": error("A") }));
    assert_eq!(outcome["error"], "A");
    assert_eq!(milliseconds(&outcome), 2_000 + 4_000 + 8_000);
    let scheduled = event_types(&outcome).iter().filter(|t| t.ends_with("Scheduled")).count();
    assert_eq!(scheduled, 4);

    let recovers = json!({ "f": [error("A"), error("A"), { "return": "ok" }] });
    check(&definition, json!({}), &recovers, &json!({ "output": "ok" }));
    let capped = alone(&json!({
        "Retry": [{ "ErrorEquals": ["A"], "MaxDelaySeconds": 3, "MaxAttempts": 4 }]
    }));
    assert_eq!(
        milliseconds(&run(&capped, json!({}), &json!({ "f": error("A") }))),
        1_000 + 2_000 + 3_000 + 3_000
    );
    let jittered = alone(&json!({
        "Retry": [{ "ErrorEquals": ["A"], "JitterStrategy": "FULL", "MaxAttempts": 2 }]
    }));
    let took = milliseconds(&run(&jittered, json!({}), &json!({ "f": error("A") })));
    assert!((1..3_000).contains(&took), "{took}");
    assert_eq!(took, milliseconds(&run(&jittered, json!({}), &json!({ "f": error("A") }))));
    let never = alone(&json!({ "Retry": [{ "ErrorEquals": ["A"], "MaxAttempts": 0 }] }));
    assert_eq!(milliseconds(&run(&never, json!({}), &json!({ "f": error("A") }))), 0);
}

#[test]
fn each_retrier_counts_for_itself_and_anew_on_each_visit() {
    let retry = json!([
        { "ErrorEquals": ["A"], "MaxAttempts": 1 },
        { "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 },
    ]);
    let two = alone(&json!({ "Retry": retry }));
    let functions = json!({ "f": [error("A"), error("B"), { "return": 1 }] });
    check(&two, json!({}), &functions, &json!({ "output": 1 }));
    let functions = json!({ "f": [error("A"), error("B"), error("A"), { "return": 1 }] });
    check(&two, json!({}), &functions, &json!({ "error": "A" }));

    let again = machine(json!({
        "T": { "Type": "Task", "Resource": FUNCTION, "Retry": retry, "Next": "U" },
        "U": { "Type": "Task", "Resource": FUNCTION, "Retry": retry, "End": true },
    }));
    let functions = json!({ "f": [error("A"), { "return": 1 }, error("A"), { "return": 2 }] });
    check(&again, json!({}), &functions, &json!({ "output": 2 }));
}

#[test]
fn arguments_are_evaluated_at_each_attempt() {
    let definition = alone(&json!({
        "Arguments": { "n": "{% $states.context.State.RetryCount %}" },
        "Retry": [{ "ErrorEquals": ["A"] }],
    }));
    let functions = json!({ "f": [error("A"), error("A"), { "echo": true }] });
    check(&definition, json!({}), &functions, &json!({ "output": { "n": 2 } }));
}

#[test]
fn a_catcher_gives_the_raw_error_or_its_output() {
    let functions = json!({ "f": error("Mine") });
    let raw =
        json!({ "Error": "Mine", "Cause": "{\"errorMessage\":\"m\",\"errorType\":\"Mine\"}" });
    check(&caught(&json!({})), json!({ "i": 1 }), &functions, &json!({ "output": raw }));

    let definition = machine(json!({
        "T": {
            "Type": "Task", "Resource": FUNCTION, "Assign": { "v": "not this" }, "End": true,
            "Catch": [
                { "ErrorEquals": ["Other"], "Next": "Caught" },
                { "ErrorEquals": ["Mine"], "Next": "Caught",
                  "Assign": { "v": "{% $states.errorOutput.Error %}" },
                  "Output": ["{% $states.input %}", "{% $states.errorOutput.Error %}"] },
            ],
        },
        "Caught": { "Type": "Pass", "Output": ["{% $v %}", "{% $states.input %}"], "End": true },
    }));
    check(&definition, json!(5), &functions, &json!({ "output": ["Mine", [5, "Mine"]] }));
}

#[test]
fn a_failed_evaluation_can_be_caught_and_is_recorded() {
    let definition = caught(&json!({ "Arguments": { "a": "{% $nothing %}" } }));
    let outcome = run(&definition, json!({}), &json!({ "f": { "echo": true } }));
    assert_eq!(outcome["output"]["Error"], "States.QueryEvaluationError");
    assert_eq!(outcome["events"][2]["evaluationFailedEventDetails"]["location"], "Arguments/a");
    let late = caught(&json!({ "Output": "{% $nothing %}" }));
    let outcome = run(&late, json!({}), &json!({ "f": { "echo": true } }));
    assert_eq!(outcome["output"]["Error"], "States.QueryEvaluationError");
}

#[test]
fn undefined_names_its_field() {
    let pass =
        |output: Value| machine(json!({ "P": { "Type": "Pass", "Output": output, "End": true } }));
    let cause = |field: &str| {
        json!({
            "error": "States.QueryEvaluationError",
            "cause": format!(
                "An error occurred while executing the state 'P' (entered at the event id #2). \
                 The JSONata expression '$no' specified for the field '{field}' returned nothing \
                 (undefined)."
            ),
        })
    };
    check(&pass(json!("{% $no %}")), json!({}), &json!({}), &cause("Output"));
    check(&pass(json!({ "result": "{% $no %}" })), json!({}), &json!({}), &cause("Output/result"));
    let nested = pass(json!({ "a": [1, { "b": "{% $no %}" }] }));
    check(&nested, json!({}), &json!({}), &cause("Output/a[1]/b"));
}

#[test]
fn states_runtime_is_caught_by_nothing() {
    let definition = machine(json!({
        "T": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": "{% {'Nonsense': 1} %}",
            "Retry": [{ "ErrorEquals": ["States.Runtime"] }],
            "Catch": [
                { "ErrorEquals": ["States.Runtime"], "Next": "Caught" },
                { "ErrorEquals": ["States.ALL"], "Next": "Caught" },
            ],
            "End": true,
        },
        "Caught": { "Type": "Succeed" },
    }));
    let outcome = run(&definition, json!({}), &json!({}));
    assert_eq!((&outcome["error"], milliseconds(&outcome)), (&json!("States.Runtime"), 0));
}

#[test]
fn oversize_results_are_caught_by_their_own_name_only() {
    let functions = json!({ "f": { "return": "x".repeat(257 * 1024) } });
    check(
        &caught(&json!({})),
        json!({}),
        &functions,
        &json!({
            "error": "States.DataLimitExceeded",
            "cause": format!(
                "The state/task '{FUNCTION}' returned a result with a size exceeding the maximum \
                 number of bytes service limit."
            ),
        }),
    );
    let by_name = task(&json!({
        "Catch": [{ "ErrorEquals": ["States.DataLimitExceeded"], "Next": "Caught", "Output": 1 }]
    }));
    check(&by_name, json!({}), &functions, &json!({ "output": 1 }));
    let doubling = machine(json!({
        "P": { "Type": "Pass", "Output": "{% $states.input & $states.input %}", "Next": "P2" },
        "P2": { "Type": "Succeed" },
    }));
    check(
        &doubling,
        json!("x".repeat(200_000)),
        &json!({}),
        &json!({
            "error": "States.DataLimitExceeded"
        }),
    );
    check(
        &doubling,
        json!("x".repeat(300_000)),
        &json!({}),
        &json!({
            "error": "States.DataLimitExceeded"
        }),
    );
}

#[test]
fn oversize_arguments_are_recorded_at_each_attempt() {
    let definition = alone(&json!({
        "Arguments": "{% $states.input & $states.input %}",
        "Retry": [{ "ErrorEquals": ["States.DataLimitExceeded"], "MaxAttempts": 2 }],
    }));
    let outcome = run(&definition, json!("x".repeat(140_000)), &json!({}));
    assert_eq!(outcome["error"], "States.DataLimitExceeded");
    // So the limit on events also bounds the retries.
    assert_eq!(event_types(&outcome)[2..5], ["LambdaFunctionFailed"; 3]);
}

#[test]
fn timeouts_and_heartbeats() {
    let slow = json!({ "f": [{ "return": 1, "delay_seconds": 60 }, { "return": 2 }] });
    let outcome = run(&alone(&json!({ "TimeoutSeconds": 5 })), json!({}), &slow);
    assert_eq!(outcome["error"], "States.Timeout");
    assert_eq!(outcome["cause"], Value::Null);
    assert_eq!(milliseconds(&outcome), 5_000);
    assert!(event_types(&outcome).contains(&"LambdaFunctionTimedOut"));
    let heartbeat = alone(&json!({ "TimeoutSeconds": 50, "HeartbeatSeconds": 5 }));
    check(&heartbeat, json!({}), &slow, &json!({ "error": "States.HeartbeatTimeout" }));
    let expression = alone(&json!({ "TimeoutSeconds": "{% $states.input.t %}" }));
    check(&expression, json!({ "t": 61 }), &slow, &json!({ "output": 1 }));
    check(
        &expression,
        json!({ "t": 0 }),
        &slow,
        &json!({ "error": "States.QueryEvaluationError" }),
    );
    let retried = alone(&json!({
        "TimeoutSeconds": 5, "Retry": [{ "ErrorEquals": ["States.Timeout"] }]
    }));
    check(&retried, json!({}), &slow, &json!({ "output": 2 }));
    let task_failed = alone(&json!({
        "TimeoutSeconds": 5, "Retry": [{ "ErrorEquals": ["States.TaskFailed"] }]
    }));
    check(&task_failed, json!({}), &slow, &json!({ "error": "States.Timeout" }));
    // A function may report the same name; that is a failure like any other.
    let outcome = run(&alone(&json!({})), json!({}), &json!({ "f": error("States.Timeout") }));
    assert!(event_types(&outcome).contains(&"LambdaFunctionFailed"));
}

#[test]
fn the_machine_itself_times_out() {
    let mut definition = machine(json!({ "W": { "Type": "Wait", "Seconds": 60, "End": true } }));
    definition["TimeoutSeconds"] = json!(10);
    let outcome = run(&definition, json!({}), &json!({}));
    assert_eq!(outcome["status"], "TIMED_OUT");
    assert_eq!(milliseconds(&outcome), 10_000);
    assert_eq!(
        event_types(&outcome),
        ["ExecutionStarted", "WaitStateEntered", "ExecutionTimedOut"]
    );
}

#[test]
fn an_endless_loop_ends_with_the_history() {
    let definition = machine(json!({
        "A": { "Type": "Choice", "Choices": [{ "Condition": "{% false %}", "Next": "E" }],
               "Default": "A" },
        "E": { "Type": "Succeed" },
    }));
    let outcome = run(&definition, json!({}), &json!({}));
    assert_eq!(outcome["error"], "States.Runtime");
    assert_eq!(
        outcome["cause"],
        "The execution reached the maximum number of history events (25000)."
    );
    assert_eq!(event_types(&outcome).len(), 25_000);
}

#[test]
fn a_kept_history_has_a_bound() {
    let definition = machine(json!({
        "A": { "Type": "Pass", "Next": "B" },
        "B": { "Type": "Choice", "Choices": [{ "Condition": "{% false %}", "Next": "E" }],
               "Default": "A" },
        "E": { "Type": "Succeed" },
    }));
    let outcome = run(&definition, json!("x".repeat(4_000)), &json!({}));
    let events = outcome["events"].as_array().unwrap();
    let first = &events[1]["stateEnteredEventDetails"];
    let last = &events[events.len() - 3]["stateEnteredEventDetails"];
    assert_eq!(first["inputDetails"]["truncated"], false);
    assert_eq!((&last["inputDetails"]["truncated"], &last["input"]), (&json!(true), &json!("")));
}

/// The cause of a Map that has no array quotes its input, so that here each cause quotes the last.
#[test]
fn a_cause_that_quotes_the_last_one_does_not_grow_for_ever() {
    let definition = json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Start",
        "States": {
            "Start": { "Type": "Pass", "Assign": { "rounds": 0 }, "Next": "Quote" },
            "Quote": {
                "Type": "Map",
                "ItemProcessor": {
                    "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } }
                },
                "End": true,
                "Catch": [{
                    "ErrorEquals": ["States.ALL"],
                    "Assign": { "rounds": "{% $rounds + 1 %}" },
                    "Next": "Again"
                }]
            },
            "Again": {
                "Type": "Choice",
                "Choices": [{ "Condition": "{% $rounds < 30 %}", "Next": "Quote" }],
                "Default": "Quoted"
            },
            "Quoted": { "Type": "Succeed" }
        }
    });
    let outcome = run(&definition, json!({ "a": "\"" }), &json!({}));
    assert_eq!(outcome["status"], "SUCCEEDED");
    let cause = outcome["output"]["Cause"].as_str().unwrap();
    assert_eq!(cause.chars().count(), 32_768);
}
