//! Questions as Bedrock takes them, answers as it gives them.

use pipeline_aws::bedrockruntime::Model;
use pipeline_core::{
    error::{ErrorKind, StepResult},
    ports::{ModelReply, ModelRequest, TextModel, ToolSpec},
};
use serde_json::{Value, json};

use crate::{
    emulator::{EMULATOR, unique},
    stub::{Reply, Stub},
};

fn request(model_id: &str) -> ModelRequest {
    ModelRequest {
        model_id: model_id.into(),
        system: "You comment, secret.".into(),
        turns: vec!["The facts, secret.".into(), "An answer.".into(), "Repair it.".into()],
        tool: ToolSpec {
            name: "record_analysis".into(),
            description: "Records.".into(),
            input_schema: json!({
                "type": "object",
                "properties": {"share": {"type": "number", "minimum": 0.1, "maximum": 100}},
                "required": ["share"],
                "additionalProperties": false,
            }),
        },
        max_output_tokens: 1234,
    }
}

/// The emulator's scripted answers to one model, and what the model was asked.
async fn converse(script: &Value) -> (StepResult<ModelReply>, Value) {
    ask(&request(&unique("model")), script).await
}

async fn ask(request: &ModelRequest, script: &Value) -> (StepResult<ModelReply>, Value) {
    let path = format!("/_emulator/bedrock/{}", request.model_id);
    EMULATOR.control("POST", &path, Some(script));
    let model = Model::new(&EMULATOR.connection().await);
    let reply = model.converse(request).await;
    (reply, EMULATOR.control("GET", &path, None))
}

async fn failure(reply: Reply) -> (pipeline_core::error::StepError, usize) {
    let stub = Stub::new(move |_, _| reply.clone());
    let model = Model::new(&stub.connection().await);
    let error = model.converse(&request("model-1")).await.unwrap_err();
    assert!(!error.report().contains("secret"), "{}", error.report());
    (error, stub.requests().len())
}

#[tokio::test]
async fn the_tool_is_forced_and_the_question_is_whole() {
    let script = json!([{"tool_input": {}, "stop_reason": "tool_use", "input_tokens": 1, "output_tokens": 1}]);
    let (_, asked) = converse(&script).await;
    let asked = &asked[0];
    let text = |role: &str, text: &str| json!({"role": role, "content": [{"text": text}]});
    assert_eq!(asked["system"], json!([{"text": "You comment, secret."}]));
    assert_eq!(
        asked["messages"],
        json!([
            text("user", "The facts, secret."),
            text("assistant", "An answer."),
            text("user", "Repair it."),
        ])
    );
    assert_eq!(asked["inferenceConfig"]["maxTokens"], 1234);
    assert_eq!(asked["inferenceConfig"]["temperature"].as_f64(), Some(0.0));
    assert_eq!(asked["toolConfig"]["toolChoice"], json!({"tool": {"name": "record_analysis"}}));
    let schema = request("").tool.input_schema;
    assert_eq!(
        asked["toolConfig"]["tools"],
        json!([{"toolSpec": {
            "name": "record_analysis",
            "description": "Records.",
            "inputSchema": {"json": schema},
        }}])
    );
}

#[tokio::test]
async fn thinking_and_other_tools_are_left_alone() {
    let call = |name: &str, input: Value| json!({"toolUse": {"toolUseId": "1", "name": name, "input": input}});
    let body = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"text": "<thinking>Call {\"share\": 1}.</thinking>"},
            call("another_tool", json!({"share": 2})),
            call("record_analysis", json!({"share": 3})),
        ]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 15, "outputTokens": 7, "totalTokens": 22},
        "metrics": {"latencyMs": 1},
    });
    let reply = converse(&json!([{ "body": body }])).await.0.unwrap();
    assert_eq!(reply.tool_input, Some(json!({"share": 3})));
}

/// As Nova says that it could not finish a tool call.
#[tokio::test]
async fn a_broken_tool_call_is_an_answer_to_be_repaired() {
    let message = "Model produced invalid sequence as part of ToolUse.";
    let broken = json!({"status": 424, "error": "ModelErrorException", "message": message});
    let reply = converse(&json!([broken])).await.0.unwrap();
    assert_eq!(reply.tool_input, None);
    assert_eq!(reply.stop_reason, "malformed_tool_use");
}

#[tokio::test]
async fn what_may_pass_is_worth_another_try() {
    for (status, code, kind) in [
        (429, "ThrottlingException", ErrorKind::Throttled),
        (400, "ServiceQuotaExceededException", ErrorKind::Throttled),
        (429, "ModelNotReadyException", ErrorKind::Throttled),
        (408, "ModelTimeoutException", ErrorKind::DependencyUnavailable),
        (503, "ServiceUnavailableException", ErrorKind::DependencyUnavailable),
        (500, "InternalServerException", ErrorKind::DependencyUnavailable),
    ] {
        let (error, _) = failure(Reply::json_error(status, code, "About the secret.")).await;
        assert_eq!(error.kind(), kind, "{}", error.report());
    }
    let broken = Reply { breaks_after: Some(1), ..Reply::new(200, "{}") };
    assert_eq!(failure(broken).await.0.kind(), ErrorKind::DependencyUnavailable);
}

/// The run then goes on without a model, in a state that shows it.
#[tokio::test]
async fn what_lasts_says_what_to_do() {
    use ErrorKind::{Environment, ModelAnswer};
    for (status, code, kind, remedy) in [
        (403, "AccessDeniedException", Environment, "bedrock:InvokeModel"),
        (404, "ResourceNotFoundException", Environment, "region offers the model"),
        (403, "UnrecognizedClientException", Environment, "credentials"),
        (403, "ExpiredTokenException", Environment, "sign in again"),
        (400, "ValidationException", ModelAnswer, "inference profile"),
        (400, "ConflictException", ModelAnswer, "refused"),
    ] {
        let (error, attempts) = failure(Reply::json_error(status, code, "About the secret.")).await;
        assert_eq!(error.kind(), kind, "{}", error.report());
        let text = error.to_string();
        assert!(text.contains(remedy) && text.contains(code) && text.contains("model-1"), "{text}");
        assert_eq!(attempts, 1);
    }
}

/// The emulated Nova is as particular as the real one, so that a schema which Nova does not take cannot
/// pass the tests.
///
/// Source: AWS, Amazon Nova user guide, "Defining a tool".
#[tokio::test]
async fn nova_takes_plain_schemas_only() {
    let script = json!([{"tool_input": {}, "stop_reason": "tool_use", "input_tokens": 1, "output_tokens": 1}]);
    let schema = json!({
        "type": "object",
        "properties": {"list": {"type": "array", "description": "Some.", "items": {
            "type": "object",
            "properties": {"level": {"type": "string", "enum": ["high", "low"]}},
            "required": ["level"],
        }}},
        "required": ["list"],
    });
    let with = |place: &str, keyword: &str, value: Value| {
        let mut schema = schema.clone();
        schema.pointer_mut(place).unwrap()[keyword] = value;
        schema
    };
    let nova = |input_schema: Value| {
        let mut request = request(&unique("us.amazon.nova-lite"));
        request.tool.input_schema = input_schema;
        request
    };
    assert!(ask(&nova(schema.clone()), &script).await.0.is_ok());
    for refused in [
        with("", "additionalProperties", json!(false)),
        with("", "description", json!("An analysis.")),
        with("/properties/list", "minItems", json!(1)),
        with("/properties/list/items", "additionalProperties", json!(false)),
        with("/properties/list/items/properties/level", "maxLength", json!(5)),
    ] {
        let error = ask(&nova(refused.clone()), &script).await.0.expect_err(&refused.to_string());
        assert_eq!(error.kind(), ErrorKind::ModelAnswer);
        assert!(error.report().contains("ValidationException"), "{}", error.report());
    }
}
