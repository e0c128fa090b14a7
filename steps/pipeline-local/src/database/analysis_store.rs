//! [`AnalysisStore`] in the embedded database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use pipeline_core::{
    analysis::AnalysisItem,
    error::{ErrorKind, StepError, StepResult},
    ports::AnalysisStore,
};
use rusqlite::Connection;

use super::{Database, execute, find, to_json};

const BY_ID: &str = "SELECT item FROM analyses WHERE analysis_id = ?1";

fn store(connection: &Connection, item: &AnalysisItem) -> StepResult<()> {
    let analysis = &item.analysis;
    execute(
        connection,
        "INSERT OR REPLACE INTO analyses (analysis_id, correlation_id, item) VALUES (?1, ?2, ?3)",
        [&analysis.analysis_id, &analysis.correlation_id, &to_json(item)?],
    )
}

#[async_trait]
impl AnalysisStore for Database {
    async fn put(&self, item: &AnalysisItem) -> StepResult<()> {
        self.change(|transaction| store(transaction, item))
    }

    async fn mark_notified(&self, analysis_id: &str, at: DateTime<Utc>) -> StepResult<()> {
        self.change(|transaction| {
            let item: Option<AnalysisItem> = find(transaction, BY_ID, analysis_id)?;
            let mut item = item.ok_or_else(|| {
                StepError::new(ErrorKind::ObjectNotFound, "there is no such analysis")
                    .with("analysis_id", analysis_id)
            })?;
            item.notification_sent = true;
            item.notification_timestamp = Some(at);
            store(transaction, &item)
        })
    }
}
