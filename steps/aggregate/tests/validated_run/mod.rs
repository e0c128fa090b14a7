//! A run whose file was validated: its contract and its processed file are in memory.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use std::collections::BTreeMap;

use aggregate::{Config, Ports};
use contract::reject::RejectCode;
use pipeline_core::{
    error::StepResult,
    facts::Facts,
    memory::{MemoryStore, SettableClock},
    run::{ContractRef, OutputKeys, RecordCounts, Run, SourceObject},
    steps::{
        aggregate::{Input, Output},
        validate_and_partition::{self, RejectCount, Verdict},
    },
};
use sha2::{Digest, Sha256};

pub const PROCESSED: &str = "processed/x_processed_20260102_030405.csv";
pub const FACTS: &str = "reports/run-1/facts.json";
const CONTRACT: &str = "contracts/sales.json";

/// A contract and a processed file of `valid` records.
pub struct ValidatedRun {
    pub store: MemoryStore,
    pub input: Input,
    pub config: Config,
}

impl ValidatedRun {
    pub fn new(contract: &str, processed: impl AsRef<[u8]>, valid: u64) -> Self {
        let store = MemoryStore::default();
        let version_id = store.insert(CONTRACT, contract.to_owned()).version_id;
        store.insert(CONTRACT, "{}");
        store.insert(PROCESSED, processed.as_ref().to_vec());
        let run = Run {
            correlation_id: "run-1".into(),
            started_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            source: SourceObject {
                bucket: "bucket".into(),
                key: "input/x.csv".into(),
                version_id: Some("v7".into()),
                etag: "etag".into(),
                size_bytes: 1,
                checksum: "sha256:00".into(),
            },
            contract: ContractRef {
                dataset: "sales".into(),
                key: CONTRACT.into(),
                version_id,
                sha256: format!("{:x}", Sha256::digest(contract)),
            },
            outputs: OutputKeys {
                processed: PROCESSED.into(),
                rejected: "rejected/x.csv".into(),
                facts: FACTS.into(),
                analysis: "reports/run-1/analysis.json".into(),
                report: "reports/run-1/report.html".into(),
                manifest: "reports/run-1/manifest.json".into(),
            },
        };
        let validation = validate_and_partition::Output {
            verdict: Verdict::Valid,
            refusal: None,
            records: RecordCounts { read: valid + 1, valid, rejected: 1 },
            rejected_by_code: BTreeMap::from([(RejectCode::TypeError, 1)]),
            rejects: vec![RejectCount {
                field: Some("price".into()),
                code: RejectCode::TypeError,
                count: 1,
                first_rows: vec![3],
                example: "price: `x` is not a number".into(),
            }],
            other_rejects: 0,
            undeclared_columns: Vec::new(),
            source_sha256: None,
            processed: None,
            rejected: None,
            duration_ms: 0,
        };
        Self { store, input: Input { run, validation }, config: Config::default() }
    }

    pub fn run(&self) -> StepResult<Output> {
        let clock = SettableClock::default();
        let ports = Ports { store: &self.store, clock: &clock };
        block_on(aggregate::run(self.input.clone(), ports, &self.config))
    }

    /// The text of `facts.json`.
    pub fn json(&self) -> String {
        self.run().unwrap();
        String::from_utf8(self.store.bytes(FACTS).unwrap().to_vec()).unwrap()
    }

    pub fn facts(&self) -> Facts {
        serde_json::from_str(&self.json()).unwrap()
    }
}

/// Runs on a single-threaded runtime, the most demanding of Polars's hosts: it refuses its thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
