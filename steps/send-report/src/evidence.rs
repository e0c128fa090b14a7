//! What earlier steps published, read back and held against the hash that the run recorded.

use pipeline_core::{
    analysis::Analysis, document::read_published, error::StepResult, facts::Facts,
    ports::ObjectStore, results::RunResults,
};

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
            Some(aggregation) => Some(read_published(&aggregation.facts, store).await?),
            None => None,
        };
        let analysis = match &results.analysis {
            Some(output) => Some(read_published(&output.analysis, store).await?),
            None => None,
        };
        Ok(Self { facts, analysis })
    }
}
