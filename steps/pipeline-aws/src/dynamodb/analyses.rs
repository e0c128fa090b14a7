//! The table of analyses: [`AnalysisStore`] on `DynamoDB`.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{DateTime, Utc};
use pipeline_core::{
    analysis::AnalysisItem,
    error::{ErrorKind, StepError, StepResult},
    ports::AnalysisStore,
};

use super::table::{CONDITION_FAILED, Table, text};
use crate::Connection;

const KEY: &str = "analysis_id";

/// The table of analyses.
#[derive(Debug, Clone)]
pub struct AnalysesTable {
    table: Table,
}

impl AnalysesTable {
    /// The table of this name. Its partition key is `analysis_id`, a string; its TTL attribute is `ttl`.
    pub fn new(connection: &Connection, table: impl Into<String>) -> Self {
        Self { table: Table::new(connection, table) }
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
            Err(error) if error.code() == CONDITION_FAILED => {
                Err(StepError::new(ErrorKind::ObjectNotFound, "there is no such analysis")
                    .with("table", &self.table.name)
                    .with("analysis_id", analysis_id))
            }
            Err(error) => Err(self.table.error("dynamodb:UpdateItem", error)),
        }
    }
}
