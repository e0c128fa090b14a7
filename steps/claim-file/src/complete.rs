//! Makes a run final: the manifest, which proves that everything is published, then the ledger, then
//! the announcement.

use chrono::{DateTime, Utc};
use pipeline_core::{
    document::Document,
    error::{ErrorKind, StepError, StepResult},
    events::EventsOf,
    manifest::{Manifest, SCHEMA_VERSION},
    ports::{ContentId, ObjectStore, Publication},
    results::RunResults,
    run::{Execution, PublishedObject, Run},
    steps::claim_file::{CompleteInput, CompleteOutput},
};

use crate::{config::Config, ports::Ports};

pub(crate) async fn complete(
    input: CompleteInput,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<CompleteOutput> {
    let CompleteInput { run, execution, results } = input;
    check_owner(&run, &execution, ports).await?;
    check_results(&results)?;
    check_published(&run, &results, ports.store).await?;
    let completed_at = ports.clock.now();
    let manifest = Manifest {
        schema_version: SCHEMA_VERSION.into(),
        program_version: config.program_version.clone(),
        duration_ms: ports.clock.elapsed_ms(run.started_at),
        run,
        results,
        completed_at,
    };
    let manifest = publish(manifest, ports.store).await?;
    close(&manifest, &execution, ports).await?;
    Ok(CompleteOutput {
        manifest: manifest.run.outputs.manifest,
        outcome: manifest.results.outcome,
    })
}

/// Closes a run whose manifest is published already: its former owner died in between. Gives the
/// manifest, or `None` if there is none and the run is to be done.
pub(crate) async fn finish_published(
    run: &Run,
    execution: &Execution,
    ports: Ports<'_>,
) -> StepResult<Option<Manifest>> {
    let Some(manifest) = Manifest::of(run, ports.store).await? else {
        return Ok(None);
    };
    if manifest.run != *run {
        return Err(about(run, ErrorKind::PreconditionFailed, "the manifest is another run's"));
    }
    check_published(run, &manifest.results, ports.store).await?;
    close(&manifest, execution, ports).await?;
    Ok(Some(manifest))
}

/// Publishes that the run is completed.
pub(crate) async fn announce(
    run: &Run,
    execution: &Execution,
    results: &RunResults,
    completed_at: Option<DateTime<Utc>>,
    ports: Ports<'_>,
) -> StepResult<()> {
    let events = EventsOf { run, execution_arn: &execution.id };
    ports.events.publish(&events.run_completed(results, completed_at)?).await
}

async fn close(manifest: &Manifest, execution: &Execution, ports: Ports<'_>) -> StepResult<()> {
    let Manifest { run, results, completed_at, .. } = manifest;
    let content_id = ContentId::of(&run.source);
    ports.ledger.complete(&content_id, execution, results, *completed_at).await?;
    announce(run, execution, results, Some(*completed_at), ports).await
}

fn about(run: &Run, kind: ErrorKind, message: &str) -> StepError {
    StepError::new(kind, message).with("correlation_id", &run.correlation_id)
}

/// A stale owner must not get as far as the manifest. The ledger is asked again, in one conditional
/// write, when it is closed.
async fn check_owner(run: &Run, execution: &Execution, ports: Ports<'_>) -> StepResult<()> {
    let record = ports.ledger.get(&ContentId::of(&run.source)).await?;
    let stale = |message| Err(about(run, ErrorKind::PreconditionFailed, message));
    match record {
        None => stale("there is no such claim"),
        Some(record) if record.owner.id != execution.id => {
            stale("the run belongs to another execution by now")
        }
        Some(record) if record.run != *run => stale("the execution owns another run of the file"),
        Some(_) => Ok(()),
    }
}

/// Results that contradict themselves must never become a manifest.
fn check_results(results: &RunResults) -> StepResult<()> {
    let Some(contradiction) = results.contradiction() else { return Ok(()) };
    let message = format!("the results contradict themselves: {contradiction}");
    Err(StepError::new(ErrorKind::Internal, message))
}

/// What the results call published is there, under the run's own keys and with these bytes.
async fn check_published(
    run: &Run,
    results: &RunResults,
    store: &dyn ObjectStore,
) -> StepResult<()> {
    for (kind, object) in results.outputs() {
        check_object(object, run.outputs.key(kind), store).await?;
    }
    Ok(())
}

/// The store's own checksum decides where it is SHA-256, else the `file-hash` that its writer gave.
async fn check_object(
    object: &PublishedObject,
    key: &str,
    store: &dyn ObjectStore,
) -> StepResult<()> {
    let differs = |what: &'static str| {
        Err(StepError::new(ErrorKind::Internal, "an output is not what its step has published")
            .with("key", key)
            .with("differs_in", what))
    };
    if object.key != key {
        return differs("key");
    }
    let info = store.head(key, None).await?;
    if info.size_bytes != object.size_bytes {
        return differs("size");
    }
    let sha256 = info.checksum.strip_prefix("sha256:");
    match sha256.or(info.metadata.get("file-hash").map(String::as_str)) {
        Some(sha256) if sha256 != object.sha256 => differs("hash"),
        _ => Ok(()),
    }
}

/// Publishes the manifest, unless one stands there that says the same. Gives the one that stands.
async fn publish(manifest: Manifest, store: &dyn ObjectStore) -> StepResult<Manifest> {
    let run = &manifest.run;
    let document = Document::json(&run.outputs.manifest, &manifest, None)?;
    match document.publish(run, store, Publication::IfAbsent).await {
        Ok(_) => return Ok(manifest),
        Err(error) if error.kind() != ErrorKind::PreconditionFailed => return Err(error),
        Err(_) => {}
    }
    match Manifest::of(run, store).await? {
        Some(earlier) if earlier.same_publication(&manifest) => Ok(earlier),
        _ => Err(about(
            run,
            ErrorKind::PreconditionFailed,
            "another manifest of this run is published",
        )),
    }
}
