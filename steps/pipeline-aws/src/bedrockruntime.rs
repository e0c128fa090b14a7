//! [`TextModel`] on Amazon Bedrock, through the Converse API.

mod document;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_bedrockruntime::{
    Client,
    error::BuildError,
    operation::converse::ConverseOutput,
    types::{
        ContentBlock, ConversationRole, InferenceConfiguration, Message, SpecificToolChoice,
        SystemContentBlock, Tool, ToolChoice, ToolConfiguration, ToolInputSchema,
        ToolSpecification,
    },
};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{ModelReply, ModelRequest, TextModel},
};

use self::document::{to_document, to_json};
use crate::{Connection, fault::Fault, patience::Patience};

/// One attempt, since the state machine retries with a backoff of minutes, and an answer that was lost
/// may have been paid for. The state has 300 s and asks twice where the first answer cannot be used: a
/// call has less than half of that.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(3),
    read: Duration::from_mins(2),
    operation: Duration::from_secs(130),
    attempts: 1,
};

/// The models of the connection's region, by model id or inference profile.
#[derive(Debug, Clone)]
pub struct Model {
    client: Client,
}

impl Model {
    /// Bedrock in the connection's region.
    pub fn new(connection: &Connection) -> Self {
        Self { client: Client::new(&PATIENCE.config(connection)) }
    }
}

#[async_trait]
impl TextModel for Model {
    /// No access to the model, no credentials, or a model that the region does not have is
    /// `Environment`; a question that the model refuses is `ModelAnswer`. By both the run goes on
    /// without a model, in a state that shows it.
    ///
    /// Nova reports a tool call that it could not finish as an error of the model. That is an answer
    /// that cannot be used, and as such worth a repair; Bedrock does not say what it took in tokens.
    ///
    /// Source: <https://docs.aws.amazon.com/nova/latest/userguide/tool-use-error.html>
    async fn converse(&self, request: &ModelRequest) -> StepResult<ModelReply> {
        let (messages, tools) = conversation(request).map_err(|error| {
            StepError::new(ErrorKind::Internal, "cannot put a question to a model").because(error)
        })?;
        let limit = i32::try_from(request.max_output_tokens).unwrap_or(i32::MAX);
        let answer = self
            .client
            .converse()
            .model_id(&request.model_id)
            .system(SystemContentBlock::Text(request.system.clone()))
            .set_messages(Some(messages))
            .tool_config(tools)
            .inference_config(
                InferenceConfiguration::builder().max_tokens(limit).temperature(0.0).build(),
            )
            .send()
            .await;
        let reply = match answer {
            Ok(output) => reply(output, &request.tool.name),
            Err(error) => {
                let fault = Fault::of("bedrock:InvokeModel (Converse)", error);
                if fault.is(&["ModelErrorException"]) {
                    Ok(unfinished())
                } else {
                    Err(explain(fault))
                }
            }
        };
        reply.map_err(|error| error.with("model_id", &request.model_id))
    }
}

fn conversation(request: &ModelRequest) -> Result<(Vec<Message>, ToolConfiguration), BuildError> {
    let roles = [ConversationRole::User, ConversationRole::Assistant].into_iter().cycle();
    let messages = request.turns.iter().zip(roles).map(|(turn, role)| {
        Message::builder().role(role).content(ContentBlock::Text(turn.clone())).build()
    });
    let tool = &request.tool;
    let specification = ToolSpecification::builder()
        .name(&tool.name)
        .description(&tool.description)
        .input_schema(ToolInputSchema::Json(to_document(&tool.input_schema)))
        .build()?;
    let choice = SpecificToolChoice::builder().name(&tool.name).build()?;
    let tools = ToolConfiguration::builder()
        .tools(Tool::ToolSpec(specification))
        .tool_choice(ToolChoice::Tool(choice))
        .build()?;
    Ok((messages.collect::<Result<_, _>>()?, tools))
}

/// Reads the call of the tool. Text beside it, such as what a model calls its thinking, is ignored.
fn reply(output: ConverseOutput, tool: &str) -> StepResult<ModelReply> {
    let unusable = |message| StepError::new(ErrorKind::ModelAnswer, message);
    let usage = output
        .usage
        .ok_or_else(|| unusable("the model's answer does not say how many tokens it took"))?;
    let content = match output.output {
        Some(aws_sdk_bedrockruntime::types::ConverseOutput::Message(message)) => message.content,
        _ => Vec::new(),
    };
    let input = content.into_iter().find_map(|block| match block {
        ContentBlock::ToolUse(call) if call.name == tool => Some(call.input),
        _ => None,
    });
    let tool_input = input
        .map(|input| {
            to_json(input)
                .ok_or_else(|| unusable("the model's answer holds a number beyond JSON's"))
        })
        .transpose()?;
    Ok(ModelReply {
        tool_input,
        stop_reason: output.stop_reason.as_str().to_owned(),
        input_tokens: usage.input_tokens.try_into().unwrap_or(0),
        output_tokens: usage.output_tokens.try_into().unwrap_or(0),
    })
}

/// A tool call that the model did not bring to its end.
fn unfinished() -> ModelReply {
    ModelReply {
        tool_input: None,
        stop_reason: "malformed_tool_use".to_owned(),
        input_tokens: 0,
        output_tokens: 0,
    }
}

fn explain(fault: Fault) -> StepError {
    let message = if fault.is(&["AccessDeniedException"]) {
        "Bedrock denied the model: ask for access to it in the Bedrock console, and allow \
         bedrock:InvokeModel on it, of an inference profile also on its model in every region that it \
         routes to"
    } else if fault.is(&["ResourceNotFoundException", "ValidationException"]) {
        "Bedrock refused the question: check that the region offers the model, and whether it takes \
         an inference profile instead of a model id"
    } else if fault.kind() == ErrorKind::Internal {
        "Bedrock refused the question"
    } else {
        return fault.into_error();
    };
    let kind = match fault.kind() {
        ErrorKind::Internal => ErrorKind::ModelAnswer,
        kind => kind,
    };
    fault.into_error_of(kind, message)
}
