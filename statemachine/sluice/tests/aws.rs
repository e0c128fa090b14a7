//! `sluice` on AWS as a person uses it: the real binary against the emulated AWS.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test should fail where it stands"
)]

mod emulator;
mod sandbox;

use std::{
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use emulator::emulator;
use sandbox::{Sandbox, sample};
use serde_json::{Value, json};

/// A machine with the names of ours and no functions: what it comes to stands in the name of the file.
/// `run` is what `ClaimFile` gives back.
fn machine(run: &Value) -> Value {
    let ends = |text: &str, next: &str| json!({"Condition": format!("{{% $contains($states.input.key, '{text}') %}}"), "Next": next});
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "ClaimFile",
        "States": {
            "ClaimFile": {
                "Type": "Pass",
                "Output": {"run": run, "key": "{% $states.input.detail.object.key %}"},
                "Next": "RouteClaim"
            },
            "RouteClaim": {
                "Type": "Choice",
                "Choices": [
                    ends("broken", "Broken"), ends("refused", "FileRefused"),
                    ends("elsewhere", "AlreadyInProgress"), ends("slow", "Slow")
                ],
                "Default": "Completed"
            },
            "Broken": {"Type": "Fail", "Error": "InternalError", "Cause": "broken on purpose"},
            "Slow": {"Type": "Wait", "Seconds": 3600, "Next": "Completed"},
            "Completed": {"Type": "Succeed"},
            "FileRefused": {"Type": "Succeed"},
            "AlreadyInProgress": {"Type": "Succeed"}
        }
    })
}

/// The binary with the emulated AWS around it and no configuration of the person who runs the tests.
fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
        .env_remove("SLUICE_STATE_MACHINE")
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", &emulator().endpoint);
    command
}

fn with_credentials(args: &[&str]) -> Command {
    let mut command = command(args);
    command
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    command
}

/// Runs a command; gives its exit code, what it printed and what it complained of.
fn run(mut command: Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().expect("it is not killed"), text(stdout), text(stderr))
}

fn sluice(args: &[&str]) -> (i32, String, String) {
    run(with_credentials(args))
}

/// Runs a command that prints one line of JSON.
#[track_caller]
fn sluice_json(args: &[&str]) -> (i32, Value) {
    let (code, out, err) = sluice(&[args, &["--output", "json"]].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}")))
}

/// Without a run of its own.
fn plain(name: &str) -> String {
    emulator().pipeline(name, &machine(&Value::Null), true)
}

#[test]
fn a_dropped_file_is_followed_to_its_end_and_told_as_on_a_laptop() {
    let sandbox = Sandbox::new();
    let file = sample("smartphone-sales/messy.csv");
    let (_, on_laptop) = sandbox.run_one(&[file.to_str().unwrap()]);
    let manifest = std::fs::read(on_laptop["outputs"]["manifest"].as_str().unwrap()).unwrap();
    let run = serde_json::from_slice::<Value>(&manifest).unwrap()["run"].clone();
    let key = run["outputs"]["manifest"].as_str().unwrap().to_owned();
    let machine = emulator().pipeline("followed", &machine(&run), true);
    emulator().s3("PUT", &format!("/followed/{key}"), &manifest);

    let (code, result) = sluice_json(&["drop", file.to_str().unwrap(), "--bucket", "followed"]);
    assert_eq!(code, 0, "{result}");
    assert_eq!(result["status"], "SUCCEEDED");
    for told in ["outcome", "source_file", "records", "rejected_by_code", "undeclared_columns"] {
        assert_eq!(result[told], on_laptop[told], "{told}");
    }
    let rejected = run["outputs"]["rejected"].as_str().unwrap();
    assert_eq!(result["outputs"]["rejected"], format!("s3://followed/{rejected}"));
    assert!(result["console"].as_str().unwrap().contains(result["run"].as_str().unwrap()));

    // What was uploaded is the file, and the execution is that of its event.
    let uploaded = emulator().s3("GET", "/followed/input/messy.csv", b"");
    assert_eq!(uploaded, std::fs::read(&file).unwrap());

    let args = ["show", result["run"].as_str().unwrap(), "--state-machine", &machine];
    let (code, shown) = sluice_json(&args);
    assert_eq!(code, 0);
    assert_eq!(shown["input"]["detail"]["object"]["key"], "input/messy.csv");
    let (_, text, _) = sluice(&args);
    assert!(text.contains("SUCCEEDED") && text.contains("ClaimFile"), "{text}");

    let (code, text, _) = sluice(&["drop", file.to_str().unwrap(), "--bucket", "followed"]);
    assert_eq!(code, 0);
    assert!(text.contains("s3://followed/processed/"), "{text}");
    assert!(text.contains(&format!("--state-machine {machine}")), "{text}");
}

#[test]
fn every_outcome_has_its_exit_code() {
    plain("outcomes");
    let sandbox = Sandbox::new();
    for (name, outcome, code) in [
        ("good.csv", "Completed", 0),
        ("refused.csv", "FileRefused", 2),
        ("elsewhere.csv", "AlreadyInProgress", 3),
        ("broken.csv", "Broken", 1),
    ] {
        let file = sandbox.file(name, "a\n1\n");
        let (exit, result) =
            sluice_json(&["drop", &file, "--bucket", "outcomes", "--dataset", "d"]);
        assert_eq!((exit, &result["outcome"]), (code, &json!(outcome)), "{result}");
        assert_eq!(result["source_file"], format!("input/d/{name}"));
    }
    // Two versions of one key have an execution each, and the gravest result is the exit code.
    let paths = ["good.csv", "good.csv", "elsewhere.csv", "missing.csv"].map(|it| sandbox.path(it));
    let mut args: Vec<&str> = vec!["drop", "--bucket", "outcomes", "--output", "json"];
    args.extend(paths.iter().map(String::as_str));
    let (code, out, err) = sluice(&args);
    assert_eq!(code, 1, "{out}{err}");
    let results: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<&Value> = results.iter().map(|result| &result["outcome"]).collect();
    assert_eq!(json!(outcomes), json!(["Completed", "Completed", "AlreadyInProgress", null]));
    assert_ne!(results[0]["run"], results[1]["run"]);
    assert_eq!(results[3]["error"], "the file was not uploaded");
    assert!(err.contains("missing.csv"), "{err}");
}

#[test]
fn executions_are_listed_and_shown_as_on_a_laptop() {
    let machine = plain("listed");
    let sandbox = Sandbox::new();
    for name in ["good.csv", "broken.csv"] {
        sluice_json(&["drop", &sandbox.file(name, "a\n1\n"), "--bucket", "listed"]);
    }
    let list = |more: &[&str]| {
        let args = ["executions", "--state-machine", &machine, "--output", "json"];
        let (code, out, err) = sluice(&[&args, more].concat());
        assert_eq!(code, 0, "{err}");
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let all = list(&[]);
    let told = |execution: &Value, name: &str| execution[name].as_str().unwrap().to_owned();
    let outcomes: Vec<String> = all.iter().map(|execution| told(execution, "outcome")).collect();
    assert_eq!(outcomes, ["Broken", "Completed"], "the newest comes first");
    assert_eq!(told(&all[0], "sourceFile"), "input/broken.csv");
    assert_eq!(list(&["--limit", "1"]).len(), 1);
    let failed = list(&["--status", "failed"]);
    assert_eq!(failed, all[..1]);

    let name = told(&all[0], "name");
    let (code, text, err) = sluice(&["show", &name[..12], "--state-machine", &machine]);
    assert_eq!(code, 0, "{err}");
    assert!(text.contains("FAILED") && text.contains("broken on purpose"), "{text}");
    let arn = told(&all[0], "executionArn");
    let (code, shown) = sluice_json(&["show", &arn]);
    assert_eq!((code, &shown["error"]), (0, &json!("InternalError")));
    let first = &shown["events"][0];
    assert_eq!((&first["type"], &first["id"]), (&json!("ExecutionStarted"), &json!(1)));
    assert!(first["timestamp"].as_str().unwrap().ends_with('Z'), "{first}");
    let (code, state) = sluice_json(&["show", &arn, "--state", "ClaimFile"]);
    assert_eq!((code, &state["output"]["key"]), (0, &json!("input/broken.csv")));

    let (code, _, err) = sluice(&["show", "nothing", "--state-machine", &machine]);
    assert_eq!(code, 1);
    assert!(err.contains("begins with \"nothing\""), "{err}");
}

/// Which events there are and what is told of each, without times and payloads.
fn outline(events: &Value) -> Vec<Value> {
    let details = |event: &Value| {
        let event = event.as_object().unwrap();
        let (name, details) = event.iter().find(|(name, _)| name.ends_with("EventDetails"))?;
        let mut members: Vec<_> = details.as_object().unwrap().keys().cloned().collect();
        members.sort();
        Some(json!({"details": name, "members": members, "state": details["name"],
            "error": details["error"], "cause": details["cause"]}))
    };
    let events = events.as_array().unwrap().iter();
    events.map(|event| json!([event["id"], event["type"], details(event)])).collect()
}

#[test]
fn the_history_is_that_of_a_laptop() {
    plain("compared");
    let sandbox = Sandbox::new();
    let definition = sandbox.file("machine.json", &machine(&Value::Null).to_string());
    for name in ["good.csv", "broken.csv"] {
        let file = sandbox.file(name, "a\n1\n");
        let (_, dropped) = sluice_json(&["drop", &file, "--bucket", "compared"]);
        let (_, on_aws) = sluice_json(&["show", dropped["execution_arn"].as_str().unwrap()]);
        let input = on_aws["input"].to_string();
        let (_, here) = sluice_json(&["asl", "run", &definition, "--input", &input]);
        assert_eq!(outline(&on_aws["events"]), outline(&here["events"]), "{name}");
        assert_eq!(on_aws["status"], here["status"]);
        assert_eq!(on_aws["error"], here["error"]);
    }
}

#[test]
fn a_failed_execution_is_redriven_and_followed() {
    let machine = plain("redriven");
    let sandbox = Sandbox::new();
    let broken = sandbox.file("broken.csv", "a\n1\n");
    let (_, dropped) = sluice_json(&["drop", &broken, "--bucket", "redriven"]);
    let name = dropped["run"].as_str().unwrap();
    let (code, result) = sluice_json(&["redrive", name, "--state-machine", &machine]);
    assert_eq!((code, &result["outcome"]), (1, &json!("Broken")), "{result}");
    let (_, text, _) = sluice(&["show", name, "--state-machine", &machine]);
    assert!(text.contains("redriven 1 time"), "{text}");
    assert!(text.contains("after ExecutionFailed"), "{text}");

    let good = sandbox.file("good.csv", "a\n1\n");
    let (_, dropped) = sluice_json(&["drop", &good, "--bucket", "redriven"]);
    let name = dropped["run"].as_str().unwrap();
    let (code, _, err) = sluice(&["redrive", name, "--state-machine", &machine]);
    assert_eq!(code, 1);
    assert!(err.contains("nothing to redrive"), "{err}");
}

/// Waits for an execution that has come to the state that takes long.
fn running(machine: &str) -> Value {
    let deadline = Instant::now() + Duration::from_mins(1);
    while Instant::now() < deadline {
        let args = ["executions", "--state-machine", machine, "--status", "RUNNING"];
        let (_, out, _) = sluice(&[&args[..], &["--output", "json"]].concat());
        if out.contains("\"Slow\"") {
            return serde_json::from_str(&out).unwrap();
        }
    }
    panic!("no execution is running")
}

#[test]
fn a_file_may_be_dropped_without_waiting() {
    let machine = plain("unfollowed");
    let sandbox = Sandbox::new();
    let slow = sandbox.file("slow.csv", "a\n1\n");
    let (code, dropped) = sluice_json(&["drop", &slow, "--bucket", "unfollowed", "--no-follow"]);
    assert_eq!((code, &dropped["uri"]), (0, &json!("s3://unfollowed/input/slow.csv")));
    assert!(dropped["version_id"].is_string());
    let execution = running(&machine);
    assert_eq!(execution["outcome"], "Slow", "the state that it is in");
    let (code, _, err) = sluice(&["redrive", execution["executionArn"].as_str().unwrap()]);
    assert!(code == 1 && err.contains("still running"), "{err}");
}

#[test]
fn ctrl_c_ends_the_watch_and_not_the_execution() {
    let machine = plain("interrupted");
    let sandbox = Sandbox::new();
    let slow = sandbox.file("slow.csv", "a\n1\n");
    let mut command = with_credentials(&["drop", &slow, "--bucket", "interrupted"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    running(&machine);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    let err = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(130), "{err}");
    assert!(err.contains(&format!("sluice executions --state-machine {machine}")), "{err}");
    assert_eq!(running(&machine)["outcome"], "Slow");
}

/// AWS lists executions that it cannot describe yet.
#[test]
fn an_execution_that_is_only_listed_is_waited_for() {
    plain("lagging");
    let fault = json!({"service": "states", "operation": "DescribeExecution", "match": "lagging",
        "status": 400, "error": "ExecutionDoesNotExist", "message": "not yet", "times": 1});
    emulator().fault(&fault);
    let file = sample("smartphone-sales/good.csv");
    let (_, result) = sluice_json(&["drop", file.to_str().unwrap(), "--bucket", "lagging"]);
    assert_eq!(result["outcome"], "Completed", "{result}");
}

#[test]
fn an_execution_that_does_not_start_is_not_waited_for_for_ever() {
    emulator().pipeline("no-rule", &machine(&Value::Null), false);
    let file = sample("smartphone-sales/good.csv");
    let args = ["drop", file.to_str().unwrap(), "--bucket", "no-rule", "--start-timeout", "1"];
    let (code, result) = sluice_json(&args);
    assert_eq!((code, &result["error"]), (1, &json!("the execution did not start")));
    let cause = result["cause"].as_str().unwrap();
    for hint in ["is uploaded", "EventBridge", "rule on input/", "dead-letter"] {
        assert!(cause.contains(hint), "{cause}");
    }
}

/// Each of these ends with exit code 1 and a sentence that has these words in it.
#[track_caller]
fn refused(command: Command, words: &[&str]) {
    let (code, out, err) = run(command);
    assert_eq!(code, 1, "{out}{err}");
    for word in words {
        assert!(err.contains(word), "{word} is missing in: {err}");
    }
}

#[test]
fn errors_of_credentials_are_explained() {
    let arn = emulator().arn("states", "stateMachine:any");
    let list = ["executions", "--state-machine", &arn];
    refused(command(&list), &["no credentials were found", "aws sso login"]);
    refused(
        command(&[&list[..], &["--profile", "nobody"]].concat()),
        &["the profile nobody has no credentials"],
    );
    let file = sample("smartphone-sales/good.csv");
    let mut no_region = command(&["drop", file.to_str().unwrap(), "--bucket", "any"]);
    no_region.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    refused(no_region, &["no region is set", "--region"]);

    let config = Sandbox::new();
    let text = "[profile work]\nregion = eu-west-1\nsso_session = work\nsso_account_id = 111122223333\n\
         sso_role_name = any\n[sso-session work]\nsso_region = eu-west-1\n\
         sso_start_url = https://example.com/start\n";
    let path = config.file("config", text);
    let mut signed_out = command(&[&list[..], &["--profile", "work"]].concat());
    signed_out.env("AWS_CONFIG_FILE", path);
    refused(signed_out, &["aws sso login --profile work"]);

    let mut elsewhere = with_credentials(&list);
    elsewhere.env("AWS_ACCOUNT_ID", "999999999999");
    refused(elsewhere, &["of account 999999999999", "in account 123456789012"]);
}

#[test]
fn errors_of_permissions_and_names_are_explained() {
    let machine = plain("denied");
    let deny = |service: &str, operation: &str, code: &str| {
        emulator().fault(&json!({"service": service, "operation": operation, "match": "denied",
            "status": 400, "error": code, "message": "no identity-based policy allows it"}));
    };
    deny("states", "ListExecutions", "AccessDeniedException");
    refused(
        with_credentials(&["executions", "--state-machine", &machine]),
        &["may not do states:ListExecutions", &machine, "no identity-based policy allows it"],
    );
    deny("states", "ListExecutions", "ExpiredTokenException");
    refused(
        with_credentials(&["executions", "--state-machine", &machine]),
        &["credentials have expired"],
    );
    let file = sample("smartphone-sales/good.csv");
    let drop = ["drop", file.to_str().unwrap(), "--bucket", "denied"];
    emulator().fault(&json!({"service": "s3", "operation": "PutObject", "match": "denied",
        "status": 403, "error": "AccessDenied", "message": "Access Denied"}));
    refused(with_credentials(&drop), &["s3:PutObject", "AccessDenied", "s3://denied"]);

    refused(
        with_credentials(&["drop", file.to_str().unwrap(), "--bucket", "no-such-bucket"]),
        &["there is no bucket no-such-bucket"],
    );
    let missing = emulator().arn("states", "stateMachine:missing");
    refused(
        with_credentials(&["executions", "--state-machine", &missing]),
        &["there is no state machine", &missing],
    );
    refused(with_credentials(&["show", &format!("{missing}:x")]), &["not the ARN of an execution"]);
    refused(with_credentials(&["redrive", "x"]), &["--state-machine"]);
}
