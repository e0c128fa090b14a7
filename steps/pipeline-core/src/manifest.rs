//! `manifest.json`: the proof that a run's outputs are whole. Without it, nothing was published.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    error::{ErrorKind, StepError, StepResult},
    ports::{ObjectStore, read_all},
    run::{Run, RunResults},
};

/// The version of the shape.
pub const SCHEMA_VERSION: &str = "1.0";

/// The manifest of one run: its provenance, its counts, the hash of everything that it wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`]
    pub schema_version: String,
    /// The version of the program that wrote it.
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

/// A manifest's size depends on the contract, which is far smaller than this.
const MAX_BYTES: usize = 16 << 20;

impl Manifest {
    /// Reads the manifest of a run; `None` if there is none, so that nothing was published.
    ///
    /// `Internal` if it does not parse.
    pub async fn of(run: &Run, store: &dyn ObjectStore) -> StepResult<Option<Self>> {
        let key = &run.outputs.manifest;
        let json = match read_all(store, key, None, MAX_BYTES).await {
            Ok(json) => json,
            Err(error) if error.kind() == ErrorKind::ObjectNotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        serde_json::from_slice(&json).map(Some).map_err(|error| {
            StepError::new(ErrorKind::Internal, "the manifest does not parse")
                .with("key", key)
                .because(error)
        })
    }

    /// Whether two manifests say the same of the same run. Times and durations may differ: a retry
    /// that meets its own earlier manifest has succeeded.
    pub fn same_publication(&self, other: &Self) -> bool {
        self.run == other.run
            && self.results.without_durations() == other.results.without_durations()
    }
}
