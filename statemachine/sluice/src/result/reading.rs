//! Reads a result from an execution, and from the manifest of its run.

use chrono::{DateTime, Utc};
use pipeline_core::{manifest::Manifest, run::Run, status_change::failure_mail_id};
use serde_json::Value;

use super::{OutputPaths, RunResult};
use crate::history::Execution;

/// Where the objects of a run lie, in words with which a person can open them.
pub(crate) trait Places {
    /// The place of an object.
    fn object(&self, key: &str) -> String;
    /// The place of a mail, if it can be looked at.
    fn mail(&self, mail_id: &str) -> Option<String>;
}

/// The run that an execution works on; `None` if it did not come so far.
pub(crate) fn run_of(execution: &Execution) -> Option<Run> {
    serde_json::from_value(claim_of(execution)["run"].clone()).ok()
}

impl RunResult {
    /// What the execution says, and what the manifest vouches for: without one, no output is named.
    pub(crate) fn of(
        execution: &Execution,
        manifest: Option<&Manifest>,
        places: &dyn Places,
    ) -> Self {
        let claim = claim_of(execution);
        let run = run_of(execution);
        let output = execution.output.clone().unwrap_or_default();
        let outcome = execution.last_state().map(str::to_owned);
        let is_held = matches!(outcome.as_deref(), Some("DuplicateSkipped" | "AlreadyInProgress"));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let validation = manifest.and_then(|manifest| manifest.results.validation.as_ref());
        // The outputs that the manifest vouches for, and the mail if it can be looked at.
        let mut outputs = manifest
            .map(|Manifest { run, results, .. }| OutputPaths {
                published: results.places(run, |key| places.object(key)),
                email: places.mail(&run.mail_id(results.outcome)),
            })
            .unwrap_or_default();
        if execution.status != "SUCCEEDED" {
            let stop_date = execution.stop_date.map(|at| at.timestamp_millis());
            outputs.email = places.mail(&failure_mail_id(&execution.header.name, stop_date));
        }
        Self {
            run: Some(execution.header.name.clone()),
            status: execution.status.clone(),
            earlier_outcome: text(&claim["outcome"]).filter(|_| is_held),
            owner: text(&claim["owner"]["name"]).filter(|_| is_held),
            outcome,
            correlation_id: run.map(|run| run.correlation_id),
            source_file: execution.source_file().to_owned(),
            // A file that was refused unread has a manifest and no validation: no record was read.
            records: manifest
                .map(|_| validation.map(|validation| validation.records).unwrap_or_default())
                .or_else(|| serde_json::from_value(output["records"].clone()).ok()),
            rejected_by_code: validation
                .map(|validation| validation.rejected_by_code.clone())
                .unwrap_or_default(),
            undeclared_columns: validation
                .map(|validation| validation.undeclared_columns.clone())
                .unwrap_or_default(),
            refusal: manifest
                .and_then(|manifest| manifest.results.refusal.clone())
                .or_else(|| serde_json::from_value(output["refusal"].clone()).ok()),
            mail: text(&output["mail"]),
            outputs,
            error: execution.error.clone(),
            cause: execution.cause.clone(),
            duration_ms: duration_ms(&execution.events),
            ..Self::default()
        }
    }
}

/// What `ClaimFile` gave back, from the history; null if the execution did not come so far.
fn claim_of(execution: &Execution) -> Value {
    let exits = execution.events.iter().map(|event| &event["stateExitedEventDetails"]);
    exits
        .filter(|exit| exit["name"] == "ClaimFile")
        .find_map(|exit| serde_json::from_str(exit["output"].as_str()?).ok())
        .unwrap_or_default()
}

/// From the first event to the last.
fn duration_ms(events: &[Value]) -> u64 {
    let time = |event: Option<&Value>| event?["timestamp"].as_str()?.parse::<DateTime<Utc>>().ok();
    let took = time(events.first()).zip(time(events.last()));
    took.and_then(|(first, last)| u64::try_from((last - first).num_milliseconds()).ok())
        .unwrap_or(0)
}
