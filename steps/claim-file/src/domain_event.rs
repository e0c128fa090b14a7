//! The events that this step publishes. Their shapes are documented in the README.

use chrono::{DateTime, SecondsFormat, Utc};
use contract::reject::Refusal;
use pipeline_core::{
    events::{DetailType, DomainEvent},
    run::{Execution, PublishedObject, Run, RunResults},
    steps::claim_file::StatusChange,
};
use serde_json::{Value, json};

pub(crate) fn file_claimed(
    run: &Run,
    execution: &Execution,
    adopted: bool,
    refusal: Option<&Refusal>,
) -> DomainEvent {
    about(
        DetailType::FileClaimed,
        run,
        json!({
            "execution_arn": execution.id,
            "adopted": adopted,
            "refusal_code": refusal.map(|refusal| refusal.code),
            "source_version_id": run.source.version_id,
            "source_etag": run.source.etag,
            "source_size_bytes": run.source.size_bytes,
            "source_checksum": run.source.checksum,
            "contract_sha256": run.contract.sha256,
        }),
    )
}

pub(crate) fn run_completed(
    run: &Run,
    execution: &Execution,
    results: &RunResults,
    completed_at: Option<DateTime<Utc>>,
) -> DomainEvent {
    let validation = results.validation.as_ref();
    let key = |object: Option<&PublishedObject>| object.map(|object| object.key.clone());
    about(
        DetailType::RunCompleted,
        run,
        json!({
            "execution_arn": execution.id,
            "outcome": results.outcome,
            "refusal_code": results.refusal.as_ref().map(|refusal| refusal.code),
            "records": validation.map(|validation| validation.records),
            "rejected_by_code": validation.map(|validation| &validation.rejected_by_code),
            "outputs": {
                "processed": key(validation.and_then(|validation| validation.processed.as_ref())),
                "rejected": key(validation.and_then(|validation| validation.rejected.as_ref())),
                "facts": key(results.aggregation.as_ref().map(|aggregation| &aggregation.facts)),
                "analysis": key(results.analysis.as_ref().map(|analysis| &analysis.analysis)),
                "report": key(results.report.as_ref().map(|report| &report.report)),
                "manifest": run.outputs.manifest,
            },
            "completed_at": completed_at.map(timestamp),
        }),
    )
}

pub(crate) fn run_failed(run: &Run, change: &StatusChange, error: &str) -> DomainEvent {
    about(
        DetailType::RunFailed,
        run,
        json!({
            "execution_arn": change.execution_arn,
            "status": change.status,
            "error": error,
            "failed_at": change.stop_date.and_then(DateTime::from_timestamp_millis).map(timestamp),
        }),
    )
}

/// What every event about a run says.
fn about(detail_type: DetailType, run: &Run, mut detail: Value) -> DomainEvent {
    if let Value::Object(members) = &mut detail {
        members.insert("bucket".into(), run.source.bucket.clone().into());
        members.insert("source_file".into(), run.source.key.clone().into());
        members.insert("dataset".into(), run.contract.dataset.clone().into());
        members.insert("started_at".into(), run.timestamp().into());
    }
    DomainEvent::new(detail_type, &run.correlation_id, detail)
}

fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
