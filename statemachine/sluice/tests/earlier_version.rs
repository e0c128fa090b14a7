//! What an earlier version wrote stays readable: the real binary on a copy of a data folder that an earlier
//! one has left, and each document in it by the present types. `earlier/README.md` says what is in it.
#![expect(clippy::unwrap_used, reason = "a test should fail where it stands")]

mod sandbox;

use std::{collections::BTreeMap, fs, path::Path};

use pipeline_core::{
    analysis::{Analysis, AnalysisItem},
    facts::Facts,
    manifest::Manifest,
    ports::{LedgerRecord, SendState},
};
use pipeline_local::LoggedEvent;
use rusqlite::Connection;
use sandbox::Sandbox;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const EARLIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/earlier/e2c36ec");

const COMPLETED: &str = "ee17dcb5-6357-428d-8c2d-c6c964d129db";
const FAILED: &str = "6b072249-ab43-42a8-be7c-405e50496741";
/// Its process was killed.
const KILLED: &str = "892e595d-f2fa-4d76-bca6-e59f3363cd62";

/// A copy of the earlier version's data folder.
fn earlier_folder() -> Sandbox {
    let sandbox = Sandbox::new();
    copy(&Path::new(EARLIER).join("data"), &sandbox.data());
    let ledger = ledger(&sandbox);
    ledger.execute_batch(&read(&Path::new(EARLIER).join("ledger.sql"))).unwrap();
    sandbox
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if from.is_dir() {
            copy(&from, &to.join(name));
        } else {
            fs::write(to.join(name), fs::read(from).unwrap()).unwrap();
        }
    }
}

fn ledger(sandbox: &Sandbox) -> Connection {
    Connection::open(sandbox.data().join(".sluice/ledger.sqlite")).unwrap()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Drops a file once more that the earlier version has run.
fn drop_again(sandbox: &Sandbox, file: &str, more: &[&str]) -> (i32, Value) {
    let (dataset, _) = file.split_once('/').unwrap();
    let path = Path::new(EARLIER).join("data/input").join(file);
    sandbox.run_one(&[&[path.to_str().unwrap(), "--dataset", dataset], more].concat())
}

/// The keys that the claim fixed for a run.
fn output_keys(sandbox: &Sandbox, run: &str) -> BTreeMap<String, String> {
    let sql = "SELECT json_extract(record, '$.run.outputs') FROM ledger WHERE record LIKE ?1";
    let pattern = format!("%\"correlation_id\":\"{run}\"%");
    let keys: String = ledger(sandbox).query_row(sql, [pattern], |row| row.get(0)).unwrap();
    serde_json::from_str(&keys).unwrap()
}

#[test]
fn what_it_has_completed_is_not_run_again() {
    let sandbox = earlier_folder();
    let (outputs, mails) = (sandbox.outputs(), sandbox.mails());
    let (code, result) = drop_again(&sandbox, "phones/sales.csv", &[]);
    assert_eq!((code, &result["outcome"]), (0, &json!("DuplicateSkipped")), "{result}");
    assert_eq!(result["correlation_id"], COMPLETED);
    assert_eq!(
        (&result["earlier_outcome"], &result["owner"]),
        (&json!("Completed"), &json!(COMPLETED))
    );
    assert_eq!(result["records"], json!({"read": 10, "valid": 7, "rejected": 3}));
    let report = result["outputs"]["report"].as_str().unwrap();
    assert!(report.ends_with(&format!("reports/{COMPLETED}/report.html")), "{report}");
    assert_eq!(sandbox.outputs(), outputs, "nothing was written");
    assert_eq!(sandbox.mails(), mails, "nothing was sent");
}

#[test]
fn its_executions_are_listed_and_shown() {
    let sandbox = earlier_folder();
    let (code, listed) = sandbox.sluice(&["executions"]);
    assert_eq!((code, listed.lines().filter(|line| line.contains("input/")).count()), (0, 3));
    let (code, lines) = sandbox.sluice(&["executions", "--output", "json"]);
    assert_eq!(code, 0);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (name, status, last_state) in [
        (COMPLETED, "SUCCEEDED", "Completed"),
        (FAILED, "FAILED", "Aggregate"),
        (KILLED, "ABORTED", "Aggregate"),
    ] {
        assert!(
            lines.iter().any(|line| line["name"] == name && line["status"] == status),
            "{lines:?}"
        );
        let (code, shown) = sandbox.sluice(&["show", &name[..8]]);
        assert!(code == 0 && shown.contains(status) && shown.contains(last_state), "{shown}");
        let (code, shown) = sandbox.sluice(&["show", name, "--output", "json"]);
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!((code, &shown["status"]), (0, &json!(status)));
        let (code, shown) = sandbox.sluice(&["show", name, "--state", "ValidateAndPartition"]);
        assert!(code == 0 && shown.contains("rejected_by_code"), "{shown}");
    }
}

#[test]
fn what_failed_or_died_under_it_is_taken_over() {
    for (file, run) in [("store-export/stock.csv", FAILED), ("phones/march.csv", KILLED)] {
        let sandbox = earlier_folder();
        let keys = output_keys(&sandbox, run);
        let processed = sandbox.outputs()[&keys["processed"]].clone();
        let (code, result) = drop_again(&sandbox, file, &[]);
        assert_eq!((code, &result["outcome"]), (0, &json!("Completed")), "{result}");
        assert_eq!(result["correlation_id"], run, "the earlier claim's run is adopted");
        for (name, key) in &keys {
            let path = result["outputs"][name].as_str().unwrap();
            assert!(
                path.ends_with(key.as_str()) && Path::new(path).exists(),
                "{path} is not {key}"
            );
        }
        let outputs = sandbox.outputs();
        assert_eq!(outputs[&keys["processed"]], processed, "the same bytes under the same key");
        assert_eq!(output_keys(&sandbox, run), keys);
        assert_eq!(drop_again(&sandbox, file, &[]).1["earlier_outcome"], "Completed");
    }
}

#[test]
fn a_rerun_is_a_run_of_its_own() {
    let sandbox = earlier_folder();
    let before = sandbox.outputs();
    let (code, result) = drop_again(&sandbox, "phones/sales.csv", &["--rerun"]);
    assert_eq!((code, &result["outcome"]), (0, &json!("Completed")), "{result}");
    assert_eq!(result["correlation_id"], result["run"]);
    let after = sandbox.outputs();
    assert!(before.iter().all(|(key, bytes)| after[key] == *bytes), "the earlier outputs stay");
    assert_eq!(after.len(), before.len() + 6);
}

/// Its process died between the manifest and the ledger. What it published stands, and the mail is made of
/// its manifest, facts and analysis.
#[test]
fn what_it_has_published_is_closed_and_mailed() {
    let sandbox = earlier_folder();
    let reopened = "UPDATE ledger SET record = json_set(record, '$.state', 'INPROGRESS',
            '$.results', NULL, '$.completed_at', NULL) WHERE record LIKE '%\"COMPLETED\"%';
        DELETE FROM mails WHERE mail_id LIKE '%-Completed';";
    ledger(&sandbox).execute_batch(reopened).unwrap();
    let mail = sandbox.data().join(format!("outbox/{COMPLETED}-Completed.eml"));
    fs::remove_file(&mail).unwrap();
    let before = sandbox.outputs();

    let (code, result) = drop_again(&sandbox, "phones/sales.csv", &[]);
    assert_eq!((code, &result["outcome"]), (0, &json!("Completed")), "{result}");
    assert_eq!((&result["correlation_id"], &result["mail"]), (&json!(COMPLETED), &json!("SENT")));
    assert_eq!(sandbox.outputs(), before, "nothing was written anew");
    let mail = read(&mail);
    assert!(mail.contains("7 of 10 records are valid") && mail.contains("Auralis"), "{mail}");
}

/// Its texts have no claims that could be proven; what else it published can be.
#[test]
fn its_analysis_is_not_verifiable_and_the_rest_is() {
    let sandbox = earlier_folder();
    let (code, told) = sandbox.sluice(&["verify", COMPLETED]);
    assert_eq!(code, 3, "{told}");
    let not: Vec<_> = told.lines().filter(|line| line.starts_with("not verifiable")).collect();
    assert_eq!(not.len(), 1, "{told}");
    assert!(not[0].contains("analysis.json is of version 1.0"), "{told}");
    assert!(!told.contains("disproved"), "{told}");
}

/// Reads a document by the present type. Every member that the earlier version wrote is there, with its
/// value: a new member has a default, and none is renamed or lost, but for the [`RETIRED`] ones.
fn assert_survives<T: Serialize + DeserializeOwned>(document: &str) {
    let earlier: Value = serde_json::from_str(document).unwrap();
    let present: T = serde_json::from_str(document).unwrap();
    let present = serde_json::to_value(&present).unwrap();
    assert_part_of(&earlier, &present, "$");
}

fn assert_all_survive<T: Serialize + DeserializeOwned>(
    documents: impl IntoIterator<Item = impl AsRef<str>>,
    expected: usize,
) {
    let mut read = 0;
    for document in documents {
        assert_survives::<T>(document.as_ref());
        read += 1;
    }
    assert_eq!(read, expected);
}

/// What version 1.0 of the analysis said of its own check of numbers. Nothing reads it any more: a statement
/// without claims is shown as one that is not proven.
const RETIRED: [&str; 3] =
    ["unverified_statements", "unverified_numbers", "summary_unverified_numbers"];

fn assert_part_of(earlier: &Value, present: &Value, path: &str) {
    match (earlier, present) {
        (Value::Object(earlier), Value::Object(present)) => {
            for (name, value) in earlier.iter().filter(|(name, _)| !RETIRED.contains(&&***name)) {
                let present = present.get(name).unwrap_or(&Value::Null);
                assert_part_of(value, present, &format!("{path}.{name}"));
            }
        }
        (Value::Array(earlier), Value::Array(present)) if earlier.len() == present.len() => {
            for (at, (earlier, present)) in earlier.iter().zip(present).enumerate() {
                assert_part_of(earlier, present, &format!("{path}[{at}]"));
            }
        }
        _ => assert_eq!(earlier, present, "{path}"),
    }
}

#[test]
fn every_document_of_it_is_read_whole() {
    let report =
        |name: &str| read(&Path::new(EARLIER).join(format!("data/reports/{COMPLETED}/{name}")));
    assert_survives::<Manifest>(&report("manifest.json"));
    assert_survives::<Facts>(&report("facts.json"));
    assert_survives::<Analysis>(&report("analysis.json"));
    let events = read(&Path::new(EARLIER).join("data/events.jsonl"));
    assert_all_survive::<LoggedEvent>(events.lines(), 9);

    let sandbox = earlier_folder();
    let ledger = ledger(&sandbox);
    let rows = |column: &str, table: &str| -> Vec<String> {
        let mut statement = ledger.prepare(&format!("SELECT {column} FROM {table}")).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_all_survive::<LedgerRecord>(rows("record", "ledger"), 3);
    assert_all_survive::<SendState>(rows("state", "mails"), 2);
    assert_all_survive::<AnalysisItem>(rows("item", "analyses"), 1);
}
