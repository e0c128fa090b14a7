//! The port to the table of analyses.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{analysis::AnalysisItem, error::StepResult};

/// The table of analyses, for those who look up what was said about a file. The steps only write it.
#[async_trait]
pub trait AnalysisStore: Send + Sync {
    /// Stores the item; one of the same id is replaced.
    async fn put(&self, item: &AnalysisItem) -> StepResult<()>;

    /// Records that the report about this analysis was sent.
    ///
    /// `ObjectNotFound` if there is no such item.
    async fn mark_notified(&self, analysis_id: &str, at: DateTime<Utc>) -> StepResult<()>;
}
