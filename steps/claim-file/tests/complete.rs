//! A run becomes final once, whole, and by its owner.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod stage;

use chrono::TimeDelta;
use contract::reject::{Refusal, RefusalCode};
use pipeline_core::{
    error::ErrorKind,
    events::DetailType,
    manifest::Manifest,
    ports::LedgerState,
    results::RunResults,
    run::{Outcome, Run},
    steps::claim_file::Decision,
};
use stage::{
    KEY, Stage, assert_kind, complete, fail, refused, start,
    stepwise::{Stepwise, finish, steps},
    work,
};

async fn claimed(stage: &Stage) -> (Run, pipeline_core::run::Execution, RunResults) {
    let execution = stage.start("first");
    let run = stage.claim_run(&execution).await;
    let results = work(&stage.store, &run, "").await.unwrap();
    (run, execution, results)
}

fn manifest(stage: &Stage, run: &Run) -> Manifest {
    serde_json::from_slice(&stage.store.bytes(&run.outputs.manifest).unwrap()).unwrap()
}

#[tokio::test]
async fn completion_publishes_the_manifest_then_the_ledger_then_the_event() {
    let stage = Stage::new();
    let (run, first, results) = claimed(&stage).await;
    stage.clock.set(start() + TimeDelta::milliseconds(2_500));
    let output = stage.complete(&run, &first, &results).await.unwrap();
    assert_eq!(output.manifest, "reports/first/manifest.json");
    assert_eq!(output.outcome, Outcome::Completed);

    let manifest = manifest(&stage, &run);
    assert_eq!(
        (manifest.schema_version.as_str(), manifest.program_version.as_str()),
        ("1.0", "1.2.3")
    );
    assert_eq!((&manifest.run, &manifest.results), (&run, &results));
    assert_eq!(manifest.completed_at, start() + TimeDelta::milliseconds(2_500));
    assert_eq!(manifest.duration_ms, 2_500);

    let record = stage.record(&run).await;
    assert_eq!(record.state, LedgerState::Completed);
    assert_eq!(record.results.as_ref(), Some(&results));
    assert_eq!(record.completed_at, Some(manifest.completed_at));

    let [event] = stage.events.of(DetailType::RunCompleted).try_into().unwrap();
    let expected = serde_json::json!({
        "version": "1",
        "correlation_id": "first",
        "execution_arn": first.id,
        "bucket": "bucket",
        "source_file": KEY,
        "dataset": "shop",
        "started_at": "2024-10-04T00:00:01Z",
        "completed_at": "2024-10-04T00:00:03.734Z",
        "outcome": "Completed",
        "refusal_code": null,
        "records": {"read": 3, "valid": 2, "rejected": 1},
        "rejected_by_code": {},
        "outputs": {
            "processed": run.outputs.processed,
            "rejected": run.outputs.rejected,
            "facts": run.outputs.facts,
            "analysis": run.outputs.analysis,
            "report": run.outputs.report,
            "manifest": run.outputs.manifest,
        },
    });
    assert_eq!(event.detail, expected);
}

#[tokio::test]
async fn a_refused_run_names_only_what_it_published() {
    let stage = Stage::new();
    let first = stage.start("first");
    let run = stage.claim_run(&first).await;
    let refusal = Refusal { code: RefusalCode::MissingLabel, message: "id is missing".into() };
    stage.complete(&run, &first, &refused(refusal)).await.unwrap();
    let [event] = stage.events.of(DetailType::RunCompleted).try_into().unwrap();
    assert_eq!(event.detail["refusal_code"], "missing-label");
    assert_eq!(event.detail["records"], serde_json::Value::Null);
    assert_eq!(event.detail["outputs"]["processed"], serde_json::Value::Null);
    assert_eq!(event.detail["outputs"]["manifest"], run.outputs.manifest);
}

#[tokio::test]
async fn a_repeated_completion_succeeds_and_changes_nothing() {
    let stage = Stage::new();
    let (run, first, mut results) = claimed(&stage).await;
    stage.complete(&run, &first, &results).await.unwrap();
    let (bytes, record) = (stage.store.bytes(&run.outputs.manifest), stage.record(&run).await);

    stage.clock.advance(TimeDelta::minutes(1));
    results.validation.as_mut().unwrap().duration_ms = 99;
    stage.complete(&run, &first, &results).await.unwrap();
    assert_eq!(stage.store.bytes(&run.outputs.manifest), bytes);
    assert_eq!(stage.record(&run).await, record);
    let events = stage.events.of(DetailType::RunCompleted);
    assert_eq!(events[0], events[1]);
}

/// It was begun by the program of another version, whose answer was lost, or which died.
#[tokio::test]
async fn what_another_version_published_is_completed() {
    for retried_by_owner in [true, false] {
        let mut stage = Stage::new();
        let (run, first, results) = claimed(&stage).await;
        let stepwise = Stepwise::new(&stage);
        // Up to the call that would close the ledger.
        let died = steps(complete(&run, &first, &results, stepwise.ports(), &stage.config), 7);
        assert!(died.is_none());
        let bytes = stage.store.bytes(&run.outputs.manifest);
        assert!(bytes.is_some());

        stage.config.program_version = "0.2.0+1a2b3c4d5e6f".into();
        if retried_by_owner {
            stage.complete(&run, &first, &results).await.unwrap();
        } else {
            stage.executions.end(&first.id);
            let second = stage.start("second");
            assert_eq!(stage.claim(&second).await.decision, Decision::ReportDue);
        }
        assert_eq!(stage.record(&run).await.state, LedgerState::Completed);
        assert_eq!(stage.store.bytes(&run.outputs.manifest), bytes, "it names who published it");
    }
}

#[tokio::test]
async fn a_completion_that_dies_anywhere_is_finished_by_its_owner_or_the_next() {
    let calls = 1 + 5 + 1 + 1 + 1;
    let mut adopted_before_the_manifest = 0;
    let mut adopted_after_the_manifest = 0;
    for pauses in 0..=calls {
        for retried_by_owner in [true, false] {
            let stage = Stage::new();
            let (run, first, results) = claimed(&stage).await;
            let stepwise = Stepwise::new(&stage);
            let died =
                steps(complete(&run, &first, &results, stepwise.ports(), &stage.config), pauses);
            assert_eq!(died.is_none(), pauses < calls, "{pauses} pauses");

            if retried_by_owner {
                stage.complete(&run, &first, &results).await.unwrap();
            } else {
                stage.executions.end(&first.id);
                let second = stage.start("second");
                let output = stage.claim(&second).await;
                assert_eq!(output.run, run);
                match output.decision {
                    Decision::Claimed => {
                        adopted_before_the_manifest += 1;
                        let results = work(&stage.store, &run, "").await.unwrap();
                        stage.complete(&run, &second, &results).await.unwrap();
                    }
                    decision => {
                        adopted_after_the_manifest += 1;
                        assert_eq!(decision, Decision::ReportDue);
                        assert_eq!(output.outcome, Some(Outcome::Completed));
                    }
                }
            }
            let record = stage.record(&run).await;
            assert_eq!((record.state, record.results), (LedgerState::Completed, Some(results)));
            assert_eq!(Some(manifest(&stage, &run).completed_at), record.completed_at);
            assert!(!stage.events.of(DetailType::RunCompleted).is_empty(), "{pauses} pauses");
        }
    }
    // Get, five heads and the manifest's put come before it; ledger and event after.
    assert_eq!((adopted_before_the_manifest, adopted_after_the_manifest), (7, 3));
}

#[tokio::test]
async fn what_a_model_said_is_not_asked_again_after_the_manifest() {
    let stage = Stage::new();
    let (run, first, results) = claimed(&stage).await;
    let stepwise = Stepwise::new(&stage);
    // Up to the call that would close the ledger.
    let died = steps(complete(&run, &first, &results, stepwise.ports(), &stage.config), 7);
    assert!(died.is_none() && stage.store.bytes(&run.outputs.manifest).is_some());
    assert_eq!(stage.record(&run).await.state, LedgerState::InProgress);
    stage.executions.end(&first.id);

    let second = stage.start("second");
    let output = stage.claim(&second).await;
    assert_eq!((output.decision, output.adopted), (Decision::ReportDue, true));
    assert_eq!(stage.record(&run).await.owner, second);
    assert_eq!(stage.record(&run).await.results, Some(results));
}

#[tokio::test]
async fn a_stale_owner_publishes_no_manifest() {
    let stage = Stage::new();
    let (run, first, results) = claimed(&stage).await;
    stage.executions.end(&first.id);
    let second = stage.start("second");
    stage.claim_run(&second).await;

    let late = stage.complete(&run, &first, &results).await;
    let report = assert_kind(late, ErrorKind::PreconditionFailed);
    assert!(report.contains("another execution"), "{report}");
    assert_eq!(stage.store.bytes(&run.outputs.manifest), None);
    assert!(stage.events.of(DetailType::RunCompleted).is_empty());
    stage.complete(&run, &second, &results).await.unwrap();
}

#[tokio::test]
async fn another_manifest_of_the_run_is_never_replaced() {
    let stage = Stage::new();
    let (run, first, mut results) = claimed(&stage).await;
    stage.complete(&run, &first, &results).await.unwrap();
    let bytes = stage.store.bytes(&run.outputs.manifest);
    results.analysis.as_mut().unwrap().output_tokens = 1;
    let other = stage.complete(&run, &first, &results).await;
    assert_kind(other, ErrorKind::PreconditionFailed);
    assert_eq!(stage.store.bytes(&run.outputs.manifest), bytes);
}

#[tokio::test]
async fn what_was_never_claimed_is_not_completed() {
    let stage = Stage::new();
    let (mut run, first, results) = claimed(&stage).await;
    run.source.checksum = "sha256:other".into();
    let unclaimed = stage.complete(&run, &first, &results).await;
    assert_kind(unclaimed, ErrorKind::PreconditionFailed);
    let (mut run, ..) = claimed(&stage).await;
    run.outputs.processed.push('x');
    let other = stage.complete(&run, &first, &results).await;
    assert_kind(other, ErrorKind::PreconditionFailed);
}

#[tokio::test]
async fn results_that_contradict_themselves_are_not_published() {
    type Lie = fn(&mut RunResults);
    let lies: [Lie; 11] = [
        |results| results.validation.as_mut().unwrap().records.read += 1,
        |results| results.validation.as_mut().unwrap().records.valid = u64::MAX,
        |results| results.aggregation.as_mut().unwrap().records += 1,
        |results| results.aggregation = None,
        |results| results.analysis = None,
        |results| results.validation = None,
        |results| results.outcome = Outcome::AllRecordsRejected,
        |results| results.outcome = Outcome::NoRecords,
        |results| results.outcome = Outcome::FileRefused,
        |results| results.validation.as_mut().unwrap().processed.as_mut().unwrap().key.push('x'),
        |results| {
            let message = String::new();
            results.refusal = Some(Refusal { code: RefusalCode::SourceError, message });
        },
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let stage = Stage::new();
        let (run, first, mut results) = claimed(&stage).await;
        lie(&mut results);
        let completion = stage.complete(&run, &first, &results).await;
        assert!(completion.is_err(), "lie {number}");
        assert_kind(completion, ErrorKind::Internal);
        assert_eq!(stage.store.bytes(&run.outputs.manifest), None);
        assert_eq!(stage.record(&run).await.state, LedgerState::InProgress);
    }
}

#[tokio::test]
async fn an_output_that_is_not_what_was_published_stops_the_manifest() {
    for key in ["processed", "rejected", "facts", "analysis", "report"] {
        let stage = Stage::new();
        let (run, first, results) = claimed(&stage).await;
        let keys = serde_json::to_value(&run.outputs).unwrap();
        let key = keys[key].as_str().unwrap();
        let same_size = vec![b'x'; stage.store.bytes(key).unwrap().len()];
        for changed in [b"shorter".to_vec(), same_size] {
            stage.store.insert(key, changed);
            let completion = stage.complete(&run, &first, &results).await;
            assert_kind(completion, ErrorKind::Internal);
        }
        stage.store.remove(key);
        assert_kind(stage.complete(&run, &first, &results).await, ErrorKind::ObjectNotFound);
        assert_eq!(stage.store.bytes(&run.outputs.manifest), None);
    }
}

#[tokio::test]
async fn a_redriven_execution_completes_its_failed_run() {
    let stage = Stage::new();
    let (run, first, results) = claimed(&stage).await;
    assert!(stage.fail(&first, Some("InternalError")).await.failed);
    stage.complete(&run, &first, &results).await.unwrap();
    assert_eq!(stage.record(&run).await.state, LedgerState::Completed);
    // The failure's event, delivered late once more, does not undo it.
    assert!(!stage.fail(&first, Some("InternalError")).await.failed);
    assert_eq!(stage.record(&run).await.state, LedgerState::Completed);
}

#[tokio::test]
async fn a_failure_is_marked_and_announced_without_its_cause() {
    let stage = Stage::new();
    let first = stage.start("first");
    let run = stage.claim_run(&first).await;
    let output = stage.fail(&first, Some("InternalError")).await;
    assert_eq!((output.failed, output.run.as_ref()), (true, Some(&run)));
    let record = stage.record(&run).await;
    assert_eq!(
        (record.state, record.error.as_deref()),
        (LedgerState::Failed, Some("InternalError"))
    );
    let [event] = stage.events.of(DetailType::RunFailed).try_into().unwrap();
    let expected = serde_json::json!({
        "version": "1",
        "correlation_id": "first",
        "execution_arn": first.id,
        "status": "FAILED",
        "error": "InternalError",
        "bucket": "bucket",
        "source_file": KEY,
        "dataset": "shop",
        "started_at": "2024-10-04T00:00:01Z",
        "failed_at": "2024-10-04T00:00:06.234Z",
    });
    assert_eq!(event.detail, expected);
}

#[tokio::test]
async fn an_execution_without_an_error_fails_by_its_status() {
    for (status, error) in [("TIMED_OUT", "States.Timeout"), ("ABORTED", "ABORTED")] {
        let stage = Stage::new();
        let first = stage.start("first");
        let run = stage.claim_run(&first).await;
        fail(&first, status, None, stage.ports(), &stage.config).await.unwrap();
        assert_eq!(stage.record(&run).await.error.as_deref(), Some(error));
    }
}

#[tokio::test]
async fn only_the_owner_of_an_unfinished_run_fails_it() {
    let stage = Stage::new();
    let first = stage.start("first");
    assert_eq!(stage.fail(&first, None).await.run, None, "it never claimed");

    let run = stage.claim_run(&first).await;
    stage.executions.end(&first.id);
    let second = stage.start("second");
    stage.claim_run(&second).await;
    let former = stage.fail(&first, Some("InternalError")).await;
    assert_eq!((former.failed, former.run), (false, None));
    assert_eq!(stage.record(&run).await.state, LedgerState::InProgress);

    let results = work(&stage.store, &run, "").await.unwrap();
    stage.complete(&run, &second, &results).await.unwrap();
    let late = stage.fail(&second, Some("InternalError")).await;
    assert_eq!((late.failed, late.run), (false, Some(run)));
    assert!(stage.events.of(DetailType::RunFailed).is_empty());
}

#[tokio::test]
async fn a_failure_that_dies_before_its_announcement_is_announced_by_the_retry() {
    let stage = Stage::new();
    let first = stage.start("first");
    stage.claim_run(&first).await;
    let stepwise = Stepwise::new(&stage);
    let failure = || fail(&first, "FAILED", Some("InternalError"), stepwise.ports(), &stage.config);
    assert!(steps(failure(), 2).is_none());
    assert!(stage.events.of(DetailType::RunFailed).is_empty());
    assert!(finish(failure()).unwrap().failed);
    assert_eq!(stage.events.of(DetailType::RunFailed).len(), 1);
}
