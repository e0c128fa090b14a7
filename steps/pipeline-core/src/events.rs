//! Domain events: what others may build on. Bounded and versioned, without rows, addresses or the
//! causes of errors.
//!
//! The shapes are documented in `events/README.md`, and each has its JSON Schema beside it. A member may
//! be added within a version; none is removed, renamed or given another meaning.

use chrono::{DateTime, SecondsFormat, Utc};
use contract::{named_enum, reject::RefusalCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{ErrorKind, StepError, StepResult},
    results::{OutputPlaces, RunResults},
    run::{OutputKind, Run},
    status_change::StatusChange,
    steps::{analyze, validate_and_partition},
};

/// The `source` of every event.
pub const EVENT_SOURCE: &str = "sluice";

/// The version of the shape of every `detail`.
pub const EVENT_VERSION: &str = "1";

/// An event as `EventBridge` takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DomainEvent {
    /// [`EVENT_SOURCE`]
    pub source: String,
    /// The kind.
    pub detail_type: DetailType,
    /// What every event says about its run, and the members of its kind.
    pub detail: Value,
}

named_enum! {
    /// The kinds of event, by their `detail-type`.
    pub enum DetailType {
        /// A run began, or was taken over.
        FileClaimed = "File Claimed",
        /// The file is partitioned; nothing is published yet.
        ProcessingComplete = "Processing Complete",
        /// The facts are analysed.
        AnalysisComplete = "Analysis Complete",
        /// The manifest is published.
        RunCompleted = "Run Completed",
        /// The execution failed.
        RunFailed = "Run Failed",
    }
}

/// What every event says about its run.
#[derive(Debug, Serialize)]
struct Detail<'a> {
    /// [`EVENT_VERSION`]
    version: &'a str,
    correlation_id: &'a str,
    /// The execution that published the event.
    execution_arn: &'a str,
    bucket: &'a str,
    source_file: &'a str,
    dataset: &'a str,
    started_at: String,
    #[serde(flatten)]
    members: Value,
}

/// The run that events are about, and the execution that publishes them: its ARN.
#[derive(Debug, Clone, Copy)]
pub struct EventsOf<'a> {
    /// The run.
    pub run: &'a Run,
    /// The ARN of the execution.
    pub execution_arn: &'a str,
}

impl EventsOf<'_> {
    /// `File Claimed`: the run began, or was taken over from another execution (`adopted`).
    pub fn file_claimed(
        &self,
        adopted: bool,
        refusal_code: Option<RefusalCode>,
    ) -> StepResult<DomainEvent> {
        let source = &self.run.source;
        let members = json!({
            "adopted": adopted,
            "refusal_code": refusal_code,
            "source_version_id": source.version_id,
            "source_etag": source.etag,
            "source_size_bytes": source.size_bytes,
            "source_checksum": source.checksum,
            "contract_sha256": self.run.contract.sha256,
        });
        self.event(DetailType::FileClaimed, members)
    }

    /// `Processing Complete`: the file is partitioned. Its outputs are not published data yet.
    pub fn processing_complete(
        &self,
        output: &validate_and_partition::Output,
    ) -> StepResult<DomainEvent> {
        let outputs = OutputPlaces {
            processed: output.processed.as_ref().map(|object| object.key.clone()),
            rejected: output.rejected.as_ref().map(|object| object.key.clone()),
            ..OutputPlaces::default()
        };
        let members = json!({
            "verdict": output.verdict,
            "refusal_code": output.refusal.as_ref().map(|refusal| refusal.code),
            "records": output.records,
            "rejected_by_code": output.rejected_by_code,
            "outputs": outputs,
        });
        self.event(DetailType::ProcessingComplete, members)
    }

    /// `Analysis Complete`: the facts about so many records are analysed.
    pub fn analysis_complete(
        &self,
        records_analyzed: u64,
        output: &analyze::Output,
    ) -> StepResult<DomainEvent> {
        let key = |kind| Some(self.run.outputs.key(kind).to_owned());
        let outputs = OutputPlaces {
            processed: key(OutputKind::Processed),
            rejected: key(OutputKind::Rejected),
            facts: key(OutputKind::Facts),
            analysis: key(OutputKind::Analysis),
            ..OutputPlaces::default()
        };
        let members = json!({
            "analysis_id": output.analysis_id,
            "records_analyzed": records_analyzed,
            "model": output.model,
            "degraded": output.degraded,
            "replaced_statements": output.replaced_statements,
            "anomalies": output.anomalies,
            "input_tokens": output.input_tokens,
            "output_tokens": output.output_tokens,
            "cost_usd": output.cost_usd,
            "outputs": outputs,
        });
        self.event(DetailType::AnalysisComplete, members)
    }

    /// `Run Completed`: the manifest is published.
    pub fn run_completed(
        &self,
        results: &RunResults,
        completed_at: Option<DateTime<Utc>>,
    ) -> StepResult<DomainEvent> {
        let members = json!({
            "outcome": results.outcome,
            "refusal_code": results.refusal.as_ref().map(|refusal| refusal.code),
            "records": results.records(),
            "rejected_by_code": results.rejected_by_code(),
            "outputs": results.places(self.run, str::to_owned),
            "completed_at": completed_at.map(timestamp),
        });
        self.event(DetailType::RunCompleted, members)
    }

    /// `Run Failed`: the execution ended as `change` says, with an error of this name.
    pub fn run_failed(&self, change: &StatusChange, error: &str) -> StepResult<DomainEvent> {
        let failed_at = change.stop_date.and_then(DateTime::from_timestamp_millis).map(timestamp);
        let members = json!({ "status": change.status, "error": error, "failed_at": failed_at });
        self.event(DetailType::RunFailed, members)
    }

    fn event(&self, detail_type: DetailType, members: Value) -> StepResult<DomainEvent> {
        let Run { correlation_id, source, contract, .. } = self.run;
        let detail = Detail {
            version: EVENT_VERSION,
            correlation_id,
            execution_arn: self.execution_arn,
            bucket: &source.bucket,
            source_file: &source.key,
            dataset: &contract.dataset,
            started_at: self.run.timestamp(),
            members,
        };
        let detail = serde_json::to_value(detail).map_err(|error| {
            StepError::new(ErrorKind::Internal, "an event cannot be written as JSON").because(error)
        })?;
        Ok(DomainEvent { source: EVENT_SOURCE.into(), detail_type, detail })
    }
}

fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
