//! Processes that die and processes that race: whatever happens, a file is processed once.
#![expect(clippy::unwrap_used, reason = "a test should fail where it stands")]

mod sandbox;

use std::{
    collections::BTreeMap,
    fs,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use regex::Regex;
use sandbox::{Sandbox, sample};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The outputs with what differs from run to run replaced: the run's name, its start, and the hashes
/// of what they stand in. That the hashes are right is asked of the manifest.
fn normalised(sandbox: &Sandbox, result: &Value) -> BTreeMap<String, String> {
    let manifest = fs::read_to_string(result["outputs"]["manifest"].as_str().unwrap()).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let run = &manifest["run"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let name = text(&run["correlation_id"]);
    let started_at = text(&run["started_at"]);
    let second = format!("{}Z", &started_at[..19]);
    let stamp = started_at[..19].replace(['-', ':'], "").replace('T', "_");
    let epoch =
        started_at.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().to_string();
    let sha256 = Regex::new("[0-9a-f]{64}").unwrap();
    let hide = |text: String| {
        let text = sha256.replace_all(&text, "<sha256>");
        text.replace(&name, "<run>")
            .replace(&name[..8], "<run8>")
            .replace(&second, "<start>")
            .replace(&second.replace('T', " ").replace('Z', ""), "<start>")
            .replace(&stamp, "<stamp>")
            .replace(&epoch, "<epoch>")
    };
    let outputs = sandbox.outputs().into_iter();
    outputs
        .filter(|(key, _)| !key.ends_with("manifest.json"))
        .map(|(key, bytes)| (hide(key), hide(String::from_utf8_lossy(&bytes).into_owned())))
        .collect()
}

/// Every object that the manifest names is there, with the size and the hash that it says.
fn assert_vouched_for(sandbox: &Sandbox, result: &Value) {
    let manifest = fs::read_to_string(result["outputs"]["manifest"].as_str().unwrap()).unwrap();
    let results = &serde_json::from_str::<Value>(&manifest).unwrap()["results"];
    let named = [
        &results["validation"]["processed"],
        &results["validation"]["rejected"],
        &results["aggregation"]["facts"],
        &results["analysis"]["analysis"],
        &results["report"]["report"],
    ];
    for object in named {
        let bytes = fs::read(sandbox.data().join(object["key"].as_str().unwrap())).unwrap();
        assert_eq!(object["size_bytes"], bytes.len());
        assert_eq!(object["sha256"], format!("{:x}", Sha256::digest(&bytes)), "{object}");
    }
}

#[test]
fn a_run_killed_at_any_moment_is_finished_by_the_next() {
    let file = sample("smartphone-sales/messy.csv");
    let file = file.to_str().unwrap();
    let undisturbed = Sandbox::new();
    let (_, result) = undisturbed.run_one(&[file]);
    let expected = normalised(&undisturbed, &result);
    let took_ms = result["duration_ms"].as_u64().unwrap() + 100;

    for attempt in 0..24 {
        let sandbox = Sandbox::new();
        // Two deaths in a row: the second process takes over from a dead one, and dies as well.
        for share in [attempt, (attempt * 7) % 24] {
            let mut child = sandbox.start(&[file]);
            thread::sleep(Duration::from_millis(took_ms * share / 24));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let (code, result) = sandbox.run_one(&[file]);
        assert_eq!(code, 0, "{result}");
        let outcome = result["outcome"].as_str().unwrap();
        assert!(
            ["Completed", "CompletedWithoutReport", "DuplicateSkipped"].contains(&outcome),
            "{result}"
        );
        let found = normalised(&sandbox, &result);
        let keys = |outputs: &BTreeMap<String, String>| outputs.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&found), keys(&expected), "after {attempt}/24: {result}");
        let differing = found.iter().find(|(key, text)| expected[*key] != **text);
        assert!(differing.is_none(), "after {attempt}/24: {differing:?}");
        assert_vouched_for(&sandbox, &result);
        let manifests = sandbox.outputs();
        let manifests = manifests.keys().filter(|key| key.ends_with("manifest.json"));
        assert_eq!(manifests.count(), 1);
        match sandbox.mails().len() {
            1 => {}
            0 => assert_eq!(result["mail"], "AMBIGUOUS", "a missing mail is owned up to"),
            mails => panic!("{mails} mails"),
        }
    }
}

/// Starts a run of a file that keeps it busy, and waits until it has claimed the file.
fn start_long_run(sandbox: &Sandbox) -> (Child, String) {
    let file = sandbox.path("big.csv");
    let (code, _) = sandbox.sluice(&["generate", "--rows", "60000", "--out", &file]);
    assert_eq!(code, 0);
    let child = sandbox.start(&[&file]);
    let histories = sandbox.data().join(".sluice/history");
    let has_claimed = || {
        let mut entries = fs::read_dir(&histories).into_iter().flatten();
        entries.any(|entry| {
            let history = fs::read_to_string(entry.unwrap().path()).unwrap();
            history.contains(r#""name":"ValidateAndPartition""#)
        })
    };
    let deadline = Instant::now() + Duration::from_mins(1);
    while !has_claimed() {
        assert!(Instant::now() < deadline, "the run does not begin");
        thread::sleep(Duration::from_millis(5));
    }
    (child, file)
}

#[test]
fn of_two_processes_on_one_file_one_runs() {
    let sandbox = Sandbox::new();
    let (child, file) = start_long_run(&sandbox);
    let (code, second) = sandbox.run_one(&[&file]);
    let output = child.wait_with_output().unwrap();
    let first: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &first["outcome"]), (Some(0), &json!("Completed")));
    assert_eq!((code, &second["outcome"]), (3, &json!("AlreadyInProgress")));
    assert_eq!(second["owner"], first["run"], "it names the one that runs");
    assert_eq!(sandbox.mails().len(), 1);
}

#[test]
fn an_execution_whose_process_died_is_shown_as_aborted() {
    let sandbox = Sandbox::new();
    let (mut child, _) = start_long_run(&sandbox);
    let running = sandbox.sluice(&["executions", "--output", "json"]).1;
    assert!(running.contains("RUNNING"), "{running}");
    child.kill().unwrap();
    child.wait().unwrap();
    let aborted = sandbox.sluice(&["executions", "--output", "json"]).1;
    assert!(aborted.contains("ABORTED"), "{aborted}");
}
