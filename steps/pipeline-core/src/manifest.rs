//! `manifest.json`: the proof that a run's outputs are whole. Without it, nothing was published.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    document::{parse, read_if_there},
    error::StepResult,
    ports::ObjectStore,
    results::RunResults,
    run::Run,
};

/// The version of the shape.
pub const SCHEMA_VERSION: &str = "1.0";

/// The manifest of one run: its provenance, its counts, the hash of everything that it wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`]
    pub schema_version: String,
    /// The version of the program that wrote it: release and commit.
    pub program_version: String,
    /// What the first claim fixed: file, contract, keys, start.
    pub run: Run,
    /// Counts, rejects by code, hashes, model, tokens, cost.
    pub results: RunResults,
    /// When it was written.
    pub completed_at: DateTime<Utc>,
    /// From the run's start to the manifest.
    pub duration_ms: u64,
}

impl Manifest {
    /// Reads the manifest of a run; `None` if there is none, so that nothing was published.
    ///
    /// `Internal` if it does not parse.
    pub async fn of(run: &Run, store: &dyn ObjectStore) -> StepResult<Option<Self>> {
        let key = &run.outputs.manifest;
        let json = read_if_there(key, store).await?;
        json.map(|json| parse(key, &json)).transpose()
    }

    /// Whether two manifests say the same of the same run. Times, durations and the version of the
    /// program may differ: a retry that meets its own earlier manifest has succeeded.
    pub fn same_publication(&self, other: &Self) -> bool {
        self.run == other.run
            && self.results.without_durations() == other.results.without_durations()
    }
}
