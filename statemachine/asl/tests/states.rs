//! Every type of state, what its expressions see, and the variables.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is wrong must stop the test")]

mod mocked_run;

use mocked_run::{check, event_types, machine, milliseconds, run};
use serde_json::{Value, json};

#[track_caller]
fn check_pass(output: &Value, input: &Value, expect: &Value) {
    let definition = machine(json!({ "P": { "Type": "Pass", "Output": output, "End": true } }));
    check(&definition, input.clone(), &json!({}), &json!({ "output": expect }));
}

#[test]
fn pass_gives_its_output_or_its_input() {
    let plain = machine(json!({ "P": { "Type": "Pass", "End": true } }));
    check(
        &plain,
        json!({ "a": 12_345_678_901_234_567_u64 }),
        &json!({}),
        &json!({
            "output": { "a": 12_345_678_901_234_567_u64 }
        }),
    );
    check_pass(
        &json!([1, "{% $states.input.a %}", { "k": " {% x %} " }]),
        &json!({ "a": [2] }),
        &json!([1, [2], { "k": " {% x %} " }]),
    );
    check_pass(&json!("{% $states.input.a[0] & 'x' %}"), &json!({ "a": ["é"] }), &json!("éx"));
    check_pass(&json!("{% {'n': 1.0, 'f': 0.5} %}"), &json!({}), &json!({ "n": 1, "f": 0.5 }));
    check_pass(
        &json!({ "b": 1, "a": "{% $states.input.z %}" }),
        &json!({ "z": null }),
        &json!({ "b": 1, "a": null }),
    );
}

#[test]
fn the_context_object() {
    let output = json!({
        "execution": "{% $states.context.Execution.Name %}",
        "input": "{% $states.context.Execution.Input %}",
        "redrives": "{% $states.context.Execution.RedriveCount %}",
        "id": "{% $contains($states.context.Execution.Id, ':execution:') %}",
        "started": "{% $toMillis($states.context.Execution.StartTime) <= $millis() %}",
        "state": "{% $states.context.State.Name %}",
        "retries": "{% $states.context.State.RetryCount %}",
        "entered": "{% $states.context.State.EnteredTime %}",
        "machine": "{% $states.context.StateMachine.Name %}",
        "now": "{% $now() %}",
    });
    check_pass(
        &output,
        &json!({ "x": 1 }),
        &json!({
            "execution": "execution", "input": { "x": 1 }, "redrives": 0, "id": true, "started": true,
            "state": "P", "retries": 0, "entered": "2025-01-01T00:00:00.000Z", "machine": "machine",
            "now": "2025-01-01T00:00:00.000Z",
        }),
    );
}

#[test]
fn aws_functions() {
    check_pass(&json!("{% $range(1, 9, 9) %}"), &json!({}), &json!(1));
    check_pass(&json!("{% $partition([1, 2, 3], 2) %}"), &json!({}), &json!([[1, 2], [3]]));
    check_pass(
        &json!("{% $map(['a', 'b'], function($x) { $substring($hash($x, 'MD5'), 0, 4) }) %}"),
        &json!({}),
        &json!(["0cc1", "92eb"]),
    );
    check_pass(&json!("{% $parse($states.input.t).a %}"), &json!({ "t": "{\"a\": 1}" }), &json!(1));
    check_pass(&json!("{% $random(1) = $random(1) %}"), &json!({}), &json!(true));
    check_pass(&json!("{% $length($uuid()) %}"), &json!({}), &json!(36));
}

#[test]
fn assign_is_seen_by_later_states_only() {
    let definition = machine(json!({
        "A": { "Type": "Pass", "Assign": { "x": 1, "y": "{% $states.input.y %}" }, "Next": "B" },
        "B": {
            "Type": "Pass",
            "Assign": { "x": "{% $y %}", "y": "{% $x %}" },
            "Output": "{% [$x, $y] %}",
            "Next": "C"
        },
        "C": { "Type": "Pass", "Output": "{% [$states.input, $x, $y] %}", "End": true },
    }));
    // B's Output sees the old values, and its Assign swaps them at once.
    check(&definition, json!({ "y": 2 }), &json!({}), &json!({ "output": [1, 2, 2, 1] }));
    let same_state = machine(json!({
        "A": { "Type": "Pass", "Assign": { "x": 1 }, "Output": "{% $x %}", "End": true }
    }));
    check(&same_state, json!({}), &json!({}), &json!({ "error": "States.QueryEvaluationError" }));
}

#[test]
fn choice_takes_the_first_true_rule() {
    let definition = machine(json!({
        "C": {
            "Type": "Choice",
            "Choices": [
                { "Condition": "{% $states.input.n > 10 %}", "Next": "E", "Output": "big",
                  "Assign": { "v": "rule" } },
                { "Condition": "{% $states.input.n > 5 %}", "Next": "E" },
            ],
            "Default": "E",
            "Output": "small",
            "Assign": { "v": "default" },
        },
        "E": { "Type": "Pass", "Output": ["{% $states.input %}", "{% $exists($v) ? $v : null %}"],
               "End": true },
    }));
    let expect = |n: i64, output: Value| {
        check(&definition, json!({ "n": n }), &json!({}), &json!({ "output": output }));
    };
    expect(11, json!(["big", "rule"]));
    // A rule without Output passes the input on; the state's Output and Assign are the default's.
    expect(6, json!([{ "n": 6 }, null]));
    expect(1, json!(["small", "default"]));
}

#[test]
fn choice_without_a_match_or_without_a_boolean() {
    let choice = |condition: Value| {
        machine(json!({
            "C": { "Type": "Choice", "Choices": [{ "Condition": condition, "Next": "E" }] },
            "E": { "Type": "Succeed" },
        }))
    };
    check(
        &choice(json!("{% false %}")),
        json!({}),
        &json!({}),
        &json!({
            "error": "States.NoChoiceMatched",
            "cause": "An error occurred while executing the state 'C' (entered at the event id #2). \
                      Failed to transition out of the state. The state does not point to a next state.",
        }),
    );
    check(
        &choice(json!("{% 'yes' %}")),
        json!({}),
        &json!({}),
        &json!({
            "error": "States.QueryEvaluationError",
            "cause": "An error occurred while executing the state 'C' (entered at the event id #2). \
                      The JSONata expression ''yes'' specified for the field 'Choices[0]/Condition' \
                      returned an unexpected result type. Expected 'boolean', but was 'string' for \
                      value: \"yes\"",
        }),
    );
    check(&choice(json!(true)), json!(1), &json!({}), &json!({ "output": 1 }));
}

#[test]
fn wait_moves_the_time_on() {
    let wait = |field: &str, value: Value| {
        let mut state = json!({ "Type": "Wait", "End": true });
        state[field] = value;
        machine(json!({ "W": state }))
    };
    let took = |definition: &Value, input: Value| milliseconds(&run(definition, input, &json!({})));
    assert_eq!(took(&wait("Seconds", json!(86_400)), json!({})), 86_400_000);
    assert_eq!(took(&wait("Seconds", json!("{% $states.input.s %}")), json!({ "s": 7 })), 7_000);
    assert_eq!(took(&wait("Timestamp", json!("2025-01-01T00:01:00Z")), json!({})), 60_000);
    assert_eq!(took(&wait("Timestamp", json!("2001-01-01T00:01:00+01:00")), json!({})), 0);
    for seconds in [json!(-1), json!(1.5), json!("1"), json!(1e12)] {
        let definition = wait("Seconds", json!("{% $states.input %}"));
        check(&definition, seconds, &json!({}), &json!({ "error": "States.QueryEvaluationError" }));
    }
    check(
        &wait("Timestamp", json!("{% 'soon' %}")),
        json!({}),
        &json!({}),
        &json!({
            "cause": "An error occurred while executing the state 'W' (entered at the event id #2). \
                      The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time \
                      format string: soon",
        }),
    );
}

#[test]
fn succeed_and_fail() {
    let succeed = machine(json!({ "S": { "Type": "Succeed", "Output": "{% 1 + 1 %}" } }));
    check(&succeed, json!({}), &json!({}), &json!({ "output": 2 }));
    let fail = |fields: Value| {
        let mut state = json!({ "Type": "Fail" });
        state.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        machine(json!({ "F": state }))
    };
    check(&fail(json!({})), json!({}), &json!({}), &json!({ "error": null, "cause": null }));
    let both = fail(json!({ "Error": "E", "Cause": "{% $states.input.why %}" }));
    check(&both, json!({ "why": "w" }), &json!({}), &json!({ "error": "E", "cause": "w" }));
    check(
        &both,
        json!({ "why": 1 }),
        &json!({}),
        &json!({ "error": "States.QueryEvaluationError" }),
    );
}

#[test]
fn task_by_arn_and_by_lambda_invoke() {
    let arn = "arn:aws:lambda:eu-west-1:111111111111:function:f:live";
    let functions = json!({ "f": { "echo": true } });
    let direct = machine(json!({
        "T": { "Type": "Task", "Resource": arn, "Arguments": { "a": "{% $states.input %}" },
               "Output": "{% $states.result.a %}", "TimeoutSeconds": 5, "End": true }
    }));
    check(&direct, json!(7), &functions, &json!({ "output": 7 }));
    let without_arguments =
        machine(json!({ "T": { "Type": "Task", "Resource": arn, "End": true } }));
    check(&without_arguments, json!([1]), &functions, &json!({ "output": [1] }));
    assert_eq!(
        event_types(&run(&direct, json!(7), &functions)),
        [
            "ExecutionStarted",
            "TaskStateEntered",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionSucceeded",
            "TaskStateExited",
            "ExecutionSucceeded",
        ]
    );

    let invoke = machine(json!({
        "T": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": { "FunctionName": arn, "Payload": "{% $states.input %}" },
            "Output": "{% [$states.result.StatusCode, $states.result.Payload, \
                       $states.result.ExecutedVersion] %}",
            "End": true
        }
    }));
    check(&invoke, json!({ "x": 1 }), &functions, &json!({ "output": [200, { "x": 1 }, "live"] }));
    assert_eq!(
        event_types(&run(&invoke, json!(7), &functions))[2..5],
        ["TaskScheduled", "TaskStarted", "TaskSucceeded",]
    );
}

#[test]
fn lambda_invoke_with_arguments_that_it_does_not_take() {
    let invoke = |arguments: Value| {
        machine(json!({
            "T": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                   "Arguments": "{% $states.input %}", "End": true,
                   "Comment": arguments.to_string(),
                   "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }] },
            "Caught": { "Type": "Succeed" },
        }))
    };
    for arguments in [
        json!({}),
        json!({ "FunctionName": 1 }),
        json!({ "FunctionName": "f", "Other": 1 }),
        json!({ "FunctionName": "f", "InvocationType": "Event" }),
        json!([]),
    ] {
        let functions = json!({ "f": { "echo": true } });
        let definition = invoke(arguments.clone());
        check(&definition, arguments, &functions, &json!({ "error": "States.Runtime" }));
    }
}

#[test]
fn an_unknown_function() {
    let task = |resource: &str, arguments: Value| {
        machine(json!({
            "T": { "Type": "Task", "Resource": resource, "Arguments": arguments, "End": true }
        }))
    };
    let invoke = task("arn:aws:states:::lambda:invoke", json!({ "FunctionName": "f" }));
    let direct = task("arn:aws:lambda:eu-west-1:111111111111:function:f", json!({}));
    for definition in [invoke, direct] {
        check(
            &definition,
            json!({}),
            &json!({}),
            &json!({
                "error": "Lambda.ResourceNotFoundException"
            }),
        );
    }
}
