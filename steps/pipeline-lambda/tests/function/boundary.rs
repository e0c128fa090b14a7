//! The boundary of a function: answers, error names, the log.

use pipeline_core::error::ErrorKind;
use serde_json::json;

use crate::{
    invoke,
    runtime_api::{Post, TRACE, TRACE_ID},
    start,
};

#[track_caller]
fn assert_error(post: &Post, error_type: &str) -> String {
    assert!(post.path.ends_with("/error"), "{post:?}");
    assert!(post.headers.contains_key("lambda-runtime-function-error-type"), "{post:?}");
    assert_eq!(post.body["errorType"], error_type, "{post:?}");
    post.body["errorMessage"].as_str().unwrap().to_owned()
}

#[test]
fn an_event_becomes_an_answer_and_its_trace_is_passed_on() {
    let process = start(&[]);
    let event = json!({
        "action": "echo",
        "text": "SECRET",
        "run": {"correlation_id": "run-1", "source": {"key": "input/x.csv"}},
        "execution": {"id": "arn:execution"},
    });
    let post = invoke(&process, &event);
    assert_eq!(post.path, "invocation/request-1/response");
    assert_eq!(post.body, json!({"length": 6, "trace": TRACE}));

    let left = process.kill();
    assert_eq!(left.stderr, "");
    assert!(!left.stdout.contains("SECRET"), "{}", left.stdout);
    let lines = left.lines();
    assert_eq!(lines.len(), 2, "{}", left.stdout);
    assert_eq!(lines[0]["message"], "started");
    assert_eq!(lines[0]["level"], "INFO");
    for line in lines {
        for (field, value) in [
            ("requestId", "request-1"),
            ("xray_trace_id", TRACE_ID),
            ("step", "probe"),
            ("action", "echo"),
            ("execution", "arn:execution"),
            ("correlation_id", "run-1"),
            ("object_key", "input/x.csv"),
        ] {
            assert_eq!(line[field], value, "{line}");
        }
    }
}

#[test]
fn an_error_has_the_name_of_its_kind_and_is_logged_once() {
    let process = start(&[]);
    for kind in ErrorKind::ALL {
        let post = invoke(&process, &json!({"action": "fail", "kind": kind.as_str()}));
        let message = assert_error(&post, kind.as_str());
        assert_eq!(message, "it was asked for (key=input/x.csv): the reason");
    }
    let left = process.kill();
    assert_eq!(left.stderr, "");
    let failed = left.said("failed");
    let names: Vec<&str> = failed.iter().map(|line| line["error_type"].as_str().unwrap()).collect();
    assert_eq!(names, ErrorKind::ALL.map(ErrorKind::as_str));
    for line in failed {
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["error_message"], "it was asked for (key=input/x.csv): the reason");
    }
}

#[test]
fn an_event_that_is_none_is_refused_without_being_quoted() {
    let process = start(&[]);
    for event in [r#"{"action": "SECRET"}"#, r#"["SECRET"]"#, "\"SECRET", "", "\u{ff}SECRET"] {
        let message = assert_error(&process.invoke(event), "InvalidEventError");
        assert!(message.starts_with("the event is not"), "{message}");
        assert!(!message.contains("SECRET"), "{message}");
    }
    let left = process.kill();
    assert_eq!(left.stderr, "");
    let unnamed = left.stdout.replace(r#""action":"SECRET""#, "");
    assert!(!unnamed.contains("SECRET"), "{unnamed}");
    assert_eq!(left.said("failed").len(), 5);
}

#[test]
fn a_panic_is_an_internal_error_and_the_function_goes_on() {
    let process = start(&[]);
    for event in [
        json!({"action": "panic", "text": "SECRET"}),
        json!({"action": "panic_elsewhere"}),
        json!({"action": "panic", "text": "SECRET"}),
    ] {
        let message = assert_error(&invoke(&process, &event), "InternalError");
        assert!(message.contains("examples/probe.rs:"), "{message}");
        assert!(message.contains("slicing the middle") || message.contains("on a thread"));
        assert!(!message.contains("SECRET"), "{message}");
    }
    let post = invoke(&process, &json!({"action": "echo", "text": "still here"}));
    assert_eq!(post.body["length"], 10);

    let left = process.kill();
    assert_eq!(left.stderr, "");
    assert!(!left.stdout.contains("SECRET"), "{}", left.stdout);
    assert_eq!(left.said("failed").len(), 3);
    assert!(left.said("panicked").is_empty());
}

#[test]
fn a_panic_that_the_step_survives_is_not_lost() {
    let process = start(&[]);
    let post = invoke(&process, &json!({"action": "panic_aside"}));
    assert!(post.path.ends_with("/response"), "{post:?}");
    let panicked = process.kill().said("panicked");
    assert_eq!(panicked.len(), 1);
    assert!(panicked[0]["error_message"].as_str().unwrap().starts_with("aside ("));
    assert_eq!(panicked[0]["level"], "ERROR");
}

#[test]
fn an_adapters_warning_is_a_line_and_nobody_elses_is() {
    let process = start(&[]);
    invoke(&process, &json!({"action": "warn"}));
    let lines = process.kill().lines();
    let warnings: Vec<_> = lines.iter().filter(|line| line["level"] == "WARN").collect();
    assert_eq!(warnings.len(), 1, "{lines:?}");
    assert_eq!(warnings[0]["message"], "an upload stays");
    assert_eq!(warnings[0]["error"], "denied");
}

#[test]
fn an_output_that_no_state_can_carry_is_an_error_here_and_not_in_the_runtime() {
    const LIMIT_BYTES: usize = 192 * 1024;
    let process = start(&[]);
    let oversize = |bytes| invoke(&process, &json!({"action": "oversize", "bytes": bytes}));
    assert!(oversize(LIMIT_BYTES - 2).path.ends_with("/response"));
    let message = assert_error(&oversize(LIMIT_BYTES - 1), "InternalError");
    assert!(message.contains("size_bytes=196609, limit_bytes=196608"), "{message}");
    assert_error(&oversize(7 << 20), "InternalError");
}

#[test]
fn the_level_that_lambda_sets_silences_lines_and_never_metrics() {
    let process = start(&[("AWS_LAMBDA_LOG_LEVEL", "ERROR"), ("AWS_LAMBDA_LOG_FORMAT", "JSON")]);
    invoke(&process, &json!({"action": "echo", "text": ""}));
    invoke(&process, &json!({"action": "fail", "kind": "ContractError"}));
    let lines = process.kill().lines();
    let told: Vec<_> = lines.iter().map(|line| (&line["level"], &line["message"])).collect();
    let error = &json!("ERROR");
    let (failed, finished) = (&json!("failed"), &json!("finished"));
    assert_eq!(told, [(error, finished), (error, failed), (error, finished)]);
    assert!(lines.iter().filter(|line| line.get("_aws").is_some()).count() == 2);
}
