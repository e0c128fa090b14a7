//! Asks a model, checks its answer, asks once more if need be, and keeps account of the cost.

mod answer;
mod price;
mod prompt;

use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{ModelReply, ModelRequest, TextModel},
};

pub(crate) use prompt::{prompt_sha256, request};

use self::price::Price;
use crate::{Config, analyst::Analyst, statement::Statements};

/// Why the model is asked a second time, with what it said.
struct Rejected {
    answer: String,
    problems: Vec<String>,
}

/// What has been used so far, and at which price.
#[derive(Debug)]
pub(crate) struct Account {
    price: Price,
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
}

/// Asks, and asks once more where the answer cannot be used.
///
/// `CostCeiling` before a call that could cost more than what is left, or whose price is not known;
/// `ModelAnswer` if the second answer cannot be used either, or a guardrail stepped in.
pub(crate) async fn ask(
    model: &dyn TextModel,
    mut request: ModelRequest,
    config: &Config,
    analyst: &Analyst<'_>,
) -> StepResult<(Statements, Account)> {
    let price = Price::of(&request.model_id)?;
    let mut account = Account { price, input_tokens: 0, output_tokens: 0 };
    let first = match converse(model, &request, config, &mut account, analyst).await? {
        Ok(statements) => return Ok((statements, account)),
        Err(rejected) => rejected,
    };
    request.turns.extend([first.answer, prompt::repair(&first.problems)]);
    match converse(model, &request, config, &mut account, analyst).await? {
        Ok(statements) => Ok((statements, account)),
        Err(rejected) => Err(account
            .unusable("the model's answer cannot be used, not even the repaired one")
            .with("problems_at", places(&rejected.problems))),
    }
}

async fn converse(
    model: &dyn TextModel,
    request: &ModelRequest,
    config: &Config,
    account: &mut Account,
    analyst: &Analyst<'_>,
) -> StepResult<Result<Statements, Rejected>> {
    let spent = account.cost_usd();
    let most = spent
        + account.price.usd(prompt::most_input_tokens(request), request.max_output_tokens.into());
    if most > config.cost_ceiling_usd {
        return Err(StepError::new(
            ErrorKind::CostCeiling,
            "the call could cost more than the ceiling",
        )
        .with("ceiling_usd", config.cost_ceiling_usd)
        .with("spent_usd", spent)
        .with("at_most_usd", most));
    }
    let reply = model.converse(request).await?;
    account.input_tokens = account.input_tokens.saturating_add(reply.input_tokens);
    account.output_tokens = account.output_tokens.saturating_add(reply.output_tokens);
    let problems = match (reply.stop_reason.as_str(), &reply.tool_input) {
        ("guardrail_intervened" | "content_filtered", _) => {
            return Err(account
                .unusable("a guardrail stopped the model")
                .with("stop_reason", &reply.stop_reason));
        }
        ("max_tokens", _) => {
            vec!["the answer: it was cut off, since it is too long; be much shorter".to_owned()]
        }
        ("malformed_tool_use", _) => {
            vec!["the answer: the call of the tool is not JSON of the tool's schema".to_owned()]
        }
        (_, None) => vec!["the answer: it does not call the tool record_analysis".to_owned()],
        (_, Some(input)) => match answer::read(input, analyst) {
            Ok(statements) => return Ok(Ok(statements)),
            Err(problems) => problems,
        },
    };
    Ok(Err(Rejected { answer: said(&reply), problems }))
}

/// Where the problems are. What they are may tell of values in the file, and errors are logged.
fn places(problems: &[String]) -> String {
    let places = problems.iter().map(|problem| problem.split(": ").next().unwrap_or_default());
    places.collect::<Vec<_>>().join("; ")
}

/// The answer as the model's own turn in the conversation, at bounded length and never empty.
fn said(reply: &ModelReply) -> String {
    const LONGEST_CHARS: usize = 20_000;
    match &reply.tool_input {
        Some(input) => input.to_string().chars().take(LONGEST_CHARS).collect(),
        None => "(no usable answer)".to_owned(),
    }
}

impl Account {
    pub(crate) fn cost_usd(&self) -> f64 {
        self.price.usd(self.input_tokens, self.output_tokens)
    }

    /// What was paid for nothing is at least told.
    fn unusable(&self, message: &str) -> StepError {
        StepError::new(ErrorKind::ModelAnswer, message)
            .with("input_tokens", self.input_tokens)
            .with("output_tokens", self.output_tokens)
            .with("cost_usd", self.cost_usd())
    }
}
