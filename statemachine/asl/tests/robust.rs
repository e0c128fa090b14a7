//! No definition, input or expression makes the interpreter panic or run for ever.

#![allow(clippy::unwrap_used, reason = "what is wrong must stop the test")]

mod mocked_run;

use asl::{MockFunctions, NoObjects, StateMachine, run_mocked};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Names that lead somewhere often enough.
fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["A", "B", "C", "Nowhere", ""]).prop_map(str::to_owned)
}

fn expression() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "$states",
        ".input",
        "$x",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "'a'",
        "1",
        "0",
        "-",
        "+",
        "..",
        "~>",
        "$map",
        "function($v)",
        "?",
        ":",
        ":=",
        ";",
        "$range",
        "$partition",
        ",",
        "**",
        "*",
        "%",
        "@$v",
        "#$i",
        "^",
        "<",
        "/a/",
        "\"",
        "$hash",
        "é",
        "$sum",
        "&",
        "=",
        "!=",
        " and ",
        "$now()",
        "$random(7)",
        "$uuid()",
        "1e308",
        "$string",
        "$split",
        "null",
        "`",
        "\\",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("{{% {} %}}", pieces.concat()))
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        name().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        expression().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-zA-Z]{1,4}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A state that is right in most of its fields; any may be wrong, missing or too many.
fn state() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        "Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map",
    ]);
    let fields = prop::sample::subsequence(
        vec![
            "Output",
            "Assign",
            "Arguments",
            "Items",
            "Retry",
            "Catch",
            "TimeoutSeconds",
            "ItemSelector",
            "MaxConcurrency",
            "ItemBatcher",
            "ItemReader",
            "ResultWriter",
            "Odd",
        ],
        0..4,
    );
    let rest = (name(), name(), value(), value(), any::<bool>());
    (kind, fields, rest).prop_map(|(kind, fields, (next, other, one, two, ends))| {
        let mut state = json!({ "Type": kind });
        let workflow = json!({
            "StartAt": "I", "States": { "I": { "Type": "Pass", "Output": one, "End": true } }
        });
        match kind {
            "Task" => state["Resource"] = json!("arn:aws:lambda:r:1:function:f"),
            "Choice" => {
                state["Choices"] = json!([{ "Condition": one, "Next": next, "Output": two }]);
                state["Default"] = json!(other);
            }
            "Wait" => state["Seconds"] = one.clone(),
            "Fail" => state["Cause"] = one.clone(),
            "Parallel" => state["Branches"] = json!([workflow, workflow]),
            "Map" => state["ItemProcessor"] = workflow,
            _ => {}
        }
        if !matches!(kind, "Succeed" | "Fail" | "Choice") {
            if ends {
                state["End"] = json!(true);
            } else {
                state["Next"] = json!(next);
            }
        }
        for field in fields {
            state[field] = match field {
                "Retry" => json!([{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 }]),
                "Catch" => json!([{ "ErrorEquals": ["States.ALL"], "Next": other }]),
                "Assign" => json!({ "x": two }),
                _ => two.clone(),
            };
        }
        state
    })
}

fn definition() -> impl Strategy<Value = Value> {
    prop::collection::vec((name(), state()), 1..4).prop_map(|states| {
        let states: Map<String, Value> = states.into_iter().collect();
        json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": states })
    })
}

fn execute(definition: &str, input: Value) {
    let Ok(machine) = StateMachine::parse(definition) else { return };
    let functions = json!({ "f": [{ "echo": true }, { "error": { "errorType": "E" } }] });
    let outcome =
        run_mocked(&machine, input, &MockFunctions::from_json(&functions).unwrap(), &NoObjects);
    let events = outcome["events"].as_array().unwrap();
    assert!((1..=25_000).contains(&events.len()));
    assert!(events.iter().zip(1..).all(|(event, id)| event["id"] == json!(id)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_checked(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        StateMachine::check(&text);
        StateMachine::check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_json_is_checked(value in value(), field in name()) {
        StateMachine::check(&value.to_string());
        let states = json!({ "A": value.clone(), field: value.clone() });
        StateMachine::check(&mocked_run::machine(states).to_string());
    }

    #[test]
    fn any_definition_is_checked_and_ends(definition in definition(), input in value()) {
        execute(&definition.to_string(), input);
    }

    #[test]
    fn any_expression_ends(expression in expression(), input in value()) {
        let pass = json!({ "A": { "Type": "Pass", "Output": expression, "End": true } });
        execute(&mocked_run::machine(pass).to_string(), input);
    }

    #[test]
    fn any_mocks_are_read(value in value()) {
        let _ = MockFunctions::from_json(&value);
    }
}

#[test]
fn deep_json_is_refused_and_not_followed() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!StateMachine::check(&deep).is_empty());
    let nested = format!("{}1{}", "(".repeat(50_000), ")".repeat(50_000));
    let pass =
        json!({ "A": { "Type": "Pass", "Output": format!("{{% {nested} %}}"), "End": true } });
    assert!(!StateMachine::check(&mocked_run::machine(pass).to_string()).is_empty());
}
