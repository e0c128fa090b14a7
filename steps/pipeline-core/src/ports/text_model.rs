//! The port to a text model.

use async_trait::async_trait;
use serde_json::Value;

use crate::error::StepResult;

/// A question to a model that must answer by calling one tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRequest {
    /// The model or inference profile.
    pub model_id: String,
    /// The system prompt.
    pub system: String,
    /// The conversation so far, user first, turns alternating: one turn, or three in a repair round.
    pub turns: Vec<String>,
    /// The tool that the model is forced to call.
    pub tool: ToolSpec,
    /// The most that the model may write.
    pub max_output_tokens: u32,
}

/// A tool as the model sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// Letters, digits and underscores.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// JSON Schema of its input.
    pub input_schema: Value,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelReply {
    /// The input that the model gave to the tool, unchecked; `None` if it called none.
    pub tool_input: Option<Value>,
    /// Why the model stopped, in the service's words, such as `tool_use` or `max_tokens`.
    pub stop_reason: String,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
}

/// A text model behind a service. Temperature is 0.
#[async_trait]
pub trait TextModel: Send + Sync {
    /// Asks once, and never again by itself.
    ///
    /// `Throttled` and `DependencyUnavailable` are worth another try. A model that may not or cannot be
    /// used here is `Environment`, a question that it refuses is `ModelAnswer`: the run goes on without a
    /// model.
    async fn converse(&self, request: &ModelRequest) -> StepResult<ModelReply>;
}
