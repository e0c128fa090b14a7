//! What is wrong with a definition is said by state and field, all of it.

mod mocked_run;

use asl::StateMachine;
use mocked_run::machine;
use serde_json::{Value, json};

/// Checks that the problems are these: `state | field | part of the message`.
#[track_caller]
fn check(definition: &Value, expect: &[&str]) {
    let problems = StateMachine::check(&definition.to_string());
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), expect.len(), "{shown:#?}");
    for wanted in expect {
        let parts: Vec<&str> = wanted.split('|').map(str::trim).collect();
        let found = problems.iter().any(|problem| {
            problem.state.as_deref().unwrap_or_default() == parts[0]
                && problem.field == parts[1]
                && problem.message.contains(parts[2])
        });
        assert!(found, "no {wanted} in {shown:#?}");
    }
}

#[track_caller]
fn check_state(state: &Value, expect: &[&str]) {
    check(&machine(json!({ "S": state })), expect);
}

#[test]
fn json_path_is_refused_by_state_and_field() {
    let pass = json!({ "Type": "Pass", "End": true });
    let by_default = json!({ "StartAt": "S", "States": { "S": pass } });
    check(&by_default, &["S | QueryLanguage | JSONPath by default"]);
    let mut said = by_default.clone();
    said["QueryLanguage"] = json!("JSONPath");
    check(&said, &["S | QueryLanguage | JSONPath by default"]);
    let mut one_state = said.clone();
    one_state["States"]["S"]["QueryLanguage"] = json!("JSONata");
    check(&one_state, &[]);
    check_state(
        &json!({ "Type": "Pass", "QueryLanguage": "JSONPath", "End": true }),
        &["S | QueryLanguage | JSONPath is refused"],
    );
    check_state(
        &json!({ "Type": "Pass", "InputPath": "$", "Parameters": {}, "ResultPath": "$.a",
                 "Result": 1, "OutputPath": "$", "End": true }),
        &[
            "S | InputPath | JSONPath",
            "S | Parameters | use Arguments",
            "S | ResultPath | JSONPath",
            "S | Result | use Output",
            "S | OutputPath | JSONPath",
        ],
    );
    check(
        &machine(json!({
            "S": { "Type": "Choice", "Choices": [
                { "Variable": "$.a", "StringEquals": "x", "Next": "E" }
            ] },
            "E": { "Type": "Succeed" },
        })),
        &[
            "S | Choices[0].Variable | use Condition",
            "S | Choices[0].StringEquals | use Condition",
            "S | Choices[0].Condition | is missing",
        ],
    );
}

#[test]
fn the_machine_itself() {
    check(&json!([]), &[" | | must be an object"]);
    check(&json!({}), &[" | StartAt | is missing", " | States | is missing"]);
    check(
        &json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {} }),
        &[" | StartAt | no state 'A'"],
    );
    let mut definition = machine(json!({ "S": { "Type": "Succeed" } }));
    definition["TimeoutSeconds"] = json!(0);
    definition["Version"] = json!("2.0");
    definition["Extra"] = json!(1);
    check(
        &definition,
        &[" | TimeoutSeconds | 1 to 99999999", " | Version | 1.0", " | Extra | is not a field"],
    );
    assert!(StateMachine::check("{").iter().any(|p| p.message.contains("not JSON")));
}

#[test]
fn ways_through_the_states() {
    check(
        &machine(json!({
            "A": { "Type": "Pass", "Next": "Nowhere" },
            "B": { "Type": "Pass", "End": true },
        })),
        &["A | Next | no state 'Nowhere'", "B | | no state leads to it", " | States | ever ends"],
    );
    check(
        &machine(
            json!({ "A": { "Type": "Pass", "Next": "B" }, "B": { "Type": "Pass", "Next": "A" } }),
        ),
        &[" | States | ever ends"],
    );
    check_state(&json!({ "Type": "Pass" }), &["S | Next | is missing", " | States | ever ends"]);
    check_state(&json!({ "Type": "Pass", "Next": "S", "End": true }), &["S | End | together with"]);
    check(
        &machine(json!({
            "C": { "Type": "Choice", "Choices": [{ "Condition": "{% true %}", "Next": "X" }],
                   "Default": "Y" },
        })),
        &["C | Choices[0].Next | 'X'", "C | Default | 'Y'", " | States | ever ends"],
    );
    check_state(
        &json!({ "Type": "Map", "End": true, "ItemProcessor": {
            "StartAt": "I", "States": { "I": { "Type": "Pass", "Next": "S" } }
        } }),
        &["I | Next | no state 'S'", "S | ItemProcessor.States | ever ends"],
    );
}

#[test]
fn fields_by_type_of_state() {
    check_state(&json!({ "Type": "Sleep" }), &["S | Type | must be", " | States | ever ends"]);
    check_state(&json!({}), &["S | Type | is missing", " | States | ever ends"]);
    check_state(
        &json!({ "Type": "Succeed", "Next": "S", "Assign": {} }),
        &[
            "S | Next | is not a field of a Succeed state",
            "S | Assign | is not a field of a Succeed state",
        ],
    );
    check_state(
        &json!({ "Type": "Fail", "Error": 1, "Retry": [] }),
        &["S | Error | must be a string", "S | Retry | is not a field of a Fail state"],
    );
    check_state(
        &json!({ "Type": "Pass", "Retries": [], "End": "yes" }),
        &["S | Retries | is not a field of a Pass state", "S | End | must be true or false"]
            .as_slice()
            .iter()
            .copied()
            .chain([" | States | ever ends"])
            .collect::<Vec<_>>(),
    );
    check_state(&json!({ "Type": "Wait", "End": true }), &["S | Seconds | is missing"]);
    check_state(
        &json!({ "Type": "Wait", "Seconds": 1, "Timestamp": "x", "End": true }),
        &["S | Timestamp | together with"],
    );
    check_state(
        &json!({ "Type": "Wait", "Timestamp": "tomorrow", "End": true }),
        &["S | Timestamp | ISO 8601"],
    );
    check_state(&json!({ "Type": "Wait", "Seconds": -1, "End": true }), &["S | Seconds | 0 to"]);
    check_state(
        &json!({ "Type": "Parallel", "Branches": [], "End": true }),
        &["S | Branches | must not be empty"],
    );
    check_state(
        &json!({ "Type": "Map", "End": true, "Iterator": {} }),
        &["S | Iterator | is not a field", "S | ItemProcessor | is missing"],
    );
}

#[test]
fn tasks() {
    let task = |more: Value| {
        let mut state = json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true
        });
        state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        state
    };
    check_state(
        &task(json!({ "Arguments": { "Name": "f" } })),
        &[
            "S | Arguments.Name | is not a field of lambda:invoke",
            "S | Arguments.FunctionName | is missing",
        ],
    );
    check_state(
        &task(json!({ "Resource": "arn:aws:states:::sqs:sendMessage" })),
        &["S | Resource | sqs:sendMessage"],
    );
    let token = "arn:aws:states:::lambda:invoke.waitForTaskToken";
    check_state(&task(json!({ "Resource": token })), &["S | Resource | waitForTaskToken"]);
    check_state(
        &task(json!({ "TimeoutSeconds": 5, "HeartbeatSeconds": 5 })),
        &["S | HeartbeatSeconds | less than"],
    );
    check_state(&task(json!({ "TimeoutSeconds": "5" })), &["S | TimeoutSeconds | expression"]);
}

#[test]
fn retriers_and_catchers() {
    let with = |retry: Value, catch: Value| {
        json!({
            "Type": "Parallel", "End": true, "Retry": retry, "Catch": catch,
            "Branches": [{ "StartAt": "B", "States": { "B": { "Type": "Succeed" } } }],
        })
    };
    check_state(
        &with(
            json!([
                { "ErrorEquals": ["States.ALL"] },
                { "ErrorEquals": ["A", "States.ALL"] },
                { "ErrorEquals": [] },
                { "BackoffRate": 0.5, "MaxAttempts": -1, "JitterStrategy": "HALF",
                  "IntervalSeconds": 5, "MaxDelaySeconds": 5, "Interval": 1 },
            ]),
            json!([{ "ErrorEquals": ["A"] }, { "ErrorEquals": "A", "Next": "S", "ResultPath": "$" }]),
        ),
        &[
            "S | Retry[0].ErrorEquals | must come last",
            "S | Retry[1].ErrorEquals | must stand alone",
            "S | Retry[1].ErrorEquals | must come last",
            "S | Retry[2].ErrorEquals | must not be empty",
            "S | Retry[3].BackoffRate | 1.0",
            "S | Retry[3].MaxAttempts | integer",
            "S | Retry[3].JitterStrategy | FULL",
            "S | Retry[3].MaxDelaySeconds | greater",
            "S | Retry[3].Interval | is not a field",
            "S | Retry[3].ErrorEquals | is missing",
            "S | Catch[0].Next | is missing",
            "S | Catch[1].ErrorEquals | must be an array",
            "S | Catch[1].ResultPath | JSONPath",
        ],
    );
}

#[test]
fn expressions_and_variables() {
    check_state(
        &json!({
            "Type": "Pass", "End": true,
            "Output": { "a": ["{% $x ?? 1 %}", "{% 1 + %}"], "b": "{% $eval('1') %}" },
            "Assign": { "states": 1, "9x": 1, "$y": 1, "good_1": "{% $a ?: 1 %}" },
        }),
        &[
            "S | Output.a[0] | ??",
            "S | Output.a[1] | not a JSONata expression",
            "S | Output.b | $eval",
            "S | Assign.states | reserved",
            "S | Assign.9x | name",
            "S | Assign.$y | name",
            "S | Assign.good_1 | ?:",
        ],
    );
    check(
        &machine(json!({
            "A": { "Type": "Pass", "Assign": { "x": 1 }, "Next": "M" },
            "M": { "Type": "Map", "End": true, "ItemProcessor": { "StartAt": "I", "States": {
                "I": { "Type": "Pass", "Assign": { "x": 2, "y": 1 }, "End": true }
            } } },
        })),
        &["I | Assign | 'x' is a variable of an outer"],
    );
}

#[test]
fn map_fields() {
    let map = |more: Value| {
        let mut state = json!({
            "Type": "Map", "End": true,
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED" },
                "StartAt": "I", "States": { "I": { "Type": "Succeed" } }
            },
        });
        state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        state
    };
    check_state(
        &map(json!({
            "Items": "all", "MaxConcurrency": -1, "ToleratedFailurePercentage": 101,
            "ItemBatcher": {}, "ResultWriter": {},
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": { "InputType": "PARQUET" }
            },
        })),
        &[
            "S | Items | expression",
            "S | ItemReader | together with Items",
            "S | MaxConcurrency | integer",
            "S | ToleratedFailurePercentage | 0 to 100",
            "S | ItemBatcher.MaxItemsPerBatch | is missing",
            "S | ResultWriter.Resource | is missing",
            "S | ItemReader.ReaderConfig.InputType | CSV, JSON or JSONL",
        ],
    );
    let csv = json!({ "InputType": "CSV", "CSVDelimiter": "X", "CSVHeaderLocation": "GIVEN" });
    check_state(
        &map(json!({
            "ItemReader": { "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": csv }
        })),
        &[
            "S | ItemReader.ReaderConfig.CSVDelimiter | one of",
            "S | ItemReader.ReaderConfig.CSVHeaders | is missing",
        ],
    );
}
