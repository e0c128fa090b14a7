//! `sluice run` as a person runs it: the real binary on real files, in a folder of its own.
#![expect(clippy::unwrap_used, reason = "a test should fail where it stands")]

mod sandbox;

use std::fs;

use sandbox::{Sandbox, sample};
use serde_json::{Value, json};

#[test]
fn a_messy_file_completes_and_every_record_is_accounted_for() {
    let sandbox = Sandbox::new();
    let (code, result) = sandbox.run_one(&[sample("smartphone-sales/messy.csv").to_str().unwrap()]);
    assert_eq!(code, 0, "{result}");
    assert_eq!(result["status"], "SUCCEEDED");
    assert_eq!(result["outcome"], "Completed");
    assert_eq!(result["correlation_id"], result["run"]);
    assert_eq!(result["source_file"], "input/messy.csv");
    let records = &result["records"];
    let number = |name: &str| records[name].as_u64().unwrap();
    assert!(number("valid") > 0 && number("rejected") > 0);
    assert_eq!(number("read"), number("valid") + number("rejected"));

    for name in ["processed", "rejected", "facts", "analysis", "report", "manifest", "email"] {
        let path = result["outputs"][name].as_str().unwrap();
        assert!(fs::metadata(path).unwrap().len() > 0, "{name}");
    }
    let text = |name: &str| fs::read_to_string(result["outputs"][name].as_str().unwrap()).unwrap();
    let manifest: Value = serde_json::from_str(&text("manifest")).unwrap();
    assert_eq!(manifest["results"]["validation"]["records"], *records);
    assert_eq!(manifest["results"]["validation"]["rejected_by_code"], result["rejected_by_code"]);
    let facts: Value = serde_json::from_str(&text("facts")).unwrap();
    assert_eq!(facts["records"], *records);

    let rejected = csv_records(&text("rejected"));
    assert_eq!(rejected.len() as u64, number("rejected"));
    let processed = csv_records(&text("processed"));
    assert_eq!(processed.len() as u64, number("valid"));
}

fn csv_records(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap).collect()
}

#[test]
fn the_program_says_everywhere_which_version_it_is() {
    let sandbox = Sandbox::new();
    let (_, version) = sandbox.sluice(&["--version"]);
    let version = version.strip_prefix("sluice ").unwrap().trim_end();
    let (_, result) = sandbox.run_one(&[sample("smartphone-sales/good.csv").to_str().unwrap()]);
    let text = |name: &str| fs::read_to_string(result["outputs"][name].as_str().unwrap()).unwrap();
    let manifest: Value = serde_json::from_str(&text("manifest")).unwrap();
    assert_eq!(manifest["program_version"], version);
    // Escaped as any other text is.
    let escaped = version.replace('+', "&#43;");
    let report = text("report");
    assert!(
        report.contains(&format!("sluice {version}")) || report.contains(&escaped),
        "{version}"
    );
}

#[test]
fn a_finished_file_is_not_run_again_unless_asked() {
    let sandbox = Sandbox::new();
    let file = sample("smartphone-sales/good.csv");
    let file = file.to_str().unwrap();
    let (_, first) = sandbox.run_one(&[file]);
    let before = sandbox.outputs();

    let (code, second) = sandbox.run_one(&[file]);
    assert_eq!(code, 0);
    assert_eq!(second["outcome"], "DuplicateSkipped");
    assert_eq!(second["correlation_id"], first["run"], "it names the earlier run");
    assert_eq!(second["earlier_outcome"], "Completed");
    assert_ne!(second["run"], first["run"]);
    assert_eq!(second["records"], first["records"]);
    assert_eq!(sandbox.outputs(), before, "nothing was written");

    let (code, third) = sandbox.run_one(&[file, "--rerun"]);
    assert_eq!(code, 0);
    assert_eq!(third["outcome"], "Completed");
    assert_eq!(third["correlation_id"], third["run"], "it is a run of its own");
    assert_eq!(sandbox.mails().len(), 2);
}

#[test]
fn changed_content_under_the_same_name_is_another_run() {
    let sandbox = Sandbox::new();
    let header =
        "order_id,date,model,brand,release_year,price,region,customer_review,ram,storage,color\n";
    let row = |id: &str| format!("{id},2025-01-02,A,B,2024,10,Asia,,8,128,Blue\n");
    let file = sandbox.file("x.csv", &format!("{header}{}", row("1")));
    let (_, first) = sandbox.run_one(&[&file]);
    let file = sandbox.file("x.csv", &format!("{header}{}", row("2")));
    let (_, second) = sandbox.run_one(&[&file]);
    assert_eq!(second["outcome"], "Completed");
    assert_ne!(first["outputs"]["processed"], second["outputs"]["processed"], "no key is shared");
    let text = fs::read_to_string(first["outputs"]["processed"].as_str().unwrap()).unwrap();
    assert!(text.contains("\n1,2025"), "the first run's output is untouched");
}

#[test]
fn every_outcome_is_reported_and_has_its_exit_code() {
    let sandbox = Sandbox::new();
    let header =
        "order_id,date,model,brand,release_year,price,region,customer_review,ram,storage,color\n";
    let cases = [
        ("no-records.csv", header.to_owned(), "NoRecords", Value::Null),
        ("empty.csv", String::new(), "FileRefused", json!("source-error")),
        (
            "labels.csv",
            "order_id,date\n1,2025-01-01\n".to_owned(),
            "FileRefused",
            json!("missing-label"),
        ),
        ("twice.csv", header.replace("color", "model"), "FileRefused", json!("duplicate-label")),
        ("rejected.csv", format!("{header}1,x,,,,,,,,,\n"), "AllRecordsRejected", Value::Null),
        (
            "rate.csv",
            format!(
                "{header}1,2025-01-02,A,B,2024,10,Asia,,8,128,Blue\n2,x,,,,,,,,,\n3,x,,,,,,,,,\n"
            ),
            "FileRefused",
            json!("reject-rate-exceeded"),
        ),
        ("notes.txt", "hello".to_owned(), "FileRefused", json!("source-error")),
    ];
    for (mails, (name, content, outcome, refusal)) in (1..).zip(cases) {
        let file = sandbox.file(name, &content);
        let (code, result) = sandbox.run_one(&[&file]);
        assert_eq!(result["outcome"], outcome, "{name}: {result}");
        assert_eq!(result["refusal"]["code"], refusal, "{name}: {result}");
        assert_eq!(code, 2, "{name}");
        assert!(result["outputs"]["manifest"].is_string(), "{name}");
        assert!(result["outputs"]["report"].is_string(), "{name}");
        assert!(result["outputs"]["email"].is_string(), "{name}");
        assert_eq!(sandbox.mails().len(), mails, "{name}");
    }
}

#[test]
fn a_failure_is_visible_as_a_failure() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.data().join("contracts")).unwrap();
    let contract = sandbox.data().join("contracts/stores.json");
    fs::write(&contract, r#"{"fields": [{"name": "a", "type": "strng"}]}"#).unwrap();
    let file = sandbox.file("x.csv", "a\n1\n");
    let (code, result) = sandbox.run_one(&[&file, "--dataset", "stores"]);
    assert_eq!(code, 1, "{result}");
    assert_eq!(result["status"], "FAILED");
    assert_eq!(result["outcome"], "ClaimFile", "the state that failed");
    assert_eq!(result["error"], "ContractError");
    assert!(result["cause"].as_str().unwrap().contains("$.fields[0].type"), "{result}");
    assert!(result["outputs"]["email"].is_string(), "the failure is mailed");

    let (code, listed) = sandbox.sluice(&["executions", "--status", "failed", "--output", "json"]);
    assert_eq!((code, listed.lines().count()), (0, 1));
    let name = result["run"].as_str().unwrap();
    let (code, shown) = sandbox.sluice(&["show", &name[..8]]);
    assert_eq!(code, 0);
    assert!(shown.contains("FAILED") && shown.contains("ContractError"), "{shown}");

    // With the contract mended, the same file runs.
    fs::write(&contract, r#"{"fields": [{"name": "a", "type": "string"}]}"#).unwrap();
    let (code, result) = sandbox.run_one(&[&file, "--dataset", "stores"]);
    assert_eq!((code, &result["outcome"]), (0, &json!("Completed")), "{result}");
}

#[test]
fn a_column_that_is_not_checked_is_named() {
    let sandbox = Sandbox::new();
    let fields = r#"{"fields": [{"name": "id"}, {"name": "amount", "type": "number"}]}"#;
    let contract = sandbox.file("stores.json", fields);
    let file = sandbox.file("x.csv", "id,Amount\n1,bad\n");
    let (code, result) = sandbox.run_one(&[&file, "--contract", &contract]);
    assert_eq!((code, &result["undeclared_columns"]), (0, &json!(["Amount"])), "{result}");
    let file = sandbox.file("y.csv", "id;amount\n1;2\n");
    let (code, result) = sandbox.run_one(&[&file, "--contract", &contract]);
    assert_eq!((code, &result["refusal"]["code"]), (2, &json!("missing-label")), "{result}");
}

#[test]
fn a_rejected_file_that_is_corrected_in_part_saves_what_it_can() {
    let sandbox = Sandbox::new();
    let contract = sandbox.file("stores.json", r#"{"fields": [{"name": "n", "type": "integer"}]}"#);
    let file = sandbox.file("x.csv", "n\n1\n2\n3\n4\n5\na\nb\nc\n");
    let (_, result) = sandbox.run_one(&[&file, "--contract", &contract]);
    let rejected = fs::read_to_string(result["outputs"]["rejected"].as_str().unwrap()).unwrap();
    let corrected = sandbox.file("corrected.csv", &rejected.replace("\na,", "\n6,"));
    let (code, result) = sandbox.run_one(&[&corrected, "--dataset", "stores"]);
    assert_eq!((code, &result["outcome"]), (0, &json!("Completed")), "{result}");
    assert_eq!(result["records"], json!({"read": 3, "valid": 1, "rejected": 2}));
}

#[test]
fn a_run_that_failed_half_way_is_taken_up_where_its_claim_left_it() {
    let sandbox = Sandbox::new();
    let file = sample("smartphone-sales/good.csv");
    let file = file.to_str().unwrap();
    fs::create_dir_all(sandbox.data()).unwrap();
    fs::write(sandbox.data().join("processed"), "a file where the folder should be").unwrap();
    let (code, failed) = sandbox.run_one(&[file]);
    assert_eq!((code, &failed["outcome"]), (1, &json!("ValidateAndPartition")), "{failed}");
    assert_eq!(failed["error"], "InvalidEventError");
    let mail = failed["outputs"]["email"].as_str().unwrap();
    assert!(mail.contains(&format!("{}-Failed-", failed["run"].as_str().unwrap())), "{mail}");
    assert!(std::path::Path::new(mail).is_file(), "{mail}");

    fs::remove_file(sandbox.data().join("processed")).unwrap();
    let (code, result) = sandbox.run_one(&[file]);
    assert_eq!((code, &result["outcome"]), (0, &json!("Completed")), "{result}");
    assert_eq!(result["correlation_id"], failed["run"], "the first claim's run is adopted");
}

/// `/dev/full` is a disk without space.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_fails_the_run_and_says_what_to_mend() {
    let sandbox = Sandbox::new();
    let file = sample("smartphone-sales/good.csv");
    let file = file.to_str().unwrap();
    fs::create_dir_all(sandbox.data()).unwrap();
    let events = sandbox.data().join("events.jsonl");
    std::os::unix::fs::symlink("/dev/full", &events).unwrap();
    let (code, printed, _) = sandbox.sluice_with_errors(&["run", file]);
    assert_eq!(code, 1, "{printed}");
    assert!(
        printed.contains("EnvironmentError") && printed.contains("free some space"),
        "{printed}"
    );
    let [mail] = &sandbox.mails()[..] else { panic!("{:?}", sandbox.mails()) };
    assert!(fs::read_to_string(mail).unwrap().contains("The file is fine"));

    fs::remove_file(events).unwrap();
    let (code, result) = sandbox.run_one(&[file]);
    assert_eq!((code, &result["outcome"]), (0, &json!("Completed")), "{result}");
}

/// `/sys` takes no folder from anybody, root included.
#[cfg(target_os = "linux")]
#[test]
fn a_data_folder_that_is_read_only_is_named() {
    let sandbox = Sandbox::new();
    let file = sample("smartphone-sales/good.csv");
    let args = ["run", file.to_str().unwrap(), "--data", "/sys/sluice-data"];
    let (code, printed, errors) = sandbox.sluice_with_errors(&args);
    assert_eq!((code, printed.as_str()), (1, ""));
    assert!(errors.contains("/sys/sluice-data"), "{errors}");
    assert!(errors.contains("read and write there") || errors.contains("another one"), "{errors}");
}

#[test]
fn a_contract_that_does_not_load_takes_no_place() {
    let sandbox = Sandbox::new();
    let file = sandbox.file("x.csv", "a\n1\n");
    let good = sandbox.file("stores.json", r#"{"fields": [{"name": "a", "type": "integer"}]}"#);
    assert_eq!(sandbox.run_one(&[&file, "--contract", &good]).0, 0);
    let broken = sandbox.file("stores.json", r#"{"fields": [{"name": "a", "type": "strng"}]}"#);
    let (code, printed) = sandbox.sluice(&["run", &file, "--contract", &broken]);
    assert_eq!((code, printed.as_str()), (1, ""));
    let file = sandbox.file("x.csv", "a\n2\n");
    assert_eq!(sandbox.run_one(&[&file, "--dataset", "stores"]).0, 0);
}

#[test]
fn several_files_give_a_line_each_and_the_gravest_exit_code() {
    let sandbox = Sandbox::new();
    let good = sample("smartphone-sales/good.csv");
    let refused = sandbox.file("empty.csv", "");
    let absent = sandbox.path("absent.csv");
    let args = ["run", good.to_str().unwrap(), &refused, "--output", "json"];
    let (code, out) = sandbox.sluice(&args);
    assert_eq!((code, out.lines().count()), (2, 2), "{out}");
    let (code, out) = sandbox.sluice(&["run", &absent, &refused, "--output", "json"]);
    assert_eq!((code, out.lines().count()), (1, 2), "{out}");
    let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!((&first["run"], &first["status"]), (&Value::Null, &json!("FAILED")));
}

#[test]
fn the_events_tell_the_story_of_a_run() {
    let sandbox = Sandbox::new();
    sandbox.run_one(&[sample("smartphone-sales/good.csv").to_str().unwrap()]);
    let log = fs::read_to_string(sandbox.data().join("events.jsonl")).unwrap();
    let kinds: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|event| event["detail-type"].as_str().unwrap().to_owned())
        .collect();
    let story = ["File Claimed", "Processing Complete", "Analysis Complete", "Run Completed"];
    assert_eq!(kinds, story);
    assert!(!log.contains("ORD"), "no rows");
}

#[cfg(not(feature = "aws"))]
#[test]
fn without_the_feature_aws_it_says_how_to_get_it() {
    let sandbox = Sandbox::new();
    let arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:sluice-dev";
    for args in [
        &["drop", "x.csv", "--bucket", "b"][..],
        &["redrive", "x", "--state-machine", arn],
        &["executions", "--state-machine", arn],
        &["show", "x", "--state-machine", arn],
    ] {
        let (code, _, err) = sandbox.sluice_with_errors(args);
        assert!(code == 1 && err.contains("--features aws"), "{args:?}: {code} {err}");
    }
}

/// A contract may have any number of problems, and a cause ends somewhere.
#[test]
fn an_error_of_any_length_has_a_cause_that_can_be_read() {
    let sandbox = Sandbox::new();
    let fields: Vec<Value> =
        (0..5_000).map(|n| json!({ "name": format!("f{n}"), "type": "unknown" })).collect();
    let contracts = sandbox.data().join("contracts");
    fs::create_dir_all(&contracts).unwrap();
    fs::write(contracts.join("broken.json"), json!({ "fields": fields }).to_string()).unwrap();
    let file = sample("smartphone-sales/good.csv");
    let (code, failed) = sandbox.run_one(&[file.to_str().unwrap(), "--dataset", "broken"]);
    assert_eq!((code, &failed["error"]), (1, &json!("ContractError")), "{failed}");
    let cause: Value = serde_json::from_str(failed["cause"].as_str().unwrap()).unwrap();
    assert!(cause["errorMessage"].as_str().unwrap().ends_with('…'), "{cause}");
}
