//! The table of analyses: [`AnalysisStore`] on `DynamoDB`.

use async_trait::async_trait;
use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::AttributeValue};
use chrono::{DateTime, Utc};
use pipeline_core::{
    analysis::AnalysisItem,
    error::{ErrorKind, StepError, StepResult},
    ports::AnalysisStore,
};

use super::table::{Item, Table, text};
use crate::Connection;

/// The index of the table: `correlation_id`, then `analysis_timestamp`, both strings.
pub const CORRELATION_INDEX: &str = "by-correlation-id";

const KEY: &str = "analysis_id";

/// The table of analyses.
#[derive(Debug, Clone)]
pub struct AnalysesTable {
    table: Table,
}

impl AnalysesTable {
    /// The table of this name. Its partition key is `analysis_id`, a string; its index is
    /// [`CORRELATION_INDEX`]; its TTL attribute is `ttl`.
    pub fn new(connection: &Connection, table: impl Into<String>) -> Self {
        Self { table: Table::new(connection, table) }
    }

    /// The ids that the index knows for a run.
    async fn ids_of(&self, correlation_id: &str) -> StepResult<Vec<String>> {
        let mut ids = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let page = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .index_name(CORRELATION_INDEX)
                .key_condition_expression("correlation_id = :run")
                .expression_attribute_values(":run", text(correlation_id))
                .projection_expression(KEY)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| self.table.error("dynamodb:Query", error))?;
            let found = page.items.unwrap_or_default();
            ids.extend(found.into_iter().filter_map(|mut item| match item.remove(KEY) {
                Some(AttributeValue::S(id)) => Some(id),
                _ => None,
            }));
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(ids);
            }
        }
    }
}

#[async_trait]
impl AnalysisStore for AnalysesTable {
    async fn put(&self, item: &AnalysisItem) -> StepResult<()> {
        self.table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(self.table.encode(item)?))
            .send()
            .await
            .map_err(|error| self.table.error("dynamodb:PutItem", error))?;
        Ok(())
    }

    async fn get(&self, analysis_id: &str) -> StepResult<Option<AnalysisItem>> {
        let item = self.table.get(KEY, analysis_id).await?;
        item.map(|item| self.table.decode(item)).transpose()
    }

    /// Every item is read consistently, so that none is out of date. Which items there are is asked of
    /// the index, and no index of `DynamoDB` is consistent: an item that was put within about a second
    /// may still be missing. No step depends on it; the steps hand one another the analysis id.
    async fn by_correlation_id(&self, correlation_id: &str) -> StepResult<Vec<AnalysisItem>> {
        let mut items = Vec::new();
        for id in self.ids_of(correlation_id).await? {
            items.extend(self.get(&id).await?);
        }
        items.retain(|item| item.analysis.correlation_id == correlation_id);
        items.sort_by_key(|item| item.analysis_timestamp);
        Ok(items)
    }

    async fn mark_notified(&self, analysis_id: &str, at: DateTime<Utc>) -> StepResult<()> {
        let at = serde_dynamo::to_attribute_value(at).map_err(|error| {
            StepError::new(ErrorKind::Internal, "cannot write a time").because(error)
        })?;
        let updated = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(KEY, text(analysis_id))
            .condition_expression("attribute_exists(analysis_id)")
            .update_expression("SET notification_sent = :yes, notification_timestamp = :at")
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .expression_attribute_values(":at", at)
            .send()
            .await;
        match updated {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Err(StepError::new(ErrorKind::ObjectNotFound, "there is no such analysis")
                    .with("table", &self.table.name)
                    .with("analysis_id", analysis_id))
            }
            Err(error) => Err(self.table.error("dynamodb:UpdateItem", error)),
        }
    }
}
