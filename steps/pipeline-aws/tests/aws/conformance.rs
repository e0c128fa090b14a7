//! The adapters keep the promises of the ports.

use std::ops::Deref;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use base64::{Engine, engine::general_purpose::STANDARD};
use pipeline_aws::{
    dynamodb::{AnalysesTable, CORRELATION_INDEX, LedgerTable, SendLogTable},
    eventbridge::Bus,
    s3::Bucket,
    sesv2::Sender,
};
use pipeline_core::{
    conformance::{event_bus::Published, mailer::Delivered},
    events::DomainEvent,
};
use serde_json::{Value, json};

use crate::emulator::{EMULATOR, unique};

/// An adapter over a resource of its own.
pub(crate) struct Fresh<T> {
    adapter: T,
    pub(crate) name: String,
}

impl<T> Deref for Fresh<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.adapter
    }
}

/// A bucket that keeps versions, as the pipeline's does.
pub(crate) async fn bucket() -> Fresh<Bucket> {
    let bucket = unversioned_bucket().await;
    let versioning =
        VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3_client()
        .await
        .put_bucket_versioning()
        .bucket(&bucket.name)
        .versioning_configuration(versioning)
        .send()
        .await
        .unwrap();
    bucket
}

pub(crate) async fn unversioned_bucket() -> Fresh<Bucket> {
    let name = unique("bucket");
    s3_client().await.create_bucket().bucket(&name).send().await.unwrap();
    Fresh { adapter: Bucket::new(&EMULATOR.connection().await, &name), name }
}

pub(crate) async fn s3_client() -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::new(EMULATOR.connection().await.sdk_config())
}

pub(crate) async fn dynamodb_client() -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(EMULATOR.connection().await.sdk_config())
}

async fn table(key: &str, index: bool) -> String {
    let name = unique("table");
    let attribute = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    let element = |name: &str, kind| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
    };
    let mut request = dynamodb_client()
        .await
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute(key))
        .key_schema(element(key, KeyType::Hash));
    if index {
        request = request
            .attribute_definitions(attribute("correlation_id"))
            .attribute_definitions(attribute("analysis_timestamp"))
            .global_secondary_indexes(
                GlobalSecondaryIndex::builder()
                    .index_name(CORRELATION_INDEX)
                    .key_schema(element("correlation_id", KeyType::Hash))
                    .key_schema(element("analysis_timestamp", KeyType::Range))
                    .projection(Projection::builder().projection_type(ProjectionType::All).build())
                    .build()
                    .unwrap(),
            );
    }
    request.send().await.unwrap();
    name
}

pub(crate) async fn ledger() -> Fresh<LedgerTable> {
    let name = table("pk", false).await;
    Fresh { adapter: LedgerTable::new(&EMULATOR.connection().await, &name), name }
}

pub(crate) async fn send_log() -> Fresh<SendLogTable> {
    let name = table("pk", false).await;
    Fresh { adapter: SendLogTable::new(&EMULATOR.connection().await, &name), name }
}

pub(crate) async fn analyses() -> Fresh<AnalysesTable> {
    let name = table("analysis_id", true).await;
    Fresh { adapter: AnalysesTable::new(&EMULATOR.connection().await, &name), name }
}

pub(crate) async fn bus() -> Fresh<Bus> {
    let name = unique("bus");
    let connection = EMULATOR.connection().await;
    let client = aws_sdk_eventbridge::Client::new(connection.sdk_config());
    client.create_event_bus().name(&name).send().await.unwrap();
    Fresh { adapter: Bus::new(&connection, &name), name }
}

#[async_trait]
impl Published for Fresh<Bus> {
    async fn published(&self) -> Vec<DomainEvent> {
        let events = EMULATOR.control("GET", "/_emulator/events", None);
        let mine = |event: &&Value| {
            event["event_bus"].as_str().is_some_and(|bus| bus.ends_with(&self.name))
        };
        let event = |event: &Value| {
            let event = json!({
                "source": event["source"],
                "detail-type": event["detail_type"],
                "detail": event["detail"],
            });
            serde_json::from_value(event).unwrap()
        };
        events.as_array().unwrap().iter().filter(mine).map(event).collect()
    }
}

/// Sends from an address that is verified.
async fn sender() -> Fresh<Sender> {
    let connection = EMULATOR.connection().await;
    verify(&connection, "sluice@example.com").await;
    let before = mails().len();
    Fresh { adapter: Sender::new(&connection, None), name: before.to_string() }
}

pub(crate) async fn verify(connection: &pipeline_aws::Connection, address: &str) {
    let client = aws_sdk_sesv2::Client::new(connection.sdk_config());
    // It may be verified already.
    let _ = client.create_email_identity().email_identity(address).send().await;
}

pub(crate) fn mails() -> Vec<Value> {
    EMULATOR.control("GET", "/_emulator/mails", None).as_array().unwrap().clone()
}

#[async_trait]
impl Delivered for Fresh<Sender> {
    async fn delivered(&self) -> Vec<Vec<u8>> {
        let before: usize = self.name.parse().unwrap();
        let mine = mails()
            .into_iter()
            .skip(before)
            .filter(|mail| mail["to"] == json!(["team@example.com"]));
        mine.map(|mail| STANDARD.decode(mail["raw_base64"].as_str().unwrap()).unwrap()).collect()
    }
}

pipeline_core::conformance!(object_store, bucket);
pipeline_core::conformance!(ledger, ledger);
pipeline_core::conformance!(send_log, send_log);
pipeline_core::conformance!(analysis_store, analyses);
pipeline_core::conformance!(event_bus, bus);
pipeline_core::conformance!(mailer, sender);
