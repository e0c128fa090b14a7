//! Marks the run of a failed execution, if the execution still owns it.

use pipeline_core::{
    error::StepResult, events::EventsOf, ports::LedgerState, status_change::StatusChange,
    steps::claim_file::FailOutput,
};

use crate::ports::Ports;

/// The longest name of an error in the states language.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ExecutionFailedEventDetails.html>
const MAX_ERROR_CHARS: usize = 256;

pub(crate) async fn fail(change: &StatusChange, ports: Ports<'_>) -> StepResult<FailOutput> {
    let owner_id = &change.execution_arn;
    let Some(record) = ports.ledger.by_owner(owner_id).await? else {
        return Ok(FailOutput { failed: false, run: None });
    };
    let error = error_of(change);
    let now = ports.clock.now();
    // An event that is delivered again finds the record failed: its first delivery may have died
    // before the announcement, so that is repeated.
    let failed = ports.ledger.fail(&record.content_id, owner_id, &error, now).await?
        || record.state == LedgerState::Failed;
    if failed {
        let events = EventsOf { run: &record.run, execution_arn: owner_id };
        ports.events.publish(&events.run_failed(change, &error)?).await?;
    }
    Ok(FailOutput { failed, run: Some(record.run) })
}

/// The error's name. An execution that timed out or was aborted has none of its own.
fn error_of(change: &StatusChange) -> String {
    let name = change.error.as_deref().filter(|error| !error.is_empty());
    let name = name.unwrap_or(match change.status.as_str() {
        "TIMED_OUT" => "States.Timeout",
        status => status,
    });
    name.chars().take(MAX_ERROR_CHARS).collect()
}
