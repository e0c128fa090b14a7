use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{analysis::AnalysisItem, error::StepResult};

/// The table of analyses, for those who look up what was said about a file.
#[async_trait]
pub trait AnalysisStore: Send + Sync {
    /// Stores the item; one of the same id is replaced.
    async fn put(&self, item: &AnalysisItem) -> StepResult<()>;

    /// Finds an item by its id.
    async fn get(&self, analysis_id: &str) -> StepResult<Option<AnalysisItem>>;

    /// Finds the items of a run, oldest first.
    async fn by_correlation_id(&self, correlation_id: &str) -> StepResult<Vec<AnalysisItem>>;

    /// Records that the report about this analysis was sent.
    ///
    /// `ObjectNotFound` if there is no such item.
    async fn mark_notified(&self, analysis_id: &str, at: DateTime<Utc>) -> StepResult<()>;
}
