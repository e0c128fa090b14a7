//! The step `aggregate`: computes the facts of a processed file with Polars, and publishes them.

mod batch;
mod codes;
mod columns;
mod facts;
mod histogram;
mod moment;
mod quotes;
mod sentiment;
mod stats;
mod views;

use contract::{
    Contract,
    record::{MAX_RECORD_BYTES, RecordReader},
};
use pipeline_core::{
    document::Document,
    error::{ErrorKind, StepError, StepResult},
    facts::Facts,
    ports::{Clock, ObjectStore, Publication},
    steps::aggregate::{Input, Output},
};
use sha2::{Digest, Sha256};

use crate::{columns::Columns, views::Counting};

/// What the step needs from the world.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The bucket.
    pub store: &'a dyn ObjectStore,
    /// The time, for the step's duration only.
    pub clock: &'a dyn Clock,
}

/// How the step works. No setting changes the facts.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Rows that are counted together. More is faster up to a point, and takes memory.
    pub batch_rows: usize,
    /// The longest record of a processed file: the validator's bound, and room for the lineage
    /// columns that it adds.
    pub max_record_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { batch_rows: 1 << 16, max_record_bytes: MAX_RECORD_BYTES + (1 << 14) }
    }
}

/// Reads the contract and the processed file of the run, computes the facts and publishes them as
/// `facts.json`.
///
/// `Internal` as [`compute`]. `PreconditionFailed` if the contract is not the pinned one, `Contract` if it
/// does not load.
pub async fn run(input: Input, ports: Ports<'_>, config: &Config) -> StepResult<Output> {
    let started_at = ports.clock.now();
    let contract = input.run.contract.read(ports.store).await?;
    let facts = compute(&input, &contract, ports.store, config).await?;
    let records = facts.records.valid;
    let document = Document::json(&input.run.outputs.facts, &facts, Some(records))?;
    Ok(Output {
        facts: document.publish(&input.run, ports.store, Publication::Replace).await?,
        records,
        duration_ms: ports.clock.elapsed_ms(started_at),
    })
}

/// The facts of the run's processed file, as they would be published.
///
/// `Internal` if the processed file is not what the validator reported: other bytes, another number
/// of records, or a record that is not valid.
pub async fn compute(
    input: &Input,
    contract: &Contract,
    store: &dyn ObjectStore,
    config: &Config,
) -> StepResult<Facts> {
    let key = &input.run.outputs.processed;
    let about_file = |error: StepError| error.with("key", key);
    let mut file = store.get(key, None).await?;
    let mut hash = Sha256::new();
    let mut reader = RecordReader::new(contract.dialect(), config.max_record_bytes);
    let mut columns: Option<Columns<'_>> = None;
    let counting = Counting::start(&contract.sluice().facts);
    let mut is_counting = true;
    while is_counting {
        let chunk = file.next_chunk().await?;
        match &chunk {
            Some(chunk) => {
                hash.update(chunk);
                reader.push(chunk);
            }
            None => reader.finish(),
        }
        while let Some(record) = reader.next_record() {
            if record.is_comment() {
                continue;
            }
            let Some(columns) = &mut columns else {
                columns = Some(Columns::new(contract, &record).map_err(about_file)?);
                continue;
            };
            columns.read(&record).map_err(about_file)?;
            if columns.batch().is_full(config.batch_rows) {
                is_counting = counting.add(columns.take_batch());
            }
        }
        if chunk.is_none() {
            break;
        }
    }
    let error = |message| about_file(StepError::new(ErrorKind::Internal, message));
    let mut columns = columns.ok_or_else(|| error("the processed file has no header"))?;
    counting.add(columns.take_batch());
    let views = counting.finish()?;
    let (expected, found) = (input.validation.records.valid, columns.rows());
    if found != expected {
        return Err(error("the processed file has not as many records as the validator counted")
            .with("expected", expected)
            .with("found", found));
    }
    let published = input.validation.processed.as_ref();
    if published.is_some_and(|published| published.sha256 != format!("{:x}", hash.finalize())) {
        return Err(error("the processed file is not the one that the validator published"));
    }
    // Polars refuses to work on the thread of a single-threaded runtime.
    std::thread::scope(|scope| {
        scope.spawn(|| facts::facts(input, contract, &columns, &views)).join()
    })
    .map_err(|_| error("the thread that computes the facts panicked"))?
}
