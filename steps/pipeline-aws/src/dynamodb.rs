//! [`Ledger`](pipeline_core::ports::Ledger), [`SendLog`](pipeline_core::ports::SendLog) and
//! [`AnalysisStore`](pipeline_core::ports::AnalysisStore) on `DynamoDB`, a table each.
//!
//! Ledger and send log are changed by optimistic locking: every item has a revision that nobody else
//! ever used, a change names the revision that it has seen, and a change that comes late is decided anew
//! on what stands there by then. The rules themselves are pipeline-core's.

mod analyses;
mod ledger;
mod revisions;
mod send_log;

pub use analyses::{AnalysesTable, CORRELATION_INDEX};
pub use ledger::LedgerTable;
pub use send_log::SendLogTable;

use std::{collections::HashMap, error::Error as StdError};

use aws_sdk_dynamodb::{Client, config, types::AttributeValue};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use pipeline_core::error::{ErrorKind, StepError, StepResult};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Connection, fault::Fault, patience::Patience};

/// Days after its last change that an item of the ledger or of the send log may be removed. Files and
/// outputs expire after a year; what is known of a file outlives it, also where the removal of either
/// is late. Only the space is at stake: whoever reads pays no heed to it.
const RETENTION_DAYS: i64 = 400;

type Item = HashMap<String, AttributeValue>;

/// A table and its name, for requests and for errors.
#[derive(Debug, Clone)]
struct Table {
    client: Client,
    name: String,
}

impl Table {
    fn new(connection: &Connection, name: impl Into<String>) -> Self {
        let config = config::Builder::from(connection.sdk_config())
            .timeout_config(Patience::QUICK.timeouts())
            .retry_config(Patience::QUICK.retries())
            .build();
        Self { client: Client::from_conf(config), name: name.into() }
    }

    /// A consistent read.
    async fn get(&self, key_name: &str, key: &str) -> StepResult<Option<Item>> {
        let got = self
            .client
            .get_item()
            .table_name(&self.name)
            .key(key_name, text(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| self.error("dynamodb:GetItem", error))?;
        Ok(got.item)
    }

    fn error<E>(&self, operation: &'static str, error: SdkError<E, HttpResponse>) -> StepError
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        Fault::of(operation, error).into_error().with("table", &self.name)
    }

    fn decode<T: DeserializeOwned>(&self, item: Item) -> StepResult<T> {
        serde_dynamo::from_item(item).map_err(|error| {
            StepError::new(ErrorKind::Internal, "cannot read an item of the table")
                .with("table", &self.name)
                .because(error)
        })
    }

    fn encode(&self, value: &impl Serialize) -> StepResult<Item> {
        serde_dynamo::to_item(value).map_err(|error| {
            StepError::new(ErrorKind::Internal, "cannot write an item of the table")
                .with("table", &self.name)
                .because(error)
        })
    }
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
