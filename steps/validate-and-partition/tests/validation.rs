//! What becomes of a file, through the two seams of the crate: the validator and the step.
#![expect(clippy::unwrap_used, reason = "a test whose set-up fails has failed")]

#[path = "validation/cases.rs"]
mod cases;
#[path = "validation/conservation.rs"]
mod conservation;
#[path = "validation/redrop.rs"]
mod redrop;
#[path = "validation/samples.rs"]
mod samples;
#[path = "validation/step.rs"]
mod step;

use std::{collections::BTreeMap, sync::Mutex};

use chrono::DateTime;
use contract::{
    Contract, Dialect,
    record::{MAX_RECORD_BYTES, RecordReader},
};
use pipeline_core::{
    error::StepResult,
    memory::{MemoryStore, RecordedEvents, SettableClock},
    ports::{ObjectStore as _, SystemClock},
    run::{ContractRef, Execution, OutputKeys, Run, SourceObject},
    steps::validate_and_partition::{Input, Output},
};
use sha2::{Digest, Sha256};
use validate_and_partition::{
    Config, Ports, Progress,
    validator::{Event, MAX_COLUMNS, Validator},
};

/// A contract with every kind of rule that the cases need.
const CONTRACT: &str = r#"{
    "fields": [
        { "name": "id", "type": "integer", "constraints": { "required": true } },
        { "name": "name", "type": "string", "constraints": { "maxLength": 5 } },
        { "name": "size", "type": "integer", "constraints": { "minimum": 1, "unique": true } }
    ],
    "missingValues": ["", "N/A"],
    "primaryKey": "id",
    "sluice": { "maxRejectRate": 1 }
}"#;

/// What is wrong with a file: `2 id:type-error, 3 blank-row`, or `refused missing-label`.
fn errors(contract: &str, file: &[u8]) -> String {
    let contract = Contract::from_json(contract.as_bytes()).unwrap();
    let mut validator = Validator::new(&contract);
    validator.push(file);
    validator.finish();
    let mut errors = Vec::new();
    while let Some(event) = validator.next_event() {
        let Event::Rejected(row) = event else { continue };
        for error in row.errors {
            let field = error.field.as_deref().map(|field| format!("{field}:")).unwrap_or_default();
            errors.push(format!("{} {field}{}", row.number, error.code.as_str()));
        }
    }
    let records = validator.tally().records;
    assert_eq!(records.read, records.valid + records.rejected);
    if let Some(refusal) = validator.refusal() {
        errors.push(format!("refused {}", refusal.code.as_str()));
    }
    errors.join(", ")
}

/// What a run of the step gave.
struct Done {
    output: Output,
    /// The outputs, by `processed` and `rejected`.
    files: BTreeMap<&'static str, Vec<u8>>,
    store: MemoryStore,
    events: RecordedEvents,
    progress: Vec<Progress>,
}

impl Done {
    fn processed(&self) -> String {
        String::from_utf8(self.files["processed"].clone()).unwrap()
    }

    fn rejected(&self) -> String {
        String::from_utf8(self.files["rejected"].clone()).unwrap()
    }

    /// The rows of the rejected file as another reader of CSV sees them.
    fn rejected_rows(&self) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(self.files["rejected"].as_slice());
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }
}

fn run_of(contract: &str, file: &[u8]) -> Run {
    let hex = |bytes: &[u8]| -> String {
        let digits: Vec<_> = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        digits.concat()
    };
    Run {
        correlation_id: "run-1".to_owned(),
        started_at: DateTime::from_timestamp(1_750_000_000, 0).unwrap(),
        source: SourceObject {
            bucket: "bucket".to_owned(),
            key: "input/file.csv".to_owned(),
            version_id: None,
            etag: "etag".to_owned(),
            size_bytes: file.len() as u64,
            checksum: format!("sha256:{}", hex(file)),
        },
        contract: ContractRef {
            dataset: "things".to_owned(),
            key: "contracts/things.json".to_owned(),
            version_id: None,
            sha256: hex(contract.as_bytes()),
        },
        outputs: OutputKeys {
            processed: "processed/file.csv".to_owned(),
            rejected: "rejected/file.csv".to_owned(),
            facts: "facts".to_owned(),
            analysis: "analysis".to_owned(),
            report: "report".to_owned(),
            manifest: "manifest".to_owned(),
        },
    }
}

/// Runs the step on a store that gives chunks of this size.
fn try_run(
    contract: &str,
    file: &[u8],
    chunk_bytes: usize,
    max_record_bytes: usize,
    change: impl FnOnce(&mut Run, &MemoryStore),
) -> StepResult<Done> {
    let store = MemoryStore::default().with_chunk_size(chunk_bytes);
    let mut run = run_of(contract, file);
    store.insert(&run.source.key, file.to_vec());
    store.insert(&run.contract.key, contract.as_bytes().to_vec());
    change(&mut run, &store);
    let (events, progress) = (RecordedEvents::default(), Mutex::new(Vec::new()));
    let ports = Ports {
        store: &store,
        events: &events,
        clock: &SystemClock,
        progress: Some(&|step| progress.lock().unwrap().push(step)),
    };
    let config = Config { max_record_bytes };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let output = runtime.block_on(validate_and_partition::run(input(run), ports, config))?;
    let files = [("processed", "processed/file.csv"), ("rejected", "rejected/file.csv")]
        .into_iter()
        .filter_map(|(name, key)| Some((name, store.bytes(key)?.to_vec())))
        .collect();
    Ok(Done { output, files, store, events, progress: progress.into_inner().unwrap() })
}

/// The step's input, of the execution that has claimed the run.
fn input(run: Run) -> Input {
    let execution = Execution {
        id: format!("arn:{}", run.correlation_id),
        name: run.correlation_id.clone(),
        start_time: run.started_at,
    };
    Input { execution, run }
}

fn run(contract: &str, file: &[u8]) -> Done {
    try_run(contract, file, 1000, MAX_RECORD_BYTES, |_, _| {}).unwrap()
}

/// The cells of every record of a file.
fn cells(file: &[u8], dialect: Dialect, max_record_bytes: usize) -> Vec<Vec<String>> {
    let mut reader = RecordReader::new(&dialect, max_record_bytes);
    reader.push(file);
    reader.finish();
    let mut rows = Vec::new();
    while let Some(record) = reader.next_record() {
        rows.push(record.cells().map(std::borrow::Cow::into_owned).collect());
    }
    rows
}
