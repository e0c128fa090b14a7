//! Compares the interpreter with executions recorded from AWS.
//!
//! The recordings are not in the repository. Each line of the file that `ASL_CASES` names is one:
//! `definition`, `input`, `functions`, `s3`, `expected`, `expected_events`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a wrong recording must stop the test")]

mod memory_objects;

use std::cell::RefCell;
use std::path::PathBuf;

use asl::{
    Environment, ExecutionRequest, HistoryEvent, MockFunctions, Observer, StateMachine, Status,
    VirtualClock, virtual_start,
};
use memory_objects::MemoryObjects;
use serde_json::{Map, Value, json};

/// How many cases agree, by what is compared.
#[derive(Debug, Default, PartialEq)]
struct Agreement {
    cases: usize,
    outcomes: usize,
    causes: usize,
    event_types: usize,
    event_links: usize,
    event_details: usize,
}

/// Keeps every event that it is told of.
#[derive(Default)]
struct Observed(RefCell<Vec<HistoryEvent>>);

impl Observer for Observed {
    fn event(&self, event: &HistoryEvent) {
        self.0.borrow_mut().push(event.clone());
    }
}

#[test]
#[ignore = "needs recordings: ASL_CASES=…/cases.jsonl"]
fn recorded_executions_come_out_the_same() {
    let path = PathBuf::from(std::env::var_os("ASL_CASES").expect("ASL_CASES names a file"));
    let text = std::fs::read_to_string(&path).unwrap();
    let mut agreement = Agreement::default();
    let mut failures = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Value = serde_json::from_str(line).unwrap();
        agreement.cases += 1;
        if let Err(why) = compare(&case, &mut agreement) {
            failures.push(format!("{}: {why}", case["name"]));
        }
    }
    println!("{agreement:#?}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(agreement.cases > 0, "no cases in {}", path.display());
    let all = agreement.cases;
    let seen = [agreement.outcomes, agreement.causes, agreement.event_types, agreement.event_links];
    assert_eq!(seen, [all; 4], "{agreement:#?}");
}

fn compare(case: &Value, agreement: &mut Agreement) -> Result<(), String> {
    let machine = StateMachine::parse(&case["definition"].to_string())
        .map_err(|problems| format!("refused: {problems:?}"))?;
    let functions = MockFunctions::from_json(&mocks(&case["functions"])).unwrap();
    let objects = MemoryObjects::default();
    for object in case["s3"].as_array().into_iter().flatten() {
        let text = |key: &str| object[key].as_str().unwrap_or_default();
        objects.insert(text("bucket"), text("key"), text("body").as_bytes().to_vec());
    }
    let clock = VirtualClock::new(virtual_start());
    let observed = Observed::default();
    let environment = Environment {
        functions: &functions,
        clock: &clock,
        objects: &objects,
        observer: &observed,
    };
    let request = ExecutionRequest {
        seed: Some(0),
        ..ExecutionRequest::new("machine", "execution", case["input"].clone())
    };
    let result = clock.block_on(machine.run(&request, environment)).unwrap();
    assert_eq!(observed.0.into_inner(), result.events);

    let expected = &case["expected"];
    let got = json!({ "status": result.status, "output": result.output, "error": result.error });
    let wanted = json!({
        "status": expected["status"], "output": expected["output"], "error": expected["error"]
    });
    let placeholders = &case["placeholders_in_expected"];
    if !same(&wanted, &got, placeholders) {
        return Err(format!(
            "\n  expected {wanted}\n       got {got}\n     cause {:?}",
            result.cause
        ));
    }
    agreement.outcomes += 1;
    if result.status == Status::Succeeded
        || same(&expected["cause"], &json!(result.cause), placeholders)
    {
        agreement.causes += 1;
    } else {
        println!(
            "{}\n  cause    {}\n  not      {:?}",
            case["name"], expected["cause"], result.cause
        );
    }
    compare_events(case, &result.events, agreement);
    Ok(())
}

/// The recorded handlers as mocks.
fn mocks(functions: &Value) -> Value {
    let mut mocks = Map::new();
    for (name, function) in functions.as_object().into_iter().flatten() {
        let error = |kind: &str, message: &str| json!({ "error": { "errorType": kind, "errorMessage": message } });
        let mock = match function["handler"].as_str().unwrap_or_default() {
            "id_function" | "echo_function" => json!({ "echo": true }),
            "raise_exception" => error("Exception", "Some exception was raised."),
            "raise_custom_exception" => error("CustomException", ""),
            "return_bytes_str" => json!({ "return": "HelloWorld!" }),
            "large_output_string" => json!({ "return": "a".repeat(257 * 1024) }),
            "wait_60_seconds" => json!({ "return": null, "delay_seconds": 60 }),
            other => panic!("no mock for the handler {other}"),
        };
        mocks.insert(name.clone(), mock);
    }
    Value::Object(mocks)
}

/// Whether `got` is `wanted`: numbers as floats, and any string for a placeholder.
fn same(wanted: &Value, got: &Value, placeholders: &Value) -> bool {
    match (wanted, got) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) => a == b || is_placeholder(a, placeholders),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, placeholders))
        }
        // A mocked error has no request and no stack trace.
        (Value::Object(a), Value::Object(b)) if a.contains_key("stackTrace") => {
            ["errorType", "errorMessage"].iter().all(|key| a.get(*key) == b.get(*key))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b, placeholders)))
        }
        _ => wanted == got,
    }
}

fn is_placeholder(text: &str, placeholders: &Value) -> bool {
    let named = placeholders.as_array().into_iter().flatten().filter_map(Value::as_str);
    text.contains("<uuid:")
        || matches!(text, "lambda_function_name" | "snf_role_arn" | "timestamp" | "<region>")
        || text.contains("arn:<partition>")
        || named.into_iter().any(|placeholder| text.starts_with(placeholder))
}

fn compare_events(case: &Value, events: &[HistoryEvent], agreement: &mut Agreement) {
    let recorded = case["expected_events"].get("events").unwrap_or(&case["expected_events"]);
    let recorded = recorded.as_array().unwrap();
    let got: Vec<Value> = events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    let got = normalised(got);
    let types = |events: &[Value]| -> Vec<String> {
        events.iter().map(|event| event["type"].to_string()).collect()
    };
    if types(recorded) == types(&got) {
        agreement.event_types += 1;
    } else {
        println!("{}\n  events {:?}\n  not    {:?}", case["name"], types(recorded), types(&got));
        return;
    }
    let links = |events: &[Value]| -> Vec<String> {
        events.iter().map(|event| format!("{}<{}", event["id"], event["previousEventId"])).collect()
    };
    if links(recorded) == links(&got) {
        agreement.event_links += 1;
    } else {
        println!("{}\n  links {:?}\n  not   {:?}", case["name"], links(recorded), links(&got));
    }
    let placeholders = &case["placeholders_in_expected"];
    let differing = recorded.iter().zip(&got).find(|(recorded, got)| {
        let details = recorded.as_object().into_iter().flatten();
        !details.filter(|(key, _)| key.ends_with("Details")).all(|(key, details)| {
            got.get(key).is_some_and(|got| same(&read(details), &read(got), placeholders))
        })
    });
    match differing {
        None => agreement.event_details += 1,
        Some((recorded, got)) => {
            println!("{}\n  event {recorded}\n  not   {got}", case["name"]);
        }
    }
}

/// The recordings have some payloads parsed; so all are compared parsed.
fn read(value: &Value) -> Value {
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(parsed @ (Value::Object(_) | Value::Array(_) | Value::String(_))) => read(&parsed),
            Ok(parsed) => parsed,
            Err(_) => value.clone(),
        },
        Value::Array(items) => items.iter().map(read).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), read(field))).collect()
        }
        _ => value.clone(),
    }
}

/// The recordings sort the events within a Parallel state, take their numbers away, and lose the
/// event that ends it where the state is left afterwards.
fn normalised(mut events: Vec<Value>) -> Vec<Value> {
    let position = |events: &[Value], kinds: &[&str]| {
        events.iter().position(|event| kinds.contains(&event["type"].as_str().unwrap_or_default()))
    };
    let Some(start) = position(&events, &["ParallelStateStarted"]) else { return events };
    let Some(end) = position(&events, &["ParallelStateSucceeded", "ParallelStateFailed"]) else {
        return events;
    };
    let is_left = position(&events, &["ParallelStateExited"]).is_some();
    let mut inside: Vec<Value> = events[start + 1..end].to_vec();
    for event in &mut inside {
        event["id"] = json!([0]);
        event["previousEventId"] = json!(0);
    }
    inside.sort_by_key(details_first);
    events.splice(start + 1..end + usize::from(is_left), inside);
    events
}

/// The order in which the recordings sort: by the name of the details, where there are some.
fn details_first(event: &Value) -> String {
    let keys = event.as_object().unwrap().keys();
    let details = keys.filter(|key| key.ends_with("Details")).min().cloned();
    format!("{}{}", details.unwrap_or_else(|| "timestamp".to_owned()), event["type"])
}
