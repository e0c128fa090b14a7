//! A run whose records were aggregated: its contract and its facts are in memory.
#![allow(dead_code, reason = "not every test uses everything")]

pub(crate) mod answer;

use analyze::{Config, Ports};
use chrono::DateTime;
use pipeline_core::{
    document::describe,
    error::StepResult,
    memory::{MemoryAnalysisStore, MemoryStore, RecordedEvents, ScriptedModel, SettableClock},
    run::{ContractRef, Execution, OutputKeys, Run, SourceObject},
    steps::{
        aggregate,
        analyze::{Input, Output},
    },
};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub(crate) const CONTRACT: &[u8] =
    include_bytes!("../../../../samples/smartphone-sales/contract.json");
pub(crate) const FACTS: &str = include_str!("../smartphone-sales/facts.json");

/// The statements of `every-subject/plan.json`, which are about everything that one can be about.
pub(crate) fn contract_of_every_subject() -> Vec<u8> {
    let mut contract: Value = serde_json::from_slice(CONTRACT).unwrap();
    let plan = serde_json::from_str(include_str!("../every-subject/plan.json")).unwrap();
    contract["sluice"]["analysis"] = plan;
    serde_json::to_vec(&contract).unwrap()
}

pub(crate) fn pinned(mut input: Input, contract: &[u8]) -> Input {
    input.run.contract.sha256 = format!("{:x}", Sha256::digest(contract));
    input
}

/// The ports in memory, and how the step is to work.
#[derive(Default)]
pub(crate) struct AggregatedRun {
    pub(crate) store: MemoryStore,
    pub(crate) analyses: MemoryAnalysisStore,
    pub(crate) events: RecordedEvents,
    pub(crate) clock: SettableClock,
    pub(crate) model: Option<ScriptedModel>,
    pub(crate) config: Config,
}

impl AggregatedRun {
    pub(crate) fn smartphone_sales() -> Self {
        Self::of(FACTS)
    }

    pub(crate) fn of(facts: &str) -> Self {
        Self::with_contract(CONTRACT.to_vec(), facts)
    }

    pub(crate) fn with_contract(contract: Vec<u8>, facts: &str) -> Self {
        let aggregated = Self::default();
        aggregated.store.insert("contracts/smartphone-sales.json", contract);
        aggregated.store.insert("reports/sales-may-7f3a/facts.json", facts.to_owned());
        aggregated
    }

    /// Runs the step on the facts that lie in the bucket, as those that were published.
    pub(crate) async fn run(&self, input: &Input) -> StepResult<Output> {
        let mut input = input.clone();
        let key = &input.run.outputs.facts;
        input.aggregation.facts = describe(key, &self.store.bytes(key).unwrap());
        self.run_as_given(&input).await
    }

    pub(crate) async fn run_as_given(&self, input: &Input) -> StepResult<Output> {
        let ports = Ports {
            store: &self.store,
            analyses: &self.analyses,
            events: &self.events,
            model: self.model.as_ref().map(|model| model as _),
            clock: &self.clock,
        };
        analyze::run(input, ports, &self.config).await
    }

    pub(crate) fn analysis_json(&self) -> String {
        let bytes = self.store.bytes("reports/sales-may-7f3a/analysis.json").unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}

pub(crate) fn input(use_model: bool) -> Input {
    let run = Run {
        correlation_id: "sales-may-7f3a".to_owned(),
        started_at: DateTime::from_timestamp(1_777_636_800, 0).unwrap(),
        source: SourceObject {
            bucket: "sluice".to_owned(),
            key: "input/smartphone-sales/may.csv".to_owned(),
            version_id: Some("v1".to_owned()),
            etag: "etag".to_owned(),
            size_bytes: 12_345,
            checksum: "sha256:00".to_owned(),
        },
        contract: ContractRef {
            dataset: "smartphone-sales".to_owned(),
            key: "contracts/smartphone-sales.json".to_owned(),
            version_id: None,
            sha256: format!("{:x}", Sha256::digest(CONTRACT)),
        },
        outputs: OutputKeys::new("smartphone-sales/", "may", "20260501_120000", "sales-may-7f3a"),
    };
    Input {
        execution: Execution {
            id: "arn:aws:states:eu-central-1:123456789012:execution:sluice:sales-may-7f3a"
                .to_owned(),
            name: run.correlation_id.clone(),
            start_time: run.started_at,
        },
        aggregation: aggregate::Output {
            facts: describe(&run.outputs.facts, FACTS.as_bytes()),
            records: 100,
            duration_ms: 0,
        },
        run,
        use_model,
        degraded_because: None,
    }
}
