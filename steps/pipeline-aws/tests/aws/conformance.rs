//! The adapters keep the promises of the ports.

use std::ops::Deref;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use base64::{Engine, engine::general_purpose::STANDARD};
use pipeline_aws::{
    bedrockruntime::Model,
    dynamodb::{AnalysesTable, LedgerTable, SendLogTable},
    eventbridge::Bus,
    s3::Bucket,
    sesv2::Sender,
    sfn::Executions,
};
use pipeline_core::{
    analysis::AnalysisItem,
    conformance::{
        analysis_store::Stored, event_bus::Published, execution_probe::Lifecycle,
        mailer::Delivered, text_model::Scripted,
    },
    error::ErrorKind,
    events::DomainEvent,
    ports::{AnalysisStore, EventBus, ExecutionProbe, Mailer, ModelReply, TextModel},
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

async fn table(key: &str) -> String {
    let name = unique("table");
    let attribute = AttributeDefinition::builder()
        .attribute_name(key)
        .attribute_type(ScalarAttributeType::S)
        .build()
        .unwrap();
    let element =
        KeySchemaElement::builder().attribute_name(key).key_type(KeyType::Hash).build().unwrap();
    let request = dynamodb_client().await.create_table().table_name(&name);
    let request = request.billing_mode(BillingMode::PayPerRequest);
    request.attribute_definitions(attribute).key_schema(element).send().await.unwrap();
    name
}

pub(crate) async fn ledger() -> Fresh<LedgerTable> {
    let name = table("pk").await;
    Fresh { adapter: LedgerTable::new(&EMULATOR.connection().await, &name), name }
}

pub(crate) async fn send_log() -> Fresh<SendLogTable> {
    let name = table("pk").await;
    Fresh { adapter: SendLogTable::new(&EMULATOR.connection().await, &name), name }
}

pub(crate) async fn analyses() -> Box<Fresh<AnalysesTable>> {
    let name = table("analysis_id").await;
    Box::new(Fresh { adapter: AnalysesTable::new(&EMULATOR.connection().await, &name), name })
}

#[async_trait]
impl Stored for Fresh<AnalysesTable> {
    fn store(&self) -> &dyn AnalysisStore {
        &self.adapter
    }

    async fn items(&self) -> Vec<AnalysisItem> {
        let scan = dynamodb_client().await.scan().table_name(&self.name).send().await.unwrap();
        let mut items: Vec<AnalysisItem> = serde_dynamo::from_items(scan.items.unwrap()).unwrap();
        items.sort_by(|a, b| a.analysis.analysis_id.cmp(&b.analysis.analysis_id));
        items
    }
}

async fn bus() -> Box<Fresh<Bus>> {
    let name = unique("bus");
    let connection = EMULATOR.connection().await;
    let client = aws_sdk_eventbridge::Client::new(connection.sdk_config());
    client.create_event_bus().name(&name).send().await.unwrap();
    Box::new(Fresh { adapter: Bus::new(&connection, &name), name })
}

#[async_trait]
impl Published for Fresh<Bus> {
    fn bus(&self) -> &dyn EventBus {
        &self.adapter
    }

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
async fn sender() -> Box<Fresh<Sender>> {
    let connection = EMULATOR.connection().await;
    verify(&connection, "sluice@example.com").await;
    let before = mails().len();
    Box::new(Fresh { adapter: Sender::new(&connection, None), name: before.to_string() })
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
    fn mailer(&self) -> &dyn Mailer {
        &self.adapter
    }

    async fn delivered(&self) -> Vec<Vec<u8>> {
        let before: usize = self.name.parse().unwrap();
        let mine = mails()
            .into_iter()
            .skip(before)
            .filter(|mail| mail["to"] == json!(["team@example.com"]));
        mine.map(|mail| STANDARD.decode(mail["raw_base64"].as_str().unwrap()).unwrap()).collect()
    }
}

async fn sfn_client() -> aws_sdk_sfn::Client {
    aws_sdk_sfn::Client::new(EMULATOR.connection().await.sdk_config())
}

/// The executions of a state machine that waits for an hour.
async fn executions() -> Box<Fresh<Executions>> {
    let definition = json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Hour",
        "States": {"Hour": {"Type": "Wait", "Seconds": 3600, "End": true}},
    });
    let machine = sfn_client()
        .await
        .create_state_machine()
        .name(unique("machine"))
        .definition(definition.to_string())
        .role_arn("arn:aws:iam::123456789012:role/states")
        .send()
        .await
        .unwrap();
    let adapter = Executions::new(&EMULATOR.connection().await);
    Box::new(Fresh { adapter, name: machine.state_machine_arn })
}

#[async_trait]
impl Lifecycle for Fresh<Executions> {
    fn probe(&self) -> &dyn ExecutionProbe {
        &self.adapter
    }

    async fn start(&self, name: &str) -> String {
        let request = sfn_client().await.start_execution().state_machine_arn(&self.name);
        request.name(name).input("{}").send().await.unwrap().execution_arn
    }

    async fn end(&self, execution_id: &str) {
        let request = sfn_client().await.stop_execution().execution_arn(execution_id);
        request.send().await.unwrap();
    }
}

async fn model() -> Box<Fresh<Model>> {
    let adapter = Model::new(&EMULATOR.connection().await);
    Box::new(Fresh { adapter, name: unique("model") })
}

#[async_trait]
impl Scripted for Fresh<Model> {
    fn model(&self) -> &dyn TextModel {
        &self.adapter
    }

    fn model_id(&self) -> String {
        self.name.clone()
    }

    async fn script(&self, answers: Vec<Result<ModelReply, ErrorKind>>) {
        let answers: Value = answers.iter().map(bedrock_answer).collect();
        EMULATOR.control("POST", &format!("/_emulator/bedrock/{}", self.name), Some(&answers));
    }
}

/// An answer of Bedrock, in the words of the emulator's script.
fn bedrock_answer(answer: &Result<ModelReply, ErrorKind>) -> Value {
    match answer {
        Ok(ModelReply { tool_input: Some(input), stop_reason, input_tokens, output_tokens }) => {
            json!({
                "tool_input": input, "stop_reason": stop_reason,
                "input_tokens": input_tokens, "output_tokens": output_tokens,
            })
        }
        Ok(reply) => json!({"body": {
            "output": {"message": {"role": "assistant", "content": [{"text": "I would rather not."}]}},
            "stopReason": reply.stop_reason,
            "usage": {
                "inputTokens": reply.input_tokens,
                "outputTokens": reply.output_tokens,
                "totalTokens": reply.input_tokens + reply.output_tokens,
            },
            "metrics": {"latencyMs": 1},
        }}),
        Err(kind) => {
            let (status, error) = match kind {
                ErrorKind::Throttled => (429, "ThrottlingException"),
                ErrorKind::DependencyUnavailable => (503, "ServiceUnavailableException"),
                ErrorKind::Environment => (403, "AccessDeniedException"),
                ErrorKind::ModelAnswer => (400, "ValidationException"),
                kind => panic!("no error of Bedrock is known to be {}", kind.as_str()),
            };
            json!({"status": status, "error": error, "message": "No."})
        }
    }
}

pipeline_core::conformance!(analysis_store, analyses);
pipeline_core::conformance!(event_bus, bus);
pipeline_core::conformance!(execution_probe, executions);
pipeline_core::conformance!(ledger, ledger);
pipeline_core::conformance!(mailer, sender);
pipeline_core::conformance!(object_store, bucket);
pipeline_core::conformance!(send_log, send_log);
pipeline_core::conformance!(text_model, model);
