//! Validates a CSV file against its contract and partitions its rows: valid ones into the processed
//! output with their exact bytes, the others into the rejected output with every reason.
//!
//! [`run`] is the step. The work is done by [`validator::Validator`], which does no I/O, so that the
//! command line checks a local file with the very same code.

mod partition;
pub mod rejected;
pub mod validator;

use contract::{record::MAX_RECORD_BYTES, wording::bounded};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    events::EventsOf,
    ports::{Clock, EventBus, ObjectStore},
    run::Run,
    steps::validate_and_partition::{Input, MAX_REJECTS, Output, RejectCount, Verdict},
};
use sha2::{Digest, Sha256};

use self::partition::Partition;
use self::validator::Validator;

/// How many undeclared columns the output names.
const MAX_UNDECLARED_NAMED: usize = 50;

/// What the step needs from the world.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Holds the file and the contract, and takes the outputs.
    pub store: &'a dyn ObjectStore,
    /// Takes `Processing Complete`.
    pub events: &'a dyn EventBus,
    /// For the duration.
    pub clock: &'a dyn Clock,
    /// Told how far it is, after each chunk of the file.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

/// How far a validation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file that were read.
    pub read_bytes: u64,
    /// Records that were read.
    pub records: u64,
    /// Records that were rejected.
    pub rejected: u64,
}

/// What can be set.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// How long a record may be, in bytes.
    pub max_record_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { max_record_bytes: MAX_RECORD_BYTES }
    }
}

/// Validates the run's file and writes its two outputs.
///
/// `Contract` if the contract does not load; `PreconditionFailed` if the contract or the file are not
/// the ones that the run was claimed with; otherwise what the ports say.
pub async fn run(input: Input, ports: Ports<'_>, config: Config) -> StepResult<Output> {
    let started = ports.clock.now();
    let run = &input.run;
    let contract = run.contract.read(ports.store).await?;
    let mut validator = Validator::with_max_record_bytes(&contract, config.max_record_bytes);
    let mut partition = Partition::begin(ports.store, run, &contract).await?;

    let source_sha256 = read_source(run, ports, &mut validator, &mut partition).await?;

    let refusal = validator.refusal();
    let tally = validator.tally();
    let (processed, rejected) = match validator.header() {
        Some(_) => {
            let (processed, rejected) = partition.publish(refusal.is_some()).await?;
            (processed, Some(rejected))
        }
        None => (None, None),
    };
    let (rejects, other_rejects) = most_frequent(tally.by_field());
    let output = Output {
        verdict: match tally.records {
            _ if refusal.is_some() => Verdict::Refused,
            records if records.read == 0 => Verdict::NoRecords,
            records if records.valid == 0 => Verdict::AllRejected,
            _ => Verdict::Valid,
        },
        refusal,
        records: tally.records,
        rejected_by_code: tally.by_code().clone(),
        rejects,
        other_rejects,
        undeclared_columns: undeclared(&validator),
        source_sha256,
        processed,
        rejected,
        duration_ms: ports.clock.elapsed_ms(started),
    };
    let events = EventsOf { run, execution_arn: &input.execution.id };
    ports.events.publish(&events.processing_complete(&output)?).await?;
    Ok(output)
}

/// Reads the file to its end, or as far as its header if that is refused. Gives the SHA-256 of a file
/// that was read to its end.
async fn read_source(
    run: &Run,
    ports: Ports<'_>,
    validator: &mut Validator<'_>,
    partition: &mut Partition<'_>,
) -> StepResult<Option<String>> {
    let source = &run.source;
    let mut reader = ports.store.get(&source.key, source.version_id.as_deref()).await?;
    let mut hash = Sha256::new();
    let mut read_bytes: u64 = 0;
    while let Some(chunk) = reader.next_chunk().await? {
        hash.update(&chunk);
        read_bytes += chunk.len() as u64;
        validator.push(&chunk);
        drain(validator, partition).await?;
        if validator.header().is_none() && validator.refusal().is_some() {
            return Ok(None);
        }
        if let Some(progress) = ports.progress {
            let records = validator.tally().records;
            progress(Progress { read_bytes, records: records.read, rejected: records.rejected });
        }
    }
    validator.finish();
    drain(validator, partition).await?;

    let sha256 = format!("{:x}", hash.finalize());
    let claimed = source.checksum.strip_prefix("sha256:");
    if read_bytes != source.size_bytes || claimed.is_some_and(|claimed| claimed != sha256) {
        let message = "the file is not the one that the run was claimed with";
        return Err(StepError::new(ErrorKind::PreconditionFailed, message)
            .with("key", &source.key)
            .with("claimed_size_bytes", source.size_bytes)
            .with("found_size_bytes", read_bytes)
            .with("claimed_checksum", &source.checksum)
            .with("found_sha256", sha256));
    }
    Ok(Some(sha256))
}

async fn drain(validator: &mut Validator<'_>, partition: &mut Partition<'_>) -> StepResult<()> {
    while let Some(event) = validator.next_event() {
        partition.take(&event);
        if partition.is_full() {
            partition.write().await?;
        }
    }
    Ok(())
}

/// The first entries, and how many errors the others have: a state's output is limited in size.
fn most_frequent(mut rejects: Vec<RejectCount>) -> (Vec<RejectCount>, u64) {
    let others = rejects.iter().skip(MAX_REJECTS).map(|reject| reject.count).sum();
    rejects.truncate(MAX_REJECTS);
    (rejects, others)
}

/// The labels that the contract does not declare, at bounded number and length.
fn undeclared(validator: &Validator<'_>) -> Vec<String> {
    let Some(header) = validator.header() else { return Vec::new() };
    let labels = header.undeclared();
    let mut named: Vec<String> =
        labels.take(MAX_UNDECLARED_NAMED).map(|label| bounded(label, 100)).collect();
    let rest = header.undeclared().count() - named.len();
    if rest > 0 {
        named.push(format!("… and {rest} more"));
    }
    named
}
