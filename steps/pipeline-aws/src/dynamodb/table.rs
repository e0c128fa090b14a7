//! A table and its name, and the calls that every table shares.

use std::{collections::HashMap, error::Error as StdError};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use pipeline_core::error::{ErrorKind, StepError, StepResult};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Connection, fault::Fault, patience::Patience};

/// The code of a write whose condition does not hold.
pub(super) const CONDITION_FAILED: Option<&str> = Some("ConditionalCheckFailedException");

pub(super) type Item = HashMap<String, AttributeValue>;

/// A table and its name, for requests and for errors.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) client: Client,
    pub(super) name: String,
}

impl Table {
    pub(super) fn new(connection: &Connection, name: impl Into<String>) -> Self {
        Self { client: Client::new(&Patience::QUICK.config(connection)), name: name.into() }
    }

    /// A consistent read.
    pub(super) async fn get(&self, key_name: &str, key: &str) -> StepResult<Option<Item>> {
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

    pub(super) fn error<E>(
        &self,
        operation: &'static str,
        error: SdkError<E, HttpResponse>,
    ) -> StepError
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        Fault::of(operation, error).into_error().with("table", &self.name)
    }

    pub(super) fn decode<T: DeserializeOwned>(&self, item: Item) -> StepResult<T> {
        serde_dynamo::from_item(item)
            .map_err(|error| self.unusable("cannot read an item of the table", error))
    }

    pub(super) fn encode(&self, value: &impl Serialize) -> StepResult<Item> {
        serde_dynamo::to_item(value)
            .map_err(|error| self.unusable("cannot write an item of the table", error))
    }

    fn unusable(&self, message: &str, error: serde_dynamo::Error) -> StepError {
        StepError::new(ErrorKind::Internal, message).with("table", &self.name).because(error)
    }
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
