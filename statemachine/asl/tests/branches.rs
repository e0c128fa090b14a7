//! Parallel and Map: order, variables, failure, concurrency, the distributed mode.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is wrong must stop the test")]

mod memory_objects;
mod mocked_run;

use asl::{
    Environment, ExecutionRequest, MockFunctions, StateMachine, VirtualClock, virtual_start,
};
use memory_objects::MemoryObjects;
use mocked_run::{check, event_types, machine, milliseconds, run};
use serde_json::{Value, json};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:f";

fn one(state: &Value) -> Value {
    machine(json!({ "M": state }))
}

fn processor(state: &Value) -> Value {
    json!({ "StartAt": "I", "States": { "I": state } })
}

fn echo() -> Value {
    json!({ "f": { "echo": true } })
}

fn fails_on_two() -> Value {
    json!({
        "Type": "Choice",
        "Choices": [{ "Condition": "{% $states.input = 2 %}", "Next": "Bad" }],
        "Default": "Good",
    })
}

fn failing_processor() -> Value {
    json!({ "StartAt": "I", "States": {
        "I": fails_on_two(),
        "Bad": { "Type": "Fail", "Error": "Two", "Cause": "it is two" },
        "Good": { "Type": "Pass", "End": true },
    } })
}

#[test]
fn parallel_keeps_the_order_of_its_branches() {
    let wait = |seconds: u64, output: &str| {
        json!({ "StartAt": output, "States": {
            output: { "Type": "Wait", "Seconds": seconds, "Output": output, "End": true }
        } })
    };
    let definition = one(&json!({
        "Type": "Parallel", "Arguments": { "a": "{% $states.input %}" },
        "Branches": [wait(9, "slow"), wait(1, "quick"), processor(&json!({ "Type": "Succeed" }))],
        "Output": "{% $states.result %}", "End": true,
    }));
    let outcome = run(&definition, json!(5), &json!({}));
    assert_eq!(outcome["output"], json!(["slow", "quick", { "a": 5 }]));
    assert_eq!(milliseconds(&outcome), 9_000);
}

#[test]
fn a_branch_that_fails_aborts_the_others() {
    let definition = one(&json!({
        "Type": "Parallel", "End": true,
        "Branches": [
            { "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 60, "End": true } } },
            { "StartAt": "F", "States": { "F": { "Type": "Fail", "Error": "E", "Cause": "C" } } },
        ],
    }));
    let outcome = run(&definition, json!({}), &json!({}));
    assert_eq!((&outcome["error"], &outcome["cause"]), (&json!("E"), &json!("C")));
    assert_eq!(milliseconds(&outcome), 0);
    assert_eq!(
        event_types(&outcome),
        [
            "ExecutionStarted",
            "ParallelStateEntered",
            "ParallelStateStarted",
            "WaitStateEntered",
            "FailStateEntered",
            "WaitStateAborted",
            "ParallelStateFailed",
            "ExecutionFailed",
        ]
    );
}

#[test]
fn inner_states_read_outer_variables_and_keep_their_own() {
    let inner = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Assign": { "mine": "{% $outer * 10 + $states.input %}" },
               "Next": "B" },
        "B": { "Type": "Pass", "Output": "{% $mine %}", "End": true },
    } });
    let definition = machine(json!({
        "Set": { "Type": "Pass", "Assign": { "outer": 1 }, "Output": [1, 2, 3], "Next": "M" },
        "M": { "Type": "Map", "ItemProcessor": inner, "Assign": { "outer": 2 }, "Next": "After" },
        "After": { "Type": "Pass", "End": true,
                   "Output": ["{% $states.input %}", "{% $outer %}", "{% $exists($mine) %}"] },
    }));
    check(&definition, json!({}), &json!({}), &json!({ "output": [[11, 12, 13], 2, false] }));
}

#[test]
fn map_over_items_with_a_selector() {
    let definition = one(&json!({
        "Type": "Map", "Items": "{% $states.input.list %}", "End": true,
        "ItemSelector": {
            "at": "{% $states.context.Map.Item.Index %}",
            "item": "{% $states.context.Map.Item.Value %}",
            "all": "{% $count($states.input.list) %}",
        },
        "ItemProcessor": processor(&json!({
            "Type": "Pass", "End": true,
            "Output": ["{% $states.input %}", "{% $states.context.Map.Item.Value %}"]
        })),
    }));
    check(
        &definition,
        json!({ "list": ["x", "y"] }),
        &json!({}),
        &json!({ "output": [
        [{ "at": 0, "item": "x", "all": 2 }, "x"],
        [{ "at": 1, "item": "y", "all": 2 }, "y"],
    ] }),
    );
    check(&definition, json!({ "list": [] }), &json!({}), &json!({ "output": [] }));
}

#[test]
fn map_needs_an_array() {
    let by_input = one(&json!({
        "Type": "Map", "End": true, "ItemProcessor": processor(&json!({ "Type": "Succeed" })),
    }));
    check(
        &by_input,
        json!({ "a": 1 }),
        &json!({}),
        &json!({
            "error": "States.QueryEvaluationError",
            "cause": "An error occurred while executing the state 'M' (entered at the event id #2). \
                      Map state input must be an array but was: {\"a\":1}",
        }),
    );
    for input in [json!(1), json!("x"), json!(true), json!(null)] {
        let query_error = json!({ "error": "States.QueryEvaluationError" });
        check(&by_input, input, &json!({}), &query_error);
    }
    let by_items = one(&json!({
        "Type": "Map", "End": true, "Items": "{% $states.input %}",
        "ItemProcessor": processor(&json!({ "Type": "Succeed" })),
    }));
    check(&by_items, json!("x"), &json!({}), &json!({ "error": "States.QueryEvaluationError" }));
}

#[test]
fn map_runs_as_many_at_once_as_it_may() {
    let map = |max: u64| {
        one(&json!({
            "Type": "Map", "MaxConcurrency": max, "End": true,
            "ItemProcessor": processor(&json!({ "Type": "Wait", "Seconds": 10, "End": true })),
        }))
    };
    let took = |max, items: usize| milliseconds(&run(&map(max), json!(vec![0; items]), &json!({})));
    assert_eq!(took(0, 6), 10_000);
    assert_eq!(took(1, 6), 60_000);
    assert_eq!(took(4, 6), 20_000);
    assert_eq!(took(0, 41), 20_000);
}

#[test]
fn an_iteration_that_fails_fails_the_map_with_its_error() {
    let definition = one(&json!({
        "Type": "Map", "ItemProcessor": failing_processor(), "MaxConcurrency": 1, "End": true,
        "ToleratedFailureCount": 5,
    }));
    let outcome = run(&definition, json!([1, 2, 3]), &json!({}));
    assert_eq!((&outcome["error"], &outcome["cause"]), (&json!("Two"), &json!("it is two")));
    let types = event_types(&outcome);
    assert_eq!(
        types[types.len() - 3..],
        ["MapIterationFailed", "MapStateFailed", "ExecutionFailed"]
    );
}

#[test]
fn map_and_parallel_retry_and_catch() {
    let task = json!({ "Type": "Task", "Resource": FUNCTION, "End": true });
    let error = json!({ "error": { "errorType": "E", "errorMessage": "" } });
    let handling = json!({
        "Retry": [{ "ErrorEquals": ["E"], "MaxAttempts": 1 }],
        "Catch": [{ "ErrorEquals": ["E"], "Next": "Caught", "Output": "{% $states.errorOutput.Error %}" }],
        "End": true,
    });
    let with = |mut state: Value| {
        state.as_object_mut().unwrap().extend(handling.as_object().unwrap().clone());
        machine(json!({ "M": state, "Caught": { "Type": "Succeed" } }))
    };
    let map = with(json!({ "Type": "Map", "ItemProcessor": processor(&task) }));
    let parallel = with(json!({ "Type": "Parallel", "Branches": [processor(&task)] }));
    for definition in [map, parallel] {
        let once = json!({ "f": [error, { "return": 1 }] });
        check(&definition, json!([0]), &once, &json!({ "output": [1] }));
        check(&definition, json!([0]), &json!({ "f": error }), &json!({ "output": "E" }));
    }
}

#[test]
fn maps_and_parallels_nest() {
    let inner = json!({
        "Type": "Map", "End": true, "MaxConcurrency": 1,
        "ItemProcessor": { "StartAt": "L", "States": { "L": {
            "Type": "Task", "Resource": FUNCTION, "End": true,
            "Arguments": "{% $states.input * 2 %}",
        } } },
    });
    let definition = one(&json!({
        "Type": "Parallel", "End": true, "Branches": [{ "StartAt": "Outer", "States": { "Outer": {
            "Type": "Map", "End": true, "ItemProcessor": processor(&inner),
        } } }],
    }));
    let nested = json!({ "output": [[[2, 4], [6]]] });
    check(&definition, json!([[1, 2], [3]]), &echo(), &nested);
    let failing = json!({ "f": [{ "echo": true }, { "error": { "errorType": "E" } }] });
    let outcome = run(&definition, json!([[1, 2], [3]]), &failing);
    assert_eq!(outcome["error"], "E");
    let events = outcome["events"].as_array().unwrap();
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event["id"], index as u64 + 1);
        assert!(event["previousEventId"].as_u64() < event["id"].as_u64(), "{event}");
    }
}

fn distributed(more: &Value) -> Value {
    let mut processor = failing_processor();
    processor["ProcessorConfig"] = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
    let mut state = json!({ "Type": "Map", "ItemProcessor": processor, "End": true });
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one(&state)
}

#[test]
fn a_distributed_map_tolerates_what_it_may() {
    let exceeded = json!({
        "error": "States.ExceedToleratedFailureThreshold",
        "cause": "The specified tolerated failure threshold was exceeded",
    });
    check(&distributed(&json!({})), json!([1, 2]), &json!({}), &exceeded);
    let one = distributed(&json!({ "ToleratedFailureCount": 1 }));
    let error = json!({ "Error": "Two", "Cause": "it is two" });
    check(&one, json!([1, 2, 3]), &json!({}), &json!({ "output": [1, error, 3] }));
    check(&one, json!([2, 2, 3]), &json!({}), &exceeded);
    let half = distributed(&json!({ "ToleratedFailurePercentage": "{% 50 %}" }));
    check(&half, json!([1, 2]), &json!({}), &json!({ "output": [1, error] }));
    check(&half, json!([1, 2, 2]), &json!({}), &exceeded);
    let outcome = run(&distributed(&json!({})), json!([2]), &json!({}));
    assert_eq!(
        event_types(&outcome)[2..6],
        ["MapStateStarted", "MapRunStarted", "MapRunFailed", "MapStateFailed"]
    );
    assert_eq!(
        event_types(&run(&distributed(&json!({})), json!([1]), &json!({})))[2..7],
        [
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited"
        ]
    );
}

#[test]
fn batches_of_items() {
    let definition = distributed(&json!({
        "ItemBatcher": { "MaxItemsPerBatch": 2, "BatchInput": { "b": "{% $states.input[0] %}" } }
    }));
    check(
        &definition,
        json!([7, 8, 9]),
        &json!({}),
        &json!({ "output": [
        { "BatchInput": { "b": 7 }, "Items": [7, 8] },
        { "BatchInput": { "b": 7 }, "Items": [9] },
    ] }),
    );
    let by_bytes = distributed(&json!({ "ItemBatcher": { "MaxInputBytesPerBatch": 21 } }));
    let outcome = run(&by_bytes, json!(["aaaa", "bbb", "c"]), &json!({}));
    assert_eq!(outcome["output"], json!([{ "Items": ["aaaa"] }, { "Items": ["bbb", "c"] }]));
}

#[test]
fn items_from_objects_and_results_to_objects() {
    let objects = MemoryObjects::default();
    objects.insert("b", "in/a.csv", b"id,name\n1,x\n2,y\n3,z\n".to_vec());
    let definition = distributed(&json!({
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": { "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 2 },
            "Arguments": { "Bucket": "b", "Key": "{% $states.input.key %}" },
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "WriterConfig": { "Transformation": "COMPACT", "OutputType": "JSONL" },
            "Arguments": { "Bucket": "b", "Prefix": "out/" },
        },
    }));
    let machine = StateMachine::parse(&definition.to_string()).unwrap();
    let functions = MockFunctions::from_json(&json!({})).unwrap();
    let clock = VirtualClock::new(virtual_start());
    let environment =
        Environment { functions: &functions, clock: &clock, objects: &objects, observer: &() };
    let execute = |input| {
        let request = ExecutionRequest::new("machine", "execution", input);
        clock.block_on(machine.run(&request, environment)).unwrap()
    };
    let output = execute(json!({ "key": "in/a.csv" })).output.unwrap();
    let manifest_key = output["ResultWriterDetails"]["Key"].as_str().unwrap();
    let manifest: Value =
        serde_json::from_slice(&objects.read("b", manifest_key).unwrap()).unwrap();
    let results = manifest["ResultFiles"]["SUCCEEDED"][0]["Key"].as_str().unwrap();
    assert!(results.starts_with("out/"), "{results}");
    let written = String::from_utf8(objects.read("b", results).unwrap()).unwrap();
    assert_eq!(written, "{\"id\":\"1\",\"name\":\"x\"}\n{\"id\":\"2\",\"name\":\"y\"}\n");

    let missing = execute(json!({ "key": "in/none.csv" }));
    assert_eq!(missing.error.as_deref(), Some("States.ItemReaderFailed"));
    assert_eq!(missing.last_state.as_deref(), Some("M"));
}

#[test]
fn a_distributed_item_sees_no_outer_variable() {
    let mut processor = processor(&json!({
        "Type": "Pass", "End": true,
        "Output": ["{% $exists($outer) %}", "{% $states.context.Map.Item.Index %}"]
    }));
    processor["ProcessorConfig"] = json!({ "Mode": "DISTRIBUTED" });
    let definition = machine(json!({
        "Set": { "Type": "Pass", "Assign": { "outer": 1 }, "Output": [0], "Next": "M" },
        "M": { "Type": "Map", "ItemProcessor": processor, "End": true },
    }));
    check(&definition, json!({}), &json!({}), &json!({ "output": [[false, 0]] }));
}
