//! What earlier steps published, read back and held against the hash that the run recorded.

use pipeline_core::{
    analysis::Analysis,
    document::sha256_hex,
    error::{ErrorKind, StepError, StepResult},
    facts::Facts,
    ports::{ObjectStore, read_all},
    run::{PublishedObject, RunResults},
};
use serde::de::DeserializeOwned;

/// Facts and analysis are bounded by the contract; this bound is far above them.
const LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// What the report is made of, besides the run and its results.
pub(crate) struct Evidence {
    /// Absent where no record is valid.
    pub(crate) facts: Option<Facts>,
    /// Absent where no record is valid.
    pub(crate) analysis: Option<Analysis>,
}

impl Evidence {
    /// Reads what the results name. `PreconditionFailed` if an object is not the one that was
    /// published, `Internal` if it does not parse.
    pub(crate) async fn read(store: &dyn ObjectStore, results: &RunResults) -> StepResult<Self> {
        let facts = match &results.aggregation {
            Some(aggregation) => Some(parsed(store, &aggregation.facts).await?),
            None => None,
        };
        let analysis = match &results.analysis {
            Some(output) => Some(parsed(store, &output.analysis).await?),
            None => None,
        };
        Ok(Self { facts, analysis })
    }
}

/// Reads a published object whole and checks that it is what was published.
pub(crate) async fn read_published(
    store: &dyn ObjectStore,
    object: &PublishedObject,
    limit_bytes: usize,
) -> StepResult<Vec<u8>> {
    let bytes = read_all(store, &object.key, None, limit_bytes).await?;
    if sha256_hex(&bytes) == object.sha256 {
        Ok(bytes)
    } else {
        Err(StepError::new(
            ErrorKind::PreconditionFailed,
            "an output is not the one that the run published",
        )
        .with("key", &object.key))
    }
}

async fn parsed<T: DeserializeOwned>(
    store: &dyn ObjectStore,
    object: &PublishedObject,
) -> StepResult<T> {
    let bytes = read_published(store, object, LIMIT_BYTES).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        // The parser's own message may quote the document; its place does not.
        StepError::new(ErrorKind::Internal, "an output of an earlier step does not parse")
            .with("key", &object.key)
            .with("line", error.line())
            .with("column", error.column())
    })
}
