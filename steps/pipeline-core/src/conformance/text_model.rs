//! [`TextModel`]: the forced tool's input arrives whole, tokens are counted, failures have their kinds.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::assert_kind;
use crate::{
    error::{ErrorKind, StepResult},
    ports::{ModelReply, ModelRequest, TextModel, ToolSpec},
};

behaviours!(text_model, publish);

/// A model that answers by script.
#[async_trait]
pub trait Scripted: Send + Sync {
    /// The service.
    fn model(&self) -> &dyn TextModel;

    /// The id of the model that answers by script.
    fn model_id(&self) -> String;

    /// What it answers from now on, call by call.
    async fn script(&self, answers: Vec<Result<ModelReply, ErrorKind>>);
}

fn reply(tool_input: Option<Value>, stop_reason: &str) -> ModelReply {
    let stop_reason = stop_reason.to_owned();
    ModelReply { tool_input, stop_reason, input_tokens: 1500, output_tokens: 700 }
}

async fn ask(scripted: &dyn Scripted) -> StepResult<ModelReply> {
    let request = ModelRequest {
        model_id: scripted.model_id(),
        system: "You comment.".into(),
        turns: vec!["The facts.".into()],
        tool: ToolSpec {
            name: "record_analysis".into(),
            description: "Records.".into(),
            input_schema: json!({
                "type": "object",
                "properties": {"share": {"type": "number"}},
                "required": ["share"],
            }),
        },
        max_output_tokens: 1000,
    };
    scripted.model().converse(&request).await
}

/// The tool's input comes to the last digit and character, with the tokens that it took.
async fn what_the_model_gives_to_the_tool_arrives_exactly(scripted: &dyn Scripted) {
    let input = json!({
        "numbers": [0, -1, 9_007_199_254_740_993_u64, u64::MAX, i64::MIN, 0.1, 0.1 + 0.2, 1e-7],
        "text": "gr\u{f6}\u{df}e \"\u{1f4f1}\" <thinking>\n\u{7f}",
        "nested": {"empty": {}, "list": [null, true, [], ""]},
    });
    let expected = reply(Some(input), "tool_use");
    scripted.script(vec![Ok(expected.clone())]).await;
    assert_eq!(ask(scripted).await.unwrap(), expected);
}

/// An answer without the tool is one all the same; why the model stopped is told in the service's words.
async fn every_stop_reason_passes_through(scripted: &dyn Scripted) {
    for stop_reason in [
        "end_turn",
        "max_tokens",
        "malformed_tool_use",
        "malformed_model_output",
        "guardrail_intervened",
        "content_filtered",
        "model_context_window_exceeded",
        "something_new",
    ] {
        let expected = reply(None, stop_reason);
        scripted.script(vec![Ok(expected.clone())]).await;
        assert_eq!(ask(scripted).await.unwrap(), expected);
    }
}

/// A failure says whether another try is worth it, and leaves that try to the caller.
async fn a_failure_has_its_kind_and_is_not_retried(scripted: &dyn Scripted) {
    let kinds = [
        ErrorKind::Throttled,
        ErrorKind::DependencyUnavailable,
        ErrorKind::Environment,
        ErrorKind::ModelAnswer,
    ];
    let answer = reply(Some(json!({"share": 1})), "tool_use");
    scripted.script(kinds.into_iter().map(Err).chain([Ok(answer.clone())]).collect()).await;
    for kind in kinds {
        assert_kind(ask(scripted).await, kind);
    }
    assert_eq!(ask(scripted).await.unwrap(), answer);
}
