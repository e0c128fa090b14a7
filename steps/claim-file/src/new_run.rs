//! The run that a first claim fixes: the version of the file, that of the contract, the output keys.

use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    layout,
    ports::{ContentId, ObjectStore, key_fault},
    run::{ContractRef, Execution, Run, SourceObject},
    steps::claim_file::ClaimInput,
};

use crate::{config::Config, output_names::OutputNames, ports::Ports};

/// The file as the store has it, pinned to the event's version, or else to the newest.
pub(crate) async fn source_object(
    input: &ClaimInput,
    store: &dyn ObjectStore,
) -> StepResult<SourceObject> {
    let key = &input.object.key;
    if key.strip_prefix(layout::INPUT).is_none_or(str::is_empty) {
        return Err(StepError::new(ErrorKind::InvalidEvent, "only files under input/ are claimed")
            .with("key", key.escape_debug()));
    }
    let info = store.head(key, input.object.version_id.as_deref()).await?;
    Ok(SourceObject {
        bucket: input.bucket.clone(),
        key: key.clone(),
        version_id: info.version_id.or_else(|| input.object.version_id.clone()),
        etag: info.etag,
        size_bytes: info.size_bytes,
        checksum: info.checksum,
    })
}

/// The run of this file as this execution would have it.
///
/// Its names are held by the content, of which there is one run: whoever dies before its claim leaves
/// them to the next. A run that repeats a finished one holds names of its own.
pub(crate) async fn new_run(
    source: &SourceObject,
    execution: &Execution,
    rerun: bool,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<Run> {
    // A file that is refused for its name needs no contract of its own.
    let named = layout::dataset_of(&source.key).filter(|_| key_fault(&source.key).is_none());
    let dataset = named.unwrap_or(&config.default_dataset);
    let contract = ContractRef::pin(dataset, ports.store).await?;
    let mut holder = ContentId::of(source).as_str().to_owned();
    if rerun {
        holder.push('#');
        holder.push_str(&execution.name);
    }
    Ok(Run {
        correlation_id: execution.name.clone(),
        started_at: execution.start_time,
        source: source.clone(),
        contract,
        outputs: OutputNames::reserve(&source.key, &holder, execution, ports.ledger).await?,
    })
}
