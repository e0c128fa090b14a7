//! The table of analyses in memory.

use std::{collections::BTreeMap, sync::Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::lock;
use crate::{
    analysis::AnalysisItem,
    error::{ErrorKind, StepError, StepResult},
    ports::AnalysisStore,
};

/// A table of analyses.
#[derive(Debug, Default)]
pub struct MemoryAnalysisStore(Mutex<BTreeMap<String, AnalysisItem>>);

impl MemoryAnalysisStore {
    /// Every item, by its id.
    pub fn items(&self) -> Vec<AnalysisItem> {
        lock(&self.0).values().cloned().collect()
    }
}

#[async_trait]
impl AnalysisStore for MemoryAnalysisStore {
    async fn put(&self, item: &AnalysisItem) -> StepResult<()> {
        lock(&self.0).insert(item.analysis.analysis_id.clone(), item.clone());
        Ok(())
    }

    async fn mark_notified(&self, analysis_id: &str, at: DateTime<Utc>) -> StepResult<()> {
        let mut items = lock(&self.0);
        let item = items.get_mut(analysis_id).ok_or_else(|| {
            StepError::new(ErrorKind::ObjectNotFound, "there is no such analysis")
                .with("analysis_id", analysis_id)
        })?;
        item.notification_sent = true;
        item.notification_timestamp = Some(at);
        Ok(())
    }
}
