//! What `DynamoDB` adds to the suites of the ports: lost answers, the history entry, retention.

use aws_sdk_dynamodb::types::AttributeValue;
use pipeline_aws::dynamodb::{LedgerTable, SendLogTable};
use pipeline_core::{
    conformance::samples::{claim, execution, results, start},
    error::ErrorKind,
    ports::{Claim, Ledger, SendLog, SendMark},
};
use serde_json::{Value, json};

use crate::{
    conformance::{dynamodb_client, ledger, send_log},
    emulator::EMULATOR,
    stub::{Reply, Stub},
};

/// Has the next write of this item carried out and its answer lost, so that the SDK repeats it.
fn lose_the_answer_about(item: &str) {
    let fault = json!({
        "service": "dynamodb", "operation": "PutItem", "match": item, "status": 500,
        "error": "InternalServerError", "message": "No.", "times": 1, "when": "after",
    });
    EMULATOR.control("POST", "/_emulator/faults", Some(&fault));
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_recognised() {
    let ledger = ledger().await;
    let file = format!("{}.csv", ledger.name);
    let request = claim(&execution("first"), &file);
    let content = format!("content#{}", request.content_id.as_str());

    lose_the_answer_about(&content);
    let claimed = ledger.claim(&request).await.unwrap();
    assert_eq!(claimed, Claim::Claimed { run: Box::new(request.run.clone()), adopted: false });

    // The port tells whether the run was marked by this call: the failure mail depends on it.
    lose_the_answer_about(&content);
    let owner = &request.owner;
    assert!(ledger.fail(&request.content_id, &owner.id, "Late", start()).await.unwrap());

    lose_the_answer_about(&content);
    let results = results(&request.run);
    ledger.complete(&request.content_id, owner, &results, start()).await.unwrap();

    let log = send_log().await;
    let mail = format!("{}-Completed", log.name);
    lose_the_answer_about(&mail);
    assert_eq!(log.begin(&mail, start()).await.unwrap(), SendMark::Begun);
}

#[tokio::test]
async fn the_record_reads_as_the_files_history() {
    let ledger = ledger().await;
    let request = claim(&execution("first"), "a.csv");
    ledger.claim(&request).await.unwrap();
    let results = results(&request.run);
    ledger.complete(&request.content_id, &request.owner, &results, start()).await.unwrap();

    let key = AttributeValue::S(format!("content#{}", request.content_id.as_str()));
    let item = dynamodb_client().await.get_item().table_name(&ledger.name).key("pk", key);
    let item = item.send().await.unwrap().item.unwrap();
    let text = |name: &str| item[name].as_s().unwrap().as_str();
    let number = |name: &str| item[name].as_n().unwrap().as_str();
    assert_eq!(text("file"), "input/smartphone-sales/a.csv");
    assert_eq!(text("file_type"), "csv");
    assert_eq!(number("size_bytes"), "135717");
    assert_eq!(text("dataset"), "smartphone-sales");
    assert_eq!((text("state"), text("outcome")), ("COMPLETED", "Completed"));
    assert_eq!((text("correlation_id"), text("owner_name")), ("first", "first"));
    assert_eq!(
        (text("started_at"), text("updated_at")),
        ("2024-10-04T00:00:00Z", "2024-10-04T00:00:00Z")
    );
    assert_eq!(item["records"].as_m().unwrap()["rejected"].as_n().unwrap(), "286");
    assert_eq!(text("analysis_id"), "analysis_1728000000_00000000");
    let outputs: Vec<_> =
        item["outputs"].as_l().unwrap().iter().map(|key| key.as_s().unwrap().as_str()).collect();
    let run = &request.run.outputs;
    let expected =
        [&run.processed, &run.rejected, &run.facts, &run.analysis, &run.report, &run.manifest];
    assert_eq!(outputs, expected);
    let kept_days = (number("expires_at").parse::<i64>().unwrap() - start().timestamp()) / 86_400;
    assert_eq!(kept_days, 400);
}

/// Names are reserved for ever; everything else may go in time.
#[tokio::test]
async fn only_names_are_kept_for_ever() {
    let ledger = ledger().await;
    let request = claim(&execution("first"), "a.csv");
    ledger.claim(&request).await.unwrap();
    ledger.reserve_name("a", "first").await.unwrap();
    let items = dynamodb_client().await.scan().table_name(&ledger.name).send().await.unwrap();
    let mut kept: Vec<_> = items
        .items()
        .iter()
        .map(|item| (item["pk"].as_s().unwrap().as_str(), item.contains_key("expires_at")))
        .collect();
    kept.sort_unstable();
    let content = format!("content#{}", request.content_id.as_str());
    let owner = format!("owner#{}", request.owner.id);
    assert_eq!(kept, [(&*content, true), ("name#a", false), (&*owner, true)]);
}

/// A record that was removed while an execution worked: it has lost its claim.
#[tokio::test]
async fn a_removed_record_is_not_written_anew() {
    let ledger = ledger().await;
    let request = claim(&execution("first"), "a.csv");
    ledger.claim(&request).await.unwrap();
    let key = AttributeValue::S(format!("content#{}", request.content_id.as_str()));
    let client = dynamodb_client().await;
    client.delete_item().table_name(&ledger.name).key("pk", key).send().await.unwrap();

    let results = results(&request.run);
    let late = ledger.complete(&request.content_id, &request.owner, &results, start()).await;
    assert_eq!(late.unwrap_err().kind(), ErrorKind::PreconditionFailed);
    assert_eq!(ledger.by_owner(&request.owner.id).await.unwrap(), None);
}

/// Of several contents that one execution owns, the one with the latest lease.
#[tokio::test]
async fn the_newest_of_an_owners_records_is_found() {
    let ledger = ledger().await;
    let owner = execution("first");
    for (file, hours) in [("a.csv", 1), ("b.csv", 3), ("c.csv", 2)] {
        let mut request = claim(&owner, file);
        request.lease_expires_at = start() + chrono::TimeDelta::hours(hours);
        ledger.claim(&request).await.unwrap();
    }
    let found = ledger.by_owner(&owner.id).await.unwrap().unwrap();
    assert!(found.run.source.key.ends_with("b.csv"), "{}", found.run.source.key);
}

#[tokio::test]
async fn a_table_that_is_missing_or_denied_is_named() {
    let missing = LedgerTable::new(&EMULATOR.connection().await, "no-such-table");
    let request = claim(&execution("first"), "a.csv");
    let error = missing.claim(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Environment);
    let report = error.report();
    assert!(report.contains("no-such-table") && report.contains("ResourceNotFound"), "{report}");

    let message = "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: \
                   dynamodb:PutItem on resource: arn:aws:dynamodb:x";
    let stub = Stub::new(move |_, _| Reply::json_error(400, "AccessDeniedException", message));
    let denied = SendLogTable::new(&stub.connection().await, "marks");
    let error = denied.begin("mail", start()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Environment);
    let report = error.report();
    assert!(
        report.contains("denied_action=dynamodb:PutItem") && report.contains("marks"),
        "{report}"
    );
}

/// Every read asks for consistency.
#[tokio::test]
async fn reads_are_consistent() {
    let stub = Stub::new(|_, _| Reply::new(200, "{}"));
    let connection = stub.connection().await;
    let ledger = LedgerTable::new(&connection, "ledger");
    let request = claim(&execution("first"), "a.csv");
    ledger.get(&request.content_id).await.unwrap();
    ledger.by_owner(&request.owner.id).await.unwrap();
    SendLogTable::new(&connection, "marks").get("mail").await.unwrap();
    for request in stub.requests() {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["ConsistentRead"], true, "{body}");
    }
}
