//! Asks a model, uses of its answer what can be used, asks once more for the rest, and keeps account of
//! the cost.

mod answer;
mod price;
mod prompt;
mod shown;

use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{ModelReply, ModelRequest, TextModel},
};

pub(crate) use prompt::{prompt_sha256, request};

use self::{answer::Answer, price::Price};
use crate::{Config, analyst::Analyst, statement::Statements};

/// How often the model is asked: once, and once for what could not be used.
const ROUNDS: usize = 2;

/// What has been used so far, and at which price.
#[derive(Debug)]
pub(crate) struct Account {
    price: Price,
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
}

/// Asks, and asks once more for the statements that cannot be used. For what then cannot be used either,
/// the deterministic analyst's statements stand in.
///
/// `CostCeiling` before a first call that could cost more than the ceiling, or whose price is not known;
/// `ModelAnswer` if nothing of the answers can be used, or a guardrail stepped in. Once there is something of
/// use, no failure of the second call takes it away.
pub(crate) async fn ask(
    model: &dyn TextModel,
    mut request: ModelRequest,
    config: &Config,
    analyst: &Analyst<'_>,
) -> StepResult<(Statements, Account)> {
    let price = Price::of(&request.model_id)?;
    let mut account = Account { price, input_tokens: 0, output_tokens: 0 };
    let mut answer = Answer::to(analyst);
    let mut problems = Vec::new();
    for round in 0..ROUNDS {
        if let Err(error) = account.affords(&request, config) {
            if round == 0 || !answer.is_of_use() {
                return Err(error);
            }
            break;
        }
        let replied = model.converse(&request).await;
        let reply = match replied {
            // What there is is of use, and was paid for.
            Err(_) if answer.is_of_use() => break,
            reply => reply?,
        };
        problems = match account.take(&reply, &mut answer) {
            Err(_) if answer.is_of_use() => break,
            problems => problems?,
        };
        if problems.is_empty() {
            break;
        }
        request.turns.extend([said(&reply), prompt::repair(&problems)]);
    }
    if answer.is_of_use() {
        return Ok((answer.statements(), account));
    }
    Err(account
        .unusable("nothing of the model's answers can be used")
        .with("problems_at", places(&problems)))
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
    /// `CostCeiling` if the call could cost more than what is left.
    fn affords(&self, request: &ModelRequest, config: &Config) -> StepResult<()> {
        let spent = self.cost_usd();
        let input_tokens = prompt::most_input_tokens(request);
        let most = spent + self.price.usd(input_tokens, request.max_output_tokens.into());
        if most <= config.cost_ceiling_usd {
            return Ok(());
        }
        let message = "the call could cost more than the ceiling";
        Err(StepError::new(ErrorKind::CostCeiling, message)
            .with("ceiling_usd", config.cost_ceiling_usd)
            .with("spent_usd", spent)
            .with("at_most_usd", most))
    }

    /// Takes what the model replied, and what it cost. The problems that are left, if any.
    fn take(&mut self, reply: &ModelReply, answer: &mut Answer<'_>) -> StepResult<Vec<String>> {
        self.input_tokens = self.input_tokens.saturating_add(reply.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(reply.output_tokens);
        let problem = match (reply.stop_reason.as_str(), &reply.tool_input) {
            ("guardrail_intervened" | "content_filtered", _) => {
                return Err(self
                    .unusable("a guardrail stopped the model")
                    .with("stop_reason", &reply.stop_reason));
            }
            ("max_tokens", _) => "it was cut off, since it is too long; be much shorter",
            ("malformed_tool_use", _) => "the call of the tool is not JSON of the tool's schema",
            (_, None) => "it does not call the tool record_analysis",
            (_, Some(input)) => {
                answer.read(input);
                return Ok(answer.problems());
            }
        };
        Ok(vec![format!("the answer: {problem}")])
    }

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
