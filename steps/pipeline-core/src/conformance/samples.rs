//! Runs, executions and results to try ports with.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use contract::reject::RejectCode;
use serde_json::Value;

use crate::{
    events::{DetailType, DomainEvent, EVENT_SOURCE},
    ports::{ClaimRequest, ContentId},
    results::{RenderedReport, RunResults},
    run::{
        ContractRef, Execution, Outcome, OutputKeys, PublishedObject, RecordCounts, Run,
        SourceObject,
    },
    steps::{
        aggregate,
        analyze::{self, AnomalyCounts},
        validate_and_partition::{self, RejectCount, Verdict},
    },
};

/// A moment that every sample is dated by.
pub fn start() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(123)
}

/// An execution of this name.
pub fn execution(name: &str) -> Execution {
    Execution {
        id: format!("arn:aws:states:eu-central-1:123456789012:execution:sluice:{name}"),
        name: name.to_owned(),
        start_time: start(),
    }
}

/// The run that this execution would fix for a file of this name.
pub fn run(execution: &Execution, file: &str) -> Run {
    let correlation_id = execution.name.clone();
    let base = file.strip_suffix(".csv").unwrap_or(file);
    Run {
        started_at: execution.start_time,
        source: SourceObject {
            bucket: "bucket".into(),
            key: format!("input/smartphone-sales/{file}"),
            version_id: Some("3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY".into()),
            etag: "\"9b2cf535f27731c974343645a3985328\"".into(),
            size_bytes: 135_717,
            checksum: "crc64nvme:AAAAAAAAAAA=".into(),
        },
        contract: ContractRef {
            dataset: "smartphone-sales".into(),
            key: "contracts/smartphone-sales.json".into(),
            version_id: Some("v1".into()),
            sha256: "0".repeat(64),
        },
        outputs: OutputKeys::new("smartphone-sales/", base, "20241004_000000", &correlation_id),
        correlation_id,
    }
}

/// A claim by this execution, with a lease of one hour from [`start`].
pub fn claim(execution: &Execution, file: &str) -> ClaimRequest {
    let run = run(execution, file);
    ClaimRequest {
        content_id: ContentId::of(&run.source),
        run,
        owner: execution.clone(),
        lease_expires_at: start() + TimeDelta::hours(1),
        now: start(),
        rerun: false,
        dead_owner: None,
    }
}

/// An event with this detail, whatever it holds.
pub fn event(detail: Value) -> DomainEvent {
    DomainEvent { source: EVENT_SOURCE.into(), detail_type: DetailType::RunCompleted, detail }
}

/// The results of a completed run. They hold text and numbers that a careless encoding loses.
pub fn results(run: &Run) -> RunResults {
    let object = |key: &str, size_bytes: u64| PublishedObject {
        key: key.to_owned(),
        size_bytes,
        sha256: format!("{size_bytes:064x}"),
    };
    RunResults {
        outcome: Outcome::Completed,
        refusal: None,
        validation: Some(validate_and_partition::Output {
            verdict: Verdict::Valid,
            refusal: None,
            records: RecordCounts { read: 1002, valid: 716, rejected: 286 },
            rejected_by_code: BTreeMap::from([(RejectCode::ConstraintError, 287)]),
            rejects: vec![RejectCount {
                field: Some("größe \"\u{1f4f1}\"".into()),
                code: RejectCode::ConstraintError,
                count: 283,
                first_rows: vec![2, 3, 5],
                example: "line\nbreak, 'quote', back\\slash".into(),
            }],
            other_rejects: 4,
            undeclared_columns: Vec::new(),
            source_sha256: Some("a".repeat(64)),
            processed: Some(object(&run.outputs.processed, 100_001)),
            rejected: Some(object(&run.outputs.rejected, 50_002)),
            duration_ms: 12,
        }),
        aggregation: Some(aggregate::Output {
            facts: object(&run.outputs.facts, 9_003),
            records: 716,
            duration_ms: 34,
        }),
        analysis: Some(analyze::Output {
            analysis: object(&run.outputs.analysis, 4_004),
            analysis_id: "analysis_1728000000_00000000".into(),
            model: "amazon.nova-lite-v1:0".into(),
            prompt_sha256: Some("b".repeat(64)),
            degraded: false,
            replaced_statements: 0,
            anomalies: AnomalyCounts { high: 1, total: 2 },
            input_tokens: 1_500,
            output_tokens: 700,
            cost_usd: 0.1 + 0.2,
            duration_ms: 56,
        }),
        report: Some(RenderedReport { report: object(&run.outputs.report, 20_005) }),
    }
}
