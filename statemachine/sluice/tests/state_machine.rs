//! The state machine's own promises, with the functions mocked and the clock virtual: which way each
//! answer leads, what is retried, and that an error that nobody expects fails the run at its state.
#![expect(clippy::unwrap_used, reason = "a test should fail where it stands")]

use asl::{MockFunctions, NoObjects, StateMachine, run_mocked};
use serde_json::{Value, json};

const DEFINITION: &str = include_str!("../../statemachine.asl.json");

fn claimed(decision: &str) -> Value {
    json!({
        "decision": decision, "run": {"correlation_id": "r-1", "source": {"key": "input/x.csv"},
        "outputs": {"processed": "processed/x.csv"}}, "adopted": false, "refusal": null,
        "owner": null, "outcome": null, "completed_at": null, "mail": null
    })
}

fn validated(verdict: &str) -> Value {
    json!({"verdict": verdict, "refusal": null, "records": {"read": 3, "valid": 2, "rejected": 1}})
}

fn error(name: &str) -> Value {
    json!({"error": {"errorType": name, "errorMessage": "on purpose"}})
}

/// Functions that all do what a good run wants; `claim-file` is called twice, `send-report` too.
fn good() -> Value {
    json!({
        "claim-file": [{"return": claimed("CLAIMED")}, {"return": {"outcome": "Completed"}}],
        "validate-and-partition": {"return": validated("VALID")},
        "aggregate": {"return": {"records": 2}},
        "analyze": {"return": {"model": "deterministic"}},
        "send-report": [{"return": {"report": {}}}, {"return": {"mail": "SENT", "message_id": "1"}}],
    })
}

/// Runs the machine with some functions replaced, and gives the result and the states entered.
fn run(replaced: &Value) -> (Value, Vec<String>) {
    let mut functions = good();
    for (name, replies) in replaced.as_object().unwrap() {
        functions[name] = replies.clone();
    }
    let mut definition = DEFINITION.to_owned();
    for name in functions.as_object().unwrap().keys() {
        definition = definition.replace(&format!("${{{}}}", name.replace('-', "_")), name);
    }
    let machine = StateMachine::parse(&definition).unwrap();
    let input = json!({"detail": {"bucket": {"name": "b"}, "object": {"key": "input/x.csv"}}});
    let result =
        run_mocked(&machine, input, &MockFunctions::from_json(&functions).unwrap(), &NoObjects);
    let states = result["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str())
        .map(str::to_owned)
        .collect();
    (result, states)
}

#[track_caller]
fn ends_in(replaced: &Value, terminal: &str) -> Value {
    let (result, states) = run(replaced);
    assert_eq!(result["status"], "SUCCEEDED", "{}: {}", result["error"], result["cause"]);
    assert_eq!(states.last().unwrap(), terminal);
    result
}

#[test]
fn a_good_file_goes_all_the_way() {
    let (result, states) = run(&json!({}));
    assert_eq!(
        states,
        [
            "ClaimFile",
            "RouteClaim",
            "ValidateAndPartition",
            "RouteRecords",
            "Aggregate",
            "Analyze",
            "RenderReport",
            "CompleteRun",
            "SendReport",
            "RouteOutcome",
            "Completed"
        ]
    );
    assert_eq!(result["output"]["records"], json!({"read": 3, "valid": 2, "rejected": 1}));
    assert_eq!(result["output"]["mail"], "SENT");
}

#[test]
fn the_claim_decides() {
    let claim = |decision: &str| json!({"claim-file": {"return": claimed(decision)}});
    ends_in(&claim("DUPLICATE"), "DuplicateSkipped");
    ends_in(&claim("IN_PROGRESS"), "AlreadyInProgress");
}

#[test]
fn a_file_refused_at_the_claim_is_not_read_and_is_reported() {
    let mut claim = claimed("REFUSED");
    claim["refusal"] = json!({"code": "unsafe-name", "message": "no"});
    let (result, states) = run(&json!({"claim-file": [{"return": claim}, {"return": {}}]}));
    assert_eq!(result["output"]["refusal"]["code"], "unsafe-name");
    assert!(!states.contains(&"ValidateAndPartition".to_owned()));
    assert_eq!(states.last().unwrap(), "FileRefused");
}

#[test]
fn a_report_that_is_due_is_all_that_is_done() {
    let mut claim = claimed("REPORT_DUE");
    claim["outcome"] = json!("AllRecordsRejected");
    let mail = json!({"return": {"mail": "SENT", "message_id": "1"}});
    let (_, states) = run(&json!({"claim-file": {"return": claim}, "send-report": mail}));
    let expected = ["ClaimFile", "RouteClaim", "SendReport", "RouteOutcome", "AllRecordsRejected"];
    assert_eq!(states, expected);
}

#[test]
fn the_validation_decides() {
    let verdict = |verdict: &str| json!({"validate-and-partition": {"return": validated(verdict)}});
    ends_in(&verdict("ALL_REJECTED"), "AllRecordsRejected");
    ends_in(&verdict("NO_RECORDS"), "NoRecords");
    ends_in(&verdict("REFUSED"), "FileRefused");
}

#[test]
fn an_answer_that_nobody_thought_of_fails_the_run() {
    let (result, _) = run(&json!({"claim-file": {"return": claimed("PERHAPS")}}));
    assert_eq!(result["error"], "States.NoChoiceMatched");
    let (result, _) = run(&json!({"validate-and-partition": {"return": validated("PERHAPS")}}));
    assert_eq!(result["error"], "States.NoChoiceMatched");
}

#[test]
fn an_unexpected_error_fails_the_run_at_its_own_state_with_its_own_name() {
    let good = |value: Value| json!({"return": value});
    let cases = [
        ("ClaimFile", json!({"claim-file": error("ContractError")})),
        ("ValidateAndPartition", json!({"validate-and-partition": error("ObjectNotFoundError")})),
        ("Aggregate", json!({"aggregate": error("EnvironmentError")})),
        ("Analyze", json!({"analyze": error("InvalidEventError")})),
        ("RenderReport", json!({"send-report": error("InternalError")})),
        (
            "CompleteRun",
            json!({"claim-file": [good(claimed("CLAIMED")), error("PreconditionFailedError")]}),
        ),
        ("SendReport", json!({"send-report": [good(json!({})), error("InternalError")]})),
    ];
    for (state, replaced) in cases {
        let (result, states) = run(&replaced);
        assert_eq!(result["status"], "FAILED", "{state}");
        assert_eq!(states.last().unwrap(), state);
        let name = result["error"].as_str().unwrap();
        assert!(replaced.to_string().contains(name), "{state} failed with {name}");
        assert!(result["cause"].as_str().unwrap().contains("on purpose"), "{state}");
    }
}

#[test]
fn what_passes_by_itself_is_retried() {
    for step in good().as_object().unwrap().keys() {
        let mut replies = good()[step].clone();
        if !replies.is_array() {
            replies = json!([replies]);
        }
        replies.as_array_mut().unwrap().insert(0, error("ThrottledError"));
        replies.as_array_mut().unwrap().insert(0, error("Sandbox.Timedout"));
        ends_in(&json!({ step: replies }), "Completed");
    }
}

/// A step without a way out waits for a free environment until the execution's own time is over.
#[test]
fn a_burst_is_waited_out() {
    let busy = error("Lambda.TooManyRequestsException");
    let second = |step: &str| json!([good()[step][0], busy]);
    let cases = [
        ("ClaimFile", json!({ "claim-file": busy })),
        ("ValidateAndPartition", json!({ "validate-and-partition": busy })),
        ("Aggregate", json!({ "aggregate": busy })),
        ("AnalyzeWithoutModel", json!({ "analyze": [error("ModelAnswerError"), busy] })),
        ("RenderReport", json!({ "send-report": busy })),
        ("CompleteRun", json!({ "claim-file": second("claim-file") })),
    ];
    for (state, replaced) in cases {
        let (result, states) = run(&replaced);
        assert_eq!(
            (&result["status"], states.last().unwrap().as_str()),
            (&json!("TIMED_OUT"), state)
        );
    }
    let send_report = json!({ "send-report": second("send-report") });
    ends_in(&send_report, "CompletedWithoutReport");
}

#[test]
fn a_model_that_fails_is_replaced_and_the_run_says_so() {
    for name in ["ModelAnswerError", "CostCeilingError", "EnvironmentError"] {
        let replies = json!([error(name), {"return": {"model": "deterministic"}}]);
        let (result, states) = run(&json!({"analyze": replies}));
        assert!(states.contains(&"AnalyzeWithoutModel".to_owned()), "{name}");
        assert_eq!(states.last().unwrap(), "Completed");
        let asked = result["events"].to_string();
        assert!(
            asked.contains(&format!(r#"\\\"degraded_because\\\":\\\"{name}\\\""#))
                || asked.contains(&format!(r#"\"degraded_because\":\"{name}\""#)),
            "{asked}"
        );
    }
}

#[test]
fn a_mail_that_fails_costs_no_data_and_hides_nothing() {
    let render = json!({"return": {}});
    let failing = |name| json!([render, error(name)]);
    for name in ["EmailRefusedError", "EnvironmentError"] {
        let result = ends_in(&json!({"send-report": failing(name)}), "CompletedWithoutReport");
        assert_eq!(result["output"]["mail"], "NOT_SENT");
        assert_eq!(result["output"]["mail_error"], name);
    }

    let ambiguous = json!([render, {"return": {"mail": "AMBIGUOUS", "message_id": null}}]);
    ends_in(&json!({"send-report": ambiguous}), "CompletedWithoutReport");

    let rejected = json!({"return": validated("ALL_REJECTED")});
    ends_in(
        &json!({"send-report": failing("EmailRefusedError"), "validate-and-partition": rejected}),
        "AllRecordsRejected",
    );
}
