//! The item of a file in the table of claims: its record, and its history entry for people.

use chrono::{DateTime, Utc};
use pipeline_core::{
    ports::LedgerRecord,
    results::RunResults,
    run::{Outcome, RecordCounts},
};
use serde::{Deserialize, Serialize};

/// A record with what a person wants to know of the file, as attributes of the item. Only the record is
/// ever read back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    #[serde(flatten)]
    pub(super) record: LedgerRecord,
    #[serde(flatten, skip_deserializing)]
    history: History,
}

/// The history entry of a file, derived from the record.
#[derive(Debug, Default, Serialize)]
struct History {
    file: String,
    file_type: String,
    size_bytes: u64,
    dataset: String,
    correlation_id: String,
    owner_name: String,
    started_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<RecordCounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    analysis_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<String>,
}

impl Entry {
    pub(super) fn new(record: LedgerRecord, now: DateTime<Utc>) -> Self {
        Self { history: History::of(&record, now), record }
    }
}

impl History {
    fn of(record: &LedgerRecord, now: DateTime<Utc>) -> Self {
        let run = &record.run;
        let results = record.results.as_ref();
        let published = results.into_iter().flat_map(RunResults::outputs);
        let manifest = results.map(|_| run.outputs.manifest.clone());
        let name = run.source.key.rsplit('/').next().unwrap_or_default();
        Self {
            file: run.source.key.clone(),
            file_type: name.rsplit_once('.').map_or("", |(_, kind)| kind).to_ascii_lowercase(),
            size_bytes: run.source.size_bytes,
            dataset: run.contract.dataset.clone(),
            correlation_id: run.correlation_id.clone(),
            owner_name: record.owner.name.clone(),
            started_at: run.timestamp(),
            updated_at: now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            outcome: record.outcome().map(Outcome::as_str),
            records: results.and_then(RunResults::records),
            analysis_id: results
                .and_then(|results| Some(results.analysis.as_ref()?.analysis_id.clone())),
            outputs: published.map(|(_, object)| object.key.clone()).chain(manifest).collect(),
        }
    }
}
