//! A run becomes final once, whole, and by its owner.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod pipeline;

use chrono::TimeDelta;
use contract::reject::{Refusal, RefusalCode};
use pipeline::{
    KEY, Pipeline, assert_kind, complete, fail, refused, start,
    stepwise::{Stepwise, finish, steps},
    work,
};
use pipeline_core::{
    error::ErrorKind,
    events::DetailType,
    manifest::Manifest,
    ports::LedgerState,
    results::RunResults,
    run::{Outcome, Run},
    steps::claim_file::Decision,
};

async fn claimed(pipeline: &Pipeline) -> (Run, pipeline_core::run::Execution, RunResults) {
    let execution = pipeline.start("first");
    let run = pipeline.claim_run(&execution).await;
    let results = work(&pipeline.store, &run, "").await.unwrap();
    (run, execution, results)
}

fn manifest(pipeline: &Pipeline, run: &Run) -> Manifest {
    serde_json::from_slice(&pipeline.store.bytes(&run.outputs.manifest).unwrap()).unwrap()
}

#[tokio::test]
async fn completion_publishes_the_manifest_then_the_ledger_then_the_event() {
    let pipeline = Pipeline::new();
    let (run, first, results) = claimed(&pipeline).await;
    pipeline.clock.set(start() + TimeDelta::milliseconds(2_500));
    let output = pipeline.complete(&run, &first, &results).await.unwrap();
    assert_eq!(output.manifest, "reports/first/manifest.json");
    assert_eq!(output.outcome, Outcome::Completed);

    let manifest = manifest(&pipeline, &run);
    assert_eq!(
        (manifest.schema_version.as_str(), manifest.program_version.as_str()),
        ("1.0", "1.2.3")
    );
    assert_eq!((&manifest.run, &manifest.results), (&run, &results));
    assert_eq!(manifest.completed_at, start() + TimeDelta::milliseconds(2_500));
    assert_eq!(manifest.duration_ms, 2_500);

    let record = pipeline.record(&run).await;
    assert_eq!(record.state, LedgerState::Completed);
    assert_eq!(record.results.as_ref(), Some(&results));
    assert_eq!(record.completed_at, Some(manifest.completed_at));

    let [event] = pipeline.events.of(DetailType::RunCompleted).try_into().unwrap();
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
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    let run = pipeline.claim_run(&first).await;
    let refusal = Refusal { code: RefusalCode::MissingLabel, message: "id is missing".into() };
    pipeline.complete(&run, &first, &refused(refusal)).await.unwrap();
    let [event] = pipeline.events.of(DetailType::RunCompleted).try_into().unwrap();
    assert_eq!(event.detail["refusal_code"], "missing-label");
    assert_eq!(event.detail["records"], serde_json::Value::Null);
    assert_eq!(event.detail["outputs"]["processed"], serde_json::Value::Null);
    assert_eq!(event.detail["outputs"]["manifest"], run.outputs.manifest);
}

#[tokio::test]
async fn a_repeated_completion_succeeds_and_changes_nothing() {
    let pipeline = Pipeline::new();
    let (run, first, mut results) = claimed(&pipeline).await;
    pipeline.complete(&run, &first, &results).await.unwrap();
    let (bytes, record) =
        (pipeline.store.bytes(&run.outputs.manifest), pipeline.record(&run).await);

    pipeline.clock.advance(TimeDelta::minutes(1));
    results.validation.as_mut().unwrap().duration_ms = 99;
    pipeline.complete(&run, &first, &results).await.unwrap();
    assert_eq!(pipeline.store.bytes(&run.outputs.manifest), bytes);
    assert_eq!(pipeline.record(&run).await, record);
    let events = pipeline.events.of(DetailType::RunCompleted);
    assert_eq!(events[0], events[1]);
}

/// It was begun by the program of another version, whose answer was lost, or which died.
#[tokio::test]
async fn what_another_version_published_is_completed() {
    for retried_by_owner in [true, false] {
        let mut pipeline = Pipeline::new();
        let (run, first, results) = claimed(&pipeline).await;
        let stepwise = Stepwise::new(&pipeline);
        // Up to the call that would close the ledger.
        let died = steps(complete(&run, &first, &results, stepwise.ports(), &pipeline.config), 7);
        assert!(died.is_none());
        let bytes = pipeline.store.bytes(&run.outputs.manifest);
        assert!(bytes.is_some());

        pipeline.config.program_version = "0.2.0+1a2b3c4d5e6f".into();
        if retried_by_owner {
            pipeline.complete(&run, &first, &results).await.unwrap();
        } else {
            pipeline.executions.end(&first.id);
            let second = pipeline.start("second");
            assert_eq!(pipeline.claim(&second).await.decision, Decision::ReportDue);
        }
        assert_eq!(pipeline.record(&run).await.state, LedgerState::Completed);
        assert_eq!(pipeline.store.bytes(&run.outputs.manifest), bytes, "it names who published it");
    }
}

#[tokio::test]
async fn a_completion_that_dies_anywhere_is_finished_by_its_owner_or_the_next() {
    let calls = 1 + 5 + 1 + 1 + 1;
    let mut adopted_before_the_manifest = 0;
    let mut adopted_after_the_manifest = 0;
    for pauses in 0..=calls {
        for retried_by_owner in [true, false] {
            let pipeline = Pipeline::new();
            let (run, first, results) = claimed(&pipeline).await;
            let stepwise = Stepwise::new(&pipeline);
            let died =
                steps(complete(&run, &first, &results, stepwise.ports(), &pipeline.config), pauses);
            assert_eq!(died.is_none(), pauses < calls, "{pauses} pauses");

            if retried_by_owner {
                pipeline.complete(&run, &first, &results).await.unwrap();
            } else {
                pipeline.executions.end(&first.id);
                let second = pipeline.start("second");
                let output = pipeline.claim(&second).await;
                assert_eq!(output.run, run);
                match output.decision {
                    Decision::Claimed => {
                        adopted_before_the_manifest += 1;
                        let results = work(&pipeline.store, &run, "").await.unwrap();
                        pipeline.complete(&run, &second, &results).await.unwrap();
                    }
                    decision => {
                        adopted_after_the_manifest += 1;
                        assert_eq!(decision, Decision::ReportDue);
                        assert_eq!(output.outcome, Some(Outcome::Completed));
                    }
                }
            }
            let record = pipeline.record(&run).await;
            assert_eq!((record.state, record.results), (LedgerState::Completed, Some(results)));
            assert_eq!(Some(manifest(&pipeline, &run).completed_at), record.completed_at);
            assert!(!pipeline.events.of(DetailType::RunCompleted).is_empty(), "{pauses} pauses");
        }
    }
    // Get, five heads and the manifest's put come before it; ledger and event after.
    assert_eq!((adopted_before_the_manifest, adopted_after_the_manifest), (7, 3));
}

#[tokio::test]
async fn what_a_model_said_is_not_asked_again_after_the_manifest() {
    let pipeline = Pipeline::new();
    let (run, first, results) = claimed(&pipeline).await;
    let stepwise = Stepwise::new(&pipeline);
    // Up to the call that would close the ledger.
    let died = steps(complete(&run, &first, &results, stepwise.ports(), &pipeline.config), 7);
    assert!(died.is_none() && pipeline.store.bytes(&run.outputs.manifest).is_some());
    assert_eq!(pipeline.record(&run).await.state, LedgerState::InProgress);
    pipeline.executions.end(&first.id);

    let second = pipeline.start("second");
    let output = pipeline.claim(&second).await;
    assert_eq!((output.decision, output.adopted), (Decision::ReportDue, true));
    assert_eq!(pipeline.record(&run).await.owner, second);
    assert_eq!(pipeline.record(&run).await.results, Some(results));
}

#[tokio::test]
async fn a_stale_owner_publishes_no_manifest() {
    let pipeline = Pipeline::new();
    let (run, first, results) = claimed(&pipeline).await;
    pipeline.executions.end(&first.id);
    let second = pipeline.start("second");
    pipeline.claim_run(&second).await;

    let late = pipeline.complete(&run, &first, &results).await;
    let report = assert_kind(late, ErrorKind::PreconditionFailed);
    assert!(report.contains("another execution"), "{report}");
    assert_eq!(pipeline.store.bytes(&run.outputs.manifest), None);
    assert!(pipeline.events.of(DetailType::RunCompleted).is_empty());
    pipeline.complete(&run, &second, &results).await.unwrap();
}

#[tokio::test]
async fn another_manifest_of_the_run_is_never_replaced() {
    let pipeline = Pipeline::new();
    let (run, first, mut results) = claimed(&pipeline).await;
    pipeline.complete(&run, &first, &results).await.unwrap();
    let bytes = pipeline.store.bytes(&run.outputs.manifest);
    results.analysis.as_mut().unwrap().output_tokens = 1;
    let other = pipeline.complete(&run, &first, &results).await;
    assert_kind(other, ErrorKind::PreconditionFailed);
    assert_eq!(pipeline.store.bytes(&run.outputs.manifest), bytes);
}

#[tokio::test]
async fn what_was_never_claimed_is_not_completed() {
    let pipeline = Pipeline::new();
    let (mut run, first, results) = claimed(&pipeline).await;
    run.source.checksum = "sha256:other".into();
    let unclaimed = pipeline.complete(&run, &first, &results).await;
    assert_kind(unclaimed, ErrorKind::PreconditionFailed);
    let (mut run, ..) = claimed(&pipeline).await;
    run.outputs.processed.push('x');
    let other = pipeline.complete(&run, &first, &results).await;
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
        let pipeline = Pipeline::new();
        let (run, first, mut results) = claimed(&pipeline).await;
        lie(&mut results);
        let completion = pipeline.complete(&run, &first, &results).await;
        assert!(completion.is_err(), "lie {number}");
        assert_kind(completion, ErrorKind::Internal);
        assert_eq!(pipeline.store.bytes(&run.outputs.manifest), None);
        assert_eq!(pipeline.record(&run).await.state, LedgerState::InProgress);
    }
}

#[tokio::test]
async fn an_output_that_is_not_what_was_published_stops_the_manifest() {
    for key in ["processed", "rejected", "facts", "analysis", "report"] {
        let pipeline = Pipeline::new();
        let (run, first, results) = claimed(&pipeline).await;
        let keys = serde_json::to_value(&run.outputs).unwrap();
        let key = keys[key].as_str().unwrap();
        let same_size = vec![b'x'; pipeline.store.bytes(key).unwrap().len()];
        for changed in [b"shorter".to_vec(), same_size] {
            pipeline.store.insert(key, changed);
            let completion = pipeline.complete(&run, &first, &results).await;
            assert_kind(completion, ErrorKind::Internal);
        }
        pipeline.store.remove(key);
        assert_kind(pipeline.complete(&run, &first, &results).await, ErrorKind::ObjectNotFound);
        assert_eq!(pipeline.store.bytes(&run.outputs.manifest), None);
    }
}

#[tokio::test]
async fn a_redriven_execution_completes_its_failed_run() {
    let pipeline = Pipeline::new();
    let (run, first, results) = claimed(&pipeline).await;
    assert!(pipeline.fail(&first, Some("InternalError")).await.failed);
    pipeline.complete(&run, &first, &results).await.unwrap();
    assert_eq!(pipeline.record(&run).await.state, LedgerState::Completed);
    // The failure's event, delivered late once more, does not undo it.
    assert!(!pipeline.fail(&first, Some("InternalError")).await.failed);
    assert_eq!(pipeline.record(&run).await.state, LedgerState::Completed);
}

#[tokio::test]
async fn a_failure_is_marked_and_announced_without_its_cause() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    let run = pipeline.claim_run(&first).await;
    let output = pipeline.fail(&first, Some("InternalError")).await;
    assert_eq!((output.failed, output.run.as_ref()), (true, Some(&run)));
    let record = pipeline.record(&run).await;
    assert_eq!(
        (record.state, record.error.as_deref()),
        (LedgerState::Failed, Some("InternalError"))
    );
    let [event] = pipeline.events.of(DetailType::RunFailed).try_into().unwrap();
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
        let pipeline = Pipeline::new();
        let first = pipeline.start("first");
        let run = pipeline.claim_run(&first).await;
        fail(&first, status, None, pipeline.ports(), &pipeline.config).await.unwrap();
        assert_eq!(pipeline.record(&run).await.error.as_deref(), Some(error));
    }
}

#[tokio::test]
async fn only_the_owner_of_an_unfinished_run_fails_it() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    assert_eq!(pipeline.fail(&first, None).await.run, None, "it never claimed");

    let run = pipeline.claim_run(&first).await;
    pipeline.executions.end(&first.id);
    let second = pipeline.start("second");
    pipeline.claim_run(&second).await;
    let former = pipeline.fail(&first, Some("InternalError")).await;
    assert_eq!((former.failed, former.run), (false, None));
    assert_eq!(pipeline.record(&run).await.state, LedgerState::InProgress);

    let results = work(&pipeline.store, &run, "").await.unwrap();
    pipeline.complete(&run, &second, &results).await.unwrap();
    let late = pipeline.fail(&second, Some("InternalError")).await;
    assert_eq!((late.failed, late.run), (false, Some(run)));
    assert!(pipeline.events.of(DetailType::RunFailed).is_empty());
}

#[tokio::test]
async fn a_failure_that_dies_before_its_announcement_is_announced_by_the_retry() {
    let pipeline = Pipeline::new();
    let first = pipeline.start("first");
    pipeline.claim_run(&first).await;
    let stepwise = Stepwise::new(&pipeline);
    let failure =
        || fail(&first, "FAILED", Some("InternalError"), stepwise.ports(), &pipeline.config);
    assert!(steps(failure(), 2).is_none());
    assert!(pipeline.events.of(DetailType::RunFailed).is_empty());
    assert!(finish(failure()).unwrap().failed);
    assert_eq!(pipeline.events.of(DetailType::RunFailed).len(), 1);
}
