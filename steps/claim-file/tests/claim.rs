//! Who may work on a file, and where the run writes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod pipeline;

use chrono::TimeDelta;
use contract::reject::RefusalCode;
use pipeline::{
    CONTRACT, KEY, Pipeline, assert_kind, claim, claim_of, execution, refused, start,
    stepwise::{Stepwise, finish, steps},
    work,
};
use pipeline_core::{
    error::ErrorKind,
    events::DetailType,
    ports::{LedgerState, SendLog},
    run::Outcome,
    steps::{claim_file::Decision, send_report::MailStatus},
};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn the_first_claim_fixes_the_run() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("0a1b2c3d-4e5f");
    let pinned = pipeline.store.insert(KEY, "id\n1\n");
    pipeline.store.insert(KEY, "id\n2\n");
    let mut input = claim_of(KEY, &first);
    input.object.version_id.clone_from(&pinned.version_id);

    let output = pipeline.try_claim(input).await.unwrap();

    assert_eq!((output.decision, output.adopted), (Decision::Claimed, false));
    assert_eq!((output.refusal, output.owner, output.outcome), (None, None, None));
    let run = output.run;
    assert_eq!((run.correlation_id.as_str(), run.started_at), ("0a1b2c3d-4e5f", start()));
    assert_eq!((run.source.bucket.as_str(), run.source.key.as_str()), ("bucket", KEY));
    assert_eq!(run.source.version_id, pinned.version_id);
    assert_eq!(run.source.etag, pinned.etag);
    assert_eq!((run.source.size_bytes, run.source.checksum), (5, pinned.checksum));
    assert_eq!(run.contract.dataset, "shop");
    assert_eq!(run.contract.key, "contracts/shop.json");
    assert_eq!(run.contract.version_id.as_deref(), Some("v1"));
    assert_eq!(run.contract.sha256, format!("{:x}", Sha256::digest(CONTRACT)));
    let keys = run.outputs;
    assert_eq!(keys.processed, "processed/shop/2024/x_processed_20241004_000001.csv");
    assert_eq!(keys.rejected, "rejected/shop/2024/x_rejected_20241004_000001.csv");
    assert_eq!(keys.facts, "reports/0a1b2c3d-4e5f/facts.json");
    assert_eq!(keys.analysis, "reports/0a1b2c3d-4e5f/analysis.json");
    assert_eq!(keys.report, "reports/0a1b2c3d-4e5f/report.html");
    assert_eq!(keys.manifest, "reports/0a1b2c3d-4e5f/manifest.json");
}

#[tokio::test]
async fn the_lease_is_the_configured_one() {
    let pipeline = Pipeline::new();
    let run = pipeline.claim_run(&pipeline.start("first")).await;
    let record = pipeline.record(&run).await;
    assert_eq!(record.lease_expires_at, start() + TimeDelta::minutes(150));
    assert_eq!(record.state, LedgerState::InProgress);
}

#[tokio::test]
async fn a_file_directly_under_input_is_of_the_default_dataset() {
    let pipeline = Pipeline::new();
    pipeline.store.insert("input/y.CSV", "id\n");
    let output =
        pipeline.try_claim(claim_of("input/y.CSV", &pipeline.start("first"))).await.unwrap();
    assert_eq!(output.decision, Decision::Claimed);
    assert_eq!(output.run.contract.key, "contracts/default-dataset.json");
    assert_eq!(output.run.outputs.processed, "processed/y_processed_20241004_000001.csv");
}

#[tokio::test]
async fn a_dataset_without_a_contract_that_loads_is_an_error_before_anything_is_claimed() {
    let pipeline = Pipeline::new();
    pipeline.store.insert("input/nobody/x.csv", "id\n");
    pipeline.store.insert("input/broken/x.csv", "id\n");
    pipeline
        .store
        .insert("contracts/broken.json", r#"{"fields": [{"name": "id", "type": "text"}]}"#);
    pipeline.store.insert("input/huge/x.csv", "id\n");
    pipeline.store.insert("contracts/huge.json", vec![b' '; (1 << 20) + 1]);
    for (dataset, message) in [
        ("nobody", "the dataset has no contract"),
        ("broken", "$.fields[0].type"),
        ("huge", "cannot be read"),
    ] {
        let input = claim_of(&format!("input/{dataset}/x.csv"), &pipeline.start("first"));
        let report = assert_kind(pipeline.try_claim(input).await, ErrorKind::Contract);
        assert!(report.contains(message), "{report}");
        assert!(report.contains(&format!("dataset={dataset}")), "{report}");
        assert!(report.contains(&format!("key=contracts/{dataset}.json")), "{report}");
    }
    assert_eq!(pipeline.ledger.records(), []);
    assert_eq!(pipeline.events.all(), []);
}

#[tokio::test]
async fn what_cannot_be_claimed_is_an_error() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    for key in ["processed/x.csv", "inputs/x.csv", "input/", "x.csv", ""] {
        assert_kind(pipeline.try_claim(claim_of(key, &first)).await, ErrorKind::InvalidEvent);
    }
    let gone = pipeline.try_claim(claim_of("input/shop/gone.csv", &first)).await;
    assert_kind(gone, ErrorKind::ObjectNotFound);
    let mut other_version = claim_of(KEY, &first);
    other_version.object.version_id = Some("gone".into());
    assert_kind(pipeline.try_claim(other_version).await, ErrorKind::ObjectNotFound);
    for name in ["", ".", "..", "a/b", "a b", "größe", &"x".repeat(81)] {
        let input = claim_of(KEY, &execution(name));
        assert_kind(pipeline.try_claim(input).await, ErrorKind::InvalidEvent);
    }
    assert_eq!(pipeline.ledger.records(), []);
}

#[tokio::test]
async fn a_file_that_cannot_be_processed_is_claimed_and_refused() {
    let pipeline = Pipeline {
        config: claim_file::Config { max_size_bytes: 5, ..Pipeline::new().config },
        ..Pipeline::new()
    };
    let long = format!("input/shop/{}.csv", "x".repeat(217));
    let deep = format!("input/shop/{}x.csv", "folder/".repeat(142));
    for (key, code) in [
        ("input/shop/notes.txt", RefusalCode::SourceError),
        ("input/shop/csv", RefusalCode::SourceError),
        ("input/shop/large.csv", RefusalCode::FileTooLarge),
        ("input/shop/.csv", RefusalCode::UnsafeName),
        ("input/shop/../x.csv", RefusalCode::UnsafeName),
        ("input/../x.csv", RefusalCode::UnsafeName),
        ("input//x.csv", RefusalCode::UnsafeName),
        ("input/shop/", RefusalCode::UnsafeName),
        ("input/shop/a\\b.csv", RefusalCode::UnsafeName),
        ("input/shop/a\nb.csv", RefusalCode::UnsafeName),
        ("input/nobody\0/a.csv", RefusalCode::UnsafeName),
        (&long, RefusalCode::UnsafeName),
        (&deep, RefusalCode::UnsafeName),
    ] {
        pipeline.store.insert(key, "id\n1\n2\n");
        let execution = pipeline.start(&format!("e{}", pipeline.ledger.records().len()));
        let output = pipeline.try_claim(claim_of(key, &execution)).await.unwrap();
        assert_eq!(output.decision, Decision::Refused, "{key:?}");
        let refusal = output.refusal.unwrap();
        assert_eq!(refusal.code, code, "{key:?}");
        let (processed, rejected) = (&output.run.outputs.processed, &output.run.outputs.rejected);
        for written in [processed, rejected] {
            assert_eq!(pipeline_core::ports::key_fault(written), None, "{key:?}");
        }
        assert!(processed.starts_with("processed/") && rejected.starts_with("rejected/"));

        // The run goes on as a refused one, to its manifest.
        let results = refused(refusal);
        let complete = pipeline.complete(&output.run, &execution, &results).await.unwrap();
        assert_eq!(complete.outcome, Outcome::FileRefused);
    }
}

#[tokio::test]
async fn the_longest_name_that_fits_is_accepted() {
    let pipeline = Pipeline::new();
    let key = format!("input/shop/{}.csv", "x".repeat(215));
    pipeline.store.insert(&key, "id\n");
    let output = pipeline.try_claim(claim_of(&key, &pipeline.start("first"))).await.unwrap();
    assert_eq!(output.decision, Decision::Claimed);
}

#[tokio::test]
async fn runs_of_one_second_write_to_different_keys() {
    let pipeline = Pipeline::new();
    let mut processed = Vec::new();
    for (key, name) in [
        ("input/shop/z.csv", "aaaaaaaa-1"),
        ("input/shop/z.CSV", "bbbbbbbb-1"),
        ("input/shop/Z.csv", "bbbbbbbb-2"),
        ("input/shop/z_20241004.csv", "cccccccc-1"),
    ] {
        pipeline.store.insert(key, format!("id\n{key}\n"));
        let output = pipeline.try_claim(claim_of(key, &pipeline.start(name))).await.unwrap();
        processed.push(output.run.outputs.processed);
    }
    assert_eq!(
        processed,
        [
            "processed/shop/z_processed_20241004_000001.csv",
            "processed/shop/z_processed_20241004_000001_bbbbbbbb.csv",
            "processed/shop/Z_processed_20241004_000001_bbbbbbbb-2.csv",
            "processed/shop/z_20241004_processed_20241004_000001.csv",
        ]
    );
}

#[tokio::test]
async fn a_second_execution_sees_who_works_on_the_file() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    let run = pipeline.claim_run(&first).await;

    let output = pipeline.claim(&pipeline.start("second")).await;
    assert_eq!(output.decision, Decision::InProgress);
    assert_eq!((output.owner, output.run), (Some(first), run));
    let output = pipeline.rerun(&pipeline.start("third")).await;
    assert_eq!(output.decision, Decision::InProgress);
}

#[tokio::test]
async fn a_repeated_claim_gets_the_same_run() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    let run = pipeline.claim_run(&first).await;
    pipeline.clock.advance(TimeDelta::minutes(1));
    pipeline.store.insert("contracts/shop.json", "broken since");

    let again = pipeline.claim(&first).await;
    assert_eq!((again.decision, again.adopted, again.run), (Decision::Claimed, false, run));
}

#[tokio::test]
async fn a_dead_owners_run_is_adopted() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    let run = pipeline.claim_run(&first).await;
    pipeline.executions.end(&first.id);
    // Neither a new upload of the same bytes nor another contract changes what the first claim fixed.
    pipeline.store.insert(KEY, "id\n1\n");
    pipeline.store.insert("contracts/shop.json", format!("{CONTRACT} "));

    let output = pipeline.claim(&pipeline.start("second")).await;
    assert_eq!((output.decision, output.adopted, output.run), (Decision::Claimed, true, run));
}

#[tokio::test]
async fn a_lapsed_lease_frees_the_file_although_the_owner_seems_alive() {
    let pipeline = Pipeline::new();
    let run = pipeline.claim_run(&pipeline.start("first")).await;
    pipeline.clock.advance(TimeDelta::minutes(151));
    let output = pipeline.claim(&pipeline.start("second")).await;
    assert_eq!((output.decision, output.adopted, output.run), (Decision::Claimed, true, run));
}

#[tokio::test]
async fn a_failed_run_is_adopted_and_begun_anew_by_a_rerun() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    let run = pipeline.claim_run(&first).await;
    pipeline.fail(&first, Some("InternalError")).await;

    let second = pipeline.start("second");
    let output = pipeline.claim(&second).await;
    assert_eq!((output.decision, output.adopted), (Decision::Claimed, true));
    assert_eq!(output.run, run);
    pipeline.fail(&second, Some("InternalError")).await;

    let output = pipeline.rerun(&pipeline.start("third")).await;
    assert_eq!((output.decision, output.adopted), (Decision::Claimed, false));
    assert_eq!(output.run.correlation_id, "third");
}

#[tokio::test]
async fn the_same_content_again_is_a_duplicate_and_names_the_earlier_run() {
    let pipeline = Pipeline::new();
    let run = pipeline.do_whole_run("first").await;
    let mail_id = "first-Completed";
    assert_eq!(run.mail_id(Outcome::Completed), mail_id);
    pipeline.send_log.begin(mail_id, start()).await.unwrap();
    pipeline.send_log.sent(mail_id, "message", start()).await.unwrap();
    // A re-drop: the same bytes, another version, another ETag.
    pipeline.store.insert(KEY, "id\n1\n");
    pipeline.store.remove("contracts/shop.json");

    let output = pipeline.claim(&pipeline.start("second")).await;
    assert_eq!((output.decision, output.adopted), (Decision::Duplicate, false));
    assert_eq!(output.run, run);
    assert_eq!(output.owner, Some(execution("first")));
    assert_eq!(output.outcome, Some(Outcome::Completed));
    assert_eq!(output.completed_at, Some(start()));
    assert_eq!(output.mail, Some(MailStatus::Sent));
}

#[tokio::test]
async fn other_content_under_the_same_key_is_another_run() {
    let pipeline = Pipeline::new();
    pipeline.do_whole_run("first").await;
    pipeline.store.insert(KEY, "id\n2\n");
    let run = pipeline.claim_run(&pipeline.start("second")).await;
    assert_eq!(run.correlation_id, "second");
}

#[tokio::test]
async fn a_duplicate_tells_what_became_of_the_mail() {
    for (begun, message_id, owner_lives, decision, mail) in [
        (false, None, true, Decision::Duplicate, Some(MailStatus::NotSent)),
        (false, None, false, Decision::ReportDue, Some(MailStatus::NotSent)),
        (true, None, true, Decision::Duplicate, None),
        (true, None, false, Decision::Duplicate, Some(MailStatus::Ambiguous)),
        (true, Some("id"), true, Decision::Duplicate, Some(MailStatus::Sent)),
        (true, Some("id"), false, Decision::Duplicate, Some(MailStatus::Sent)),
        (true, Some("disabled"), false, Decision::Duplicate, Some(MailStatus::Disabled)),
    ] {
        let pipeline = Pipeline::new();
        let run = pipeline.do_whole_run("first").await;
        if owner_lives {
            pipeline.start("first");
        }
        let mail_id = run.mail_id(Outcome::Completed);
        if begun {
            pipeline.send_log.begin(&mail_id, start()).await.unwrap();
        }
        if let Some(message_id) = message_id {
            pipeline.send_log.sent(&mail_id, message_id, start()).await.unwrap();
        }
        let output = pipeline.claim(&pipeline.start("second")).await;
        let case = (begun, message_id, owner_lives);
        assert_eq!((output.decision, output.mail), (decision, mail), "{case:?}");
        assert_eq!(output.outcome, Some(Outcome::Completed));
        assert_eq!(output.run, run);
    }
}

#[tokio::test]
async fn a_due_report_may_lack_its_announcement_too() {
    let pipeline = Pipeline::new();
    pipeline.do_whole_run("first").await;
    pipeline.claim(&pipeline.start("second")).await;
    let completed = pipeline.events.of(DetailType::RunCompleted);
    assert_eq!(completed.len(), 2);
    assert_eq!(completed[0], completed[1]);
}

#[test]
fn a_claim_of_a_published_run_that_dies_anywhere_is_repeated_by_its_execution() {
    for pauses in 0.. {
        let pipeline = Pipeline::new();
        let first = pipeline.start("first");
        let run = finish(pipeline.claim_run(&first));
        let results = finish(work(&pipeline.store, &run, "")).unwrap();
        let stepwise = Stepwise::new(&pipeline);
        // Get, five heads and the manifest's put: the first dies before it closes the ledger.
        let died = steps(
            pipeline::complete(&run, &first, &results, stepwise.ports(), &pipeline.config),
            7,
        );
        assert!(died.is_none());
        pipeline.executions.end(&first.id);

        let second = pipeline.start("second");
        let attempt = claim(claim_of(KEY, &second), stepwise.ports(), &pipeline.config);
        let died = steps(attempt, pauses).is_none();
        let output = finish(pipeline.claim(&second));

        assert_eq!(output.decision, Decision::ReportDue, "{pauses} pauses");
        assert_eq!((output.adopted, output.owner), (true, None));
        assert_eq!(
            (output.outcome, output.mail),
            (Some(Outcome::Completed), Some(MailStatus::NotSent))
        );
        assert_eq!(output.run, run);
        let announced = pipeline.events.of(DetailType::RunCompleted);
        assert!(!announced.is_empty(), "{pauses} pauses");
        if !died {
            return;
        }
    }
}

#[tokio::test]
async fn a_rerun_begins_a_new_run_once() {
    let pipeline = Pipeline::new();
    let first = pipeline.do_whole_run("first").await;
    let second = pipeline.start("second");

    for _ in 0..2 {
        let output = pipeline.rerun(&second).await;
        assert_eq!((output.decision, output.adopted), (Decision::Claimed, false));
        assert_eq!(output.run.correlation_id, "second");
        assert_ne!(output.run.outputs, first.outputs);
    }
    let run = pipeline.record(&first).await.run;
    let results = work(&pipeline.store, &run, "").await.unwrap();
    pipeline.complete(&run, &second, &results).await.unwrap();
    // The claim that is delivered late once more does not reopen it.
    let late = pipeline.rerun(&second).await;
    assert_eq!(late.decision, Decision::ReportDue);
    assert_eq!(pipeline.record(&first).await.state, LedgerState::Completed);
}

#[tokio::test]
async fn a_claim_is_announced() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    let run = pipeline.claim_run(&first).await;
    let [event] = pipeline.events.all().try_into().unwrap();
    assert_eq!(event.detail_type, DetailType::FileClaimed);
    let expected = serde_json::json!({
        "version": "1",
        "correlation_id": "first",
        "execution_arn": first.id,
        "adopted": false,
        "refusal_code": null,
        "bucket": "bucket",
        "source_file": KEY,
        "source_version_id": run.source.version_id,
        "source_etag": run.source.etag,
        "source_size_bytes": 5,
        "source_checksum": run.source.checksum,
        "dataset": "shop",
        "contract_sha256": run.contract.sha256,
        "started_at": "2024-10-04T00:00:01Z",
    });
    assert_eq!(event.detail, expected);

    pipeline.claim(&pipeline.start("second")).await;
    assert_eq!(pipeline.events.all().len(), 1, "a claim that was turned away is no event");
}

#[tokio::test]
async fn the_answer_is_plain_json() {
    let pipeline = Pipeline::new();
    let input = serde_json::json!({
        "action": "claim",
        "bucket": "bucket",
        "object": {"key": KEY, "size": 5, "etag": "x", "sequencer": "0062"},
        "execution": {"id": "arn:e", "name": "e", "start_time": "2024-10-04T00:00:01.234Z"},
        "rerun": false,
    });
    let input = serde_json::from_value(input).unwrap();
    let output = claim_file::run(input, pipeline.ports(), &pipeline.config).await.unwrap();
    let json = serde_json::to_value(output).unwrap();
    assert_eq!(json["decision"], "CLAIMED");
    assert_eq!(json["run"]["correlation_id"], "e");
}
