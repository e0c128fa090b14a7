//! The domain events of real runs, held to their published schemas.
#![expect(clippy::unwrap_used, reason = "a test should fail where it stands")]

mod sandbox;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use jsonschema::{Registry, Validator};
use sandbox::{Sandbox, sample};
use serde_json::Value;

const ABOUT_RUN: &str = "about-run";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../steps/pipeline-core/events")
}

fn schema(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(format!("{name}.schema.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The names of the schemas of `detail`, as the table names them, by `detail-type`.
fn table() -> BTreeMap<String, String> {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let detail_type = row.split('`').nth(1).unwrap();
        let name = row.rsplit_once('[').unwrap().1.split(']').next().unwrap();
        (detail_type.to_owned(), name.to_owned())
    })
    .collect()
}

fn validator(name: &str) -> Validator {
    let uri = |name: &str| format!("https://sluice.invalid/{name}.schema.json");
    let registry = Registry::new().add(uri(ABOUT_RUN), schema(ABOUT_RUN)).unwrap();
    let registry = registry.prepare().unwrap();
    let options = jsonschema::options().with_registry(&registry).with_base_uri(uri(name));
    options.should_validate_formats(true).build(&schema(name)).unwrap()
}

fn members(schema: &Value) -> Vec<String> {
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

/// The events of the folder, each of which must be what its schema says, and hold no member that its
/// schema does not describe. Gives how many there are of each kind.
fn check(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let text = fs::read_to_string(sandbox.data().join("events.jsonl")).unwrap();
    let table = table();
    let about = schema(ABOUT_RUN);
    let mut kinds = BTreeMap::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        if event["source"] != "sluice" {
            continue;
        }
        let (kind, detail) = (event["detail-type"].as_str().unwrap(), &event["detail"]);
        let name = &table[kind];
        let problems: Vec<_> =
            validator(name).iter_errors(detail).map(|it| it.to_string()).collect();
        assert!(problems.is_empty(), "{kind}: {problems:?}");
        let mut described = [members(&about), members(&schema(name))].concat();
        described.sort();
        let mut found: Vec<String> = detail.as_object().unwrap().keys().cloned().collect();
        found.sort();
        assert_eq!(found, described, "{kind} has the members that its schema describes");
        *kinds.entry(kind.to_owned()).or_default() += 1;
    }
    kinds
}

#[test]
fn events_are_what_their_schemas_say() {
    let sandbox = Sandbox::new();
    let messy = sample("smartphone-sales/messy.csv");
    sandbox.run_one(&[messy.to_str().unwrap()]);
    for (name, content) in
        [("empty.csv", ""), ("labels.csv", "order_id,date\n1,2025-01-01\n"), ("notes.txt", "hello")]
    {
        sandbox.run_one(&[&sandbox.file(name, content)]);
    }
    let good = fs::read_to_string(sample("smartphone-sales/good.csv")).unwrap();
    let header = good.lines().next().unwrap();
    sandbox.run_one(&[&sandbox.file("no-records.csv", &format!("{header}\n"))]);
    sandbox.run_one(&[&sandbox.file("rejected.csv", &format!("{header}\n1,x,,,,,,,,,\n"))]);
    // A step that cannot write fails the execution after its claim.
    let contract = sandbox.file("shop.json", r#"{"fields": [{"name": "id"}]}"#);
    let file = sandbox.file("shop.csv", "id\n1\n");
    let blocked = sandbox.data().join("rejected/shop");
    fs::create_dir_all(blocked.parent().unwrap()).unwrap();
    fs::write(&blocked, "a file where a folder should be").unwrap();
    let (code, result) = sandbox.run_one(&[&file, "--contract", &contract]);
    assert_eq!(code, 1, "{result}");

    let kinds = check(&sandbox);
    let expect = [
        ("Analysis Complete", 1),
        ("File Claimed", 7),
        ("Processing Complete", 5),
        ("Run Completed", 6),
        ("Run Failed", 1),
    ];
    assert_eq!(kinds, expect.map(|(kind, count)| (kind.to_owned(), count)).into());
    assert!(table().keys().eq(kinds.keys()), "every kind has its row in the table");
}

#[test]
fn an_event_that_breaks_its_schema_is_found() {
    let schema = validator("run-failed");
    let mut detail = serde_json::json!({
        "version": "1", "correlation_id": "run", "execution_arn": "arn", "bucket": "local",
        "source_file": "input/x.csv", "dataset": "shop", "started_at": "2026-11-28T05:16:31Z",
        "status": "FAILED", "error": "InternalError", "failed_at": null,
    });
    assert!(schema.is_valid(&detail));
    detail["started_at"] = "yesterday".into();
    assert!(!schema.is_valid(&detail), "what every event says is checked too");
}
