//! Items that an earlier version wrote stay readable. `../earlier/README.md` says what they are.

use aws_sdk_dynamodb::types::AttributeValue;
use pipeline_core::{
    analysis::Level,
    conformance::{
        analysis_store::Stored,
        samples::{claim, execution, results, start},
    },
    ports::{
        AnalysisStore, Claim, ClaimRequest, Ledger, LedgerState, SendLog, SendMark, SendState,
    },
    run::Outcome,
};
use serde_json::{Map, Value};

use crate::conformance::{Fresh, analyses, dynamodb_client, ledger, send_log};

/// Puts the items into the adapter's table.
async fn load<T>(table: Fresh<T>, items: &str) -> Fresh<T> {
    let client = dynamodb_client().await;
    for item in serde_json::from_str::<Vec<Map<String, Value>>>(items).unwrap() {
        let item = item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
        client.put_item().table_name(&table.name).set_item(Some(item)).send().await.unwrap();
    }
    table
}

/// An attribute in `DynamoDB`'s own notation.
fn attribute(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match (kind.as_str(), value) {
        ("S", value) => AttributeValue::S(text(value)),
        ("N", value) => AttributeValue::N(text(value)),
        ("BOOL", Value::Bool(value)) => AttributeValue::Bool(*value),
        ("NULL", _) => AttributeValue::Null(true),
        ("L", Value::Array(list)) => AttributeValue::L(list.iter().map(attribute).collect()),
        ("SS", Value::Array(set)) => AttributeValue::Ss(set.iter().map(text).collect()),
        ("M", Value::Object(map)) => AttributeValue::M(
            map.iter().map(|(name, value)| (name.clone(), attribute(value))).collect(),
        ),
        _ => panic!("{kind} is no attribute"),
    }
}

async fn earlier_ledger() -> Fresh<impl Ledger> {
    load(ledger().await, include_str!("../earlier/e2c36ec/ledger.json")).await
}

/// The claim that the earlier version was asked for, on the file of its name.
fn earlier_claim(name: &str) -> ClaimRequest {
    claim(&execution(name), &format!("{name}.csv"))
}

#[tokio::test]
async fn its_records_are_read_whole() {
    let ledger = earlier_ledger().await;
    for (name, state, outcome) in [
        ("completed", LedgerState::Completed, Some(Outcome::Completed)),
        ("refused", LedgerState::Completed, Some(Outcome::FileRefused)),
        ("failed", LedgerState::Failed, None),
        ("inprogress", LedgerState::InProgress, None),
    ] {
        let request = earlier_claim(name);
        let record = ledger.get(&request.content_id).await.unwrap().unwrap();
        assert_eq!((record.state, record.outcome()), (state, outcome), "{name}");
        assert_eq!((&record.run, &record.owner), (&request.run, &request.owner), "{name}");
        assert_eq!(record.lease_expires_at, request.lease_expires_at, "{name}");
        assert_eq!(record.error.is_some(), state == LedgerState::Failed, "{name}");
        if name == "completed" {
            assert_eq!(record.results.as_ref(), Some(&results(&request.run)));
            assert_eq!(record.completed_at, Some(start()));
        }
        let found = ledger.by_owner(&request.owner.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&record), "{name}");
    }
}

#[tokio::test]
async fn its_claims_are_held_to() {
    let ledger = earlier_ledger().await;
    let next = execution("next");
    let next_claim = |name: &str| {
        let fixed = claim(&next, &format!("{name}.csv"));
        ClaimRequest {
            lease_expires_at: fixed.lease_expires_at + chrono::TimeDelta::days(1),
            ..fixed
        }
    };
    for name in ["completed", "refused", "inprogress"] {
        let held = ledger.claim(&next_claim(name)).await.unwrap();
        assert!(matches!(held, Claim::Held(record) if record.owner.name == name), "{name}");
    }
    for name in ["failed", "inprogress"] {
        let dead_owner = Some(execution(name).id);
        let request = ClaimRequest { dead_owner, ..next_claim(name) };
        let run = earlier_claim(name).run;
        let adopted = Claim::Claimed { run: Box::new(run.clone()), adopted: true };
        assert_eq!(ledger.claim(&request).await.unwrap(), adopted, "{name}");
        ledger.complete(&request.content_id, &next, &results(&run), start()).await.unwrap();
        let record = ledger.get(&request.content_id).await.unwrap().unwrap();
        assert_eq!((record.state, record.run), (LedgerState::Completed, run), "{name}");
    }
    for name in ["completed", "refused"] {
        let request = ClaimRequest { rerun: true, ..next_claim(name) };
        let anew = Claim::Claimed { run: Box::new(request.run.clone()), adopted: false };
        assert_eq!(ledger.claim(&request).await.unwrap(), anew, "{name}");
    }
    let name = "smartphone-sales/failed_20241004_000000";
    assert!(!ledger.reserve_name(name, "another").await.unwrap());
    let holder = earlier_claim("failed").content_id;
    assert!(ledger.reserve_name(name, holder.as_str()).await.unwrap());
}

/// Its last call lost its answer, so that the same execution asks the present version.
#[tokio::test]
async fn its_calls_may_be_repeated() {
    let ledger = earlier_ledger().await;
    let request = earlier_claim("inprogress");
    let claimed = ledger.claim(&request).await.unwrap();
    assert_eq!(claimed, Claim::Claimed { run: Box::new(request.run.clone()), adopted: false });
    assert!(ledger.fail(&request.content_id, &request.owner.id, "Late", start()).await.unwrap());
    let request = earlier_claim("completed");
    let results = results(&request.run);
    ledger.complete(&request.content_id, &request.owner, &results, start()).await.unwrap();
}

#[tokio::test]
async fn its_marks_of_mails_hold() {
    let log = load(send_log().await, include_str!("../earlier/e2c36ec/send_log.json")).await;
    let sent = SendState::Sent { at: start(), message_id: "0100018f-message".into() };
    assert_eq!(log.get("completed-Completed").await.unwrap().as_ref(), Some(&sent));
    assert_eq!(log.begin("completed-Completed", start()).await.unwrap(), SendMark::Held(sent));
    let sending = SendState::Sending { since: start() };
    assert_eq!(log.get("refused-FileRefused").await.unwrap(), Some(sending));
    log.sent("refused-FileRefused", "message", start()).await.unwrap();
}

#[tokio::test]
async fn its_analyses_are_read_whole() {
    let store = load(*analyses().await, include_str!("../earlier/e2c36ec/analyses.json")).await;
    let items = store.items().await;
    let [item] = items.as_slice() else { panic!("one item, not {}", items.len()) };
    assert_eq!(item.analysis.analysis_id, "analysis_1728000000_complete");
    assert_eq!(item.notification_timestamp, Some(start()));
    let analysis = &item.analysis;
    assert_eq!(
        analysis.insights[0].description,
        "\"Nova 3\" leads\nwith 10 sales, größer \u{1f4f1}."
    );
    assert_eq!(analysis.insights[0].confidence, Level::High);
    assert_eq!(analysis.anomalies[0].kind, "price_anomaly");
    assert_eq!(analysis.recommendations[0].action, "Stock 10.");
    assert_eq!(analysis.cost_usd.to_bits(), (0.1_f64 + 0.2).to_bits());
    store.mark_notified("analysis_1728000000_complete", start()).await.unwrap();
}
