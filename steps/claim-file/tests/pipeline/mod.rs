//! A pipeline in memory: bucket, contract, ledger, clock, and executions that act on them.
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod stepwise;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use claim_file::{Config, Output, Ports};
use contract::reject::Refusal;
use pipeline_core::{
    error::{ErrorKind, StepResult},
    memory::{
        MemoryExecutions, MemoryLedger, MemorySendLog, MemoryStore, RecordedEvents, SettableClock,
    },
    ports::{ContentId, Ledger, LedgerRecord, ObjectStore},
    results::{RenderedReport, RunResults},
    run::{Execution, Outcome, PublishedObject, RecordCounts, Run},
    status_change::{StatusChange, StatusChangeEvent},
    steps::{
        aggregate,
        analyze::{self, AnomalyCounts},
        claim_file::{
            ClaimInput, ClaimOutput, CompleteInput, CompleteOutput, Decision, EventObject,
            FailInput, FailOutput, Input,
        },
        validate_and_partition::{self, Verdict},
    },
};

pub(crate) const CONTRACT: &str = r#"{"fields": [{"name": "id", "type": "string"}]}"#;
pub(crate) const KEY: &str = "input/shop/2024/x.csv";

pub(crate) struct Pipeline {
    pub(crate) store: MemoryStore,
    pub(crate) ledger: MemoryLedger,
    pub(crate) send_log: MemorySendLog,
    pub(crate) executions: MemoryExecutions,
    pub(crate) events: RecordedEvents,
    pub(crate) clock: SettableClock,
    pub(crate) config: Config,
}

impl Pipeline {
    /// With contracts for `shop` and for the default dataset, and a file at [`KEY`].
    pub(crate) fn new() -> Self {
        let pipeline = Self {
            store: MemoryStore::default(),
            ledger: MemoryLedger::default(),
            send_log: MemorySendLog::default(),
            executions: MemoryExecutions::default(),
            events: RecordedEvents::default(),
            clock: SettableClock::at(start()),
            config: Config::new("default-dataset", "1.2.3"),
        };
        pipeline.store.insert("contracts/shop.json", CONTRACT);
        pipeline.store.insert("contracts/default-dataset.json", CONTRACT);
        pipeline.store.insert(KEY, "id\n1\n");
        pipeline
    }

    pub(crate) fn ports(&self) -> Ports<'_> {
        Ports {
            store: &self.store,
            ledger: &self.ledger,
            send_log: &self.send_log,
            executions: &self.executions,
            events: &self.events,
            clock: &self.clock,
        }
    }

    /// Starts an execution.
    pub(crate) fn start(&self, name: &str) -> Execution {
        let execution = execution(name);
        self.executions.start(&execution.id);
        execution
    }

    pub(crate) async fn try_claim(&self, input: ClaimInput) -> StepResult<ClaimOutput> {
        claim(input, self.ports(), &self.config).await
    }

    /// Claims the file at [`KEY`].
    pub(crate) async fn claim(&self, execution: &Execution) -> ClaimOutput {
        self.try_claim(claim_of(KEY, execution)).await.unwrap()
    }

    pub(crate) async fn rerun(&self, execution: &Execution) -> ClaimOutput {
        let input = ClaimInput { rerun: true, ..claim_of(KEY, execution) };
        self.try_claim(input).await.unwrap()
    }

    /// Claims, and expects to be the owner.
    pub(crate) async fn claim_run(&self, execution: &Execution) -> Run {
        let output = self.claim(execution).await;
        assert_eq!(output.decision, Decision::Claimed);
        output.run
    }

    pub(crate) async fn complete(
        &self,
        run: &Run,
        execution: &Execution,
        results: &RunResults,
    ) -> StepResult<CompleteOutput> {
        complete(run, execution, results, self.ports(), &self.config).await
    }

    /// Claims, works, completes and ends.
    pub(crate) async fn do_whole_run(&self, name: &str) -> Run {
        let execution = self.start(name);
        let run = self.claim_run(&execution).await;
        let results = work(&self.store, &run, "").await.unwrap();
        self.complete(&run, &execution, &results).await.unwrap();
        self.executions.end(&execution.id);
        run
    }

    pub(crate) async fn fail(&self, execution: &Execution, error: Option<&str>) -> FailOutput {
        fail(execution, "FAILED", error, self.ports(), &self.config).await.unwrap()
    }

    pub(crate) async fn record(&self, run: &Run) -> LedgerRecord {
        self.ledger.get(&ContentId::of(&run.source)).await.unwrap().unwrap()
    }
}

pub(crate) fn start() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(1_234)
}

pub(crate) fn execution(name: &str) -> Execution {
    Execution {
        id: format!("arn:aws:states:local:000000000000:execution:sluice:{name}"),
        name: name.to_owned(),
        start_time: start(),
    }
}

pub(crate) fn claim_of(key: &str, execution: &Execution) -> ClaimInput {
    ClaimInput {
        bucket: "bucket".into(),
        object: EventObject { key: key.into(), size: 0, etag: String::new(), version_id: None },
        execution: execution.clone(),
        rerun: false,
    }
}

pub(crate) async fn claim(
    input: ClaimInput,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<ClaimOutput> {
    match claim_file::run(Input::Claim(input), ports, config).await? {
        Output::Claim(output) => Ok(*output),
        other => panic!("not the answer to a claim: {other:?}"),
    }
}

pub(crate) async fn complete(
    run: &Run,
    execution: &Execution,
    results: &RunResults,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<CompleteOutput> {
    let input =
        CompleteInput { run: run.clone(), execution: execution.clone(), results: results.clone() };
    match claim_file::run(Input::Complete(Box::new(input)), ports, config).await? {
        Output::Complete(output) => Ok(output),
        other => panic!("not the answer to a completion: {other:?}"),
    }
}

pub(crate) async fn fail(
    execution: &Execution,
    status: &str,
    error: Option<&str>,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<FailOutput> {
    let detail = StatusChange {
        execution_arn: execution.id.clone(),
        name: execution.name.clone(),
        status: status.to_owned(),
        start_date: execution.start_time.timestamp_millis(),
        stop_date: Some(execution.start_time.timestamp_millis() + 5_000),
        input: None,
        error: error.map(str::to_owned),
        cause: Some("secret row contents".into()),
    };
    let input = Input::Fail(FailInput { event: StatusChangeEvent { detail } });
    match claim_file::run(input, ports, config).await? {
        Output::Fail(output) => Ok(*output),
        other => panic!("not the answer to a failure: {other:?}"),
    }
}

async fn publish(store: &dyn ObjectStore, key: &str, bytes: String) -> StepResult<PublishedObject> {
    use pipeline_core::ports::{Metadata, Publication};
    let size_bytes = bytes.len() as u64;
    let mut writer = store.put(key, "text/plain").await?;
    writer.write(bytes.into()).await?;
    let info = writer.finish(Metadata::new(), Publication::Replace).await?;
    let sha256 = info.checksum.strip_prefix("sha256:").unwrap().to_owned();
    Ok(PublishedObject { key: key.to_owned(), size_bytes, sha256 })
}

/// Publishes what the steps of a run publish. The bytes depend on the run and on the model's mood.
pub(crate) async fn work(store: &dyn ObjectStore, run: &Run, mood: &str) -> StepResult<RunResults> {
    let keys = &run.outputs;
    let stamp = format!("{} {}", run.correlation_id, run.timestamp());
    let processed = publish(store, &keys.processed, format!("valid {stamp}")).await?;
    let rejected = publish(store, &keys.rejected, format!("rejected {stamp}")).await?;
    let facts = publish(store, &keys.facts, format!("facts {stamp}")).await?;
    let analysis = publish(store, &keys.analysis, format!("analysis {stamp}{mood}")).await?;
    let report = publish(store, &keys.report, format!("report {stamp}{mood}")).await?;
    Ok(RunResults {
        outcome: Outcome::Completed,
        refusal: None,
        validation: Some(validate_and_partition::Output {
            verdict: Verdict::Valid,
            refusal: None,
            records: RecordCounts { read: 3, valid: 2, rejected: 1 },
            rejected_by_code: BTreeMap::new(),
            rejects: Vec::new(),
            other_rejects: 0,
            undeclared_columns: Vec::new(),
            source_sha256: None,
            processed: Some(processed),
            rejected: Some(rejected),
            duration_ms: 7,
        }),
        aggregation: Some(aggregate::Output { facts, records: 2, duration_ms: 7 }),
        analysis: Some(analyze::Output {
            analysis,
            analysis_id: "analysis_1_x".into(),
            model: "deterministic".into(),
            prompt_sha256: None,
            degraded: false,
            replaced_statements: 0,
            anomalies: AnomalyCounts { high: 0, total: 0 },
            input_tokens: 0,
            output_tokens: 0,
            cost_usd: 0.1 + 0.2,
            duration_ms: 7,
        }),
        report: Some(RenderedReport { report }),
    })
}

/// The results of a run that was turned away before anything was read.
pub(crate) fn refused(refusal: Refusal) -> RunResults {
    RunResults {
        outcome: Outcome::FileRefused,
        refusal: Some(refusal),
        validation: None,
        aggregation: None,
        analysis: None,
        report: None,
    }
}

#[track_caller]
pub(crate) fn assert_kind<T: std::fmt::Debug>(result: StepResult<T>, kind: ErrorKind) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), kind, "{}", error.report());
    error.report()
}
