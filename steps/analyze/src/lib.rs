//! The step `analyze`: comments on the facts of a run, and checks every number of the comment.
//!
//! The order of the step: the facts and the contract are read; a model is asked, or the deterministic
//! analyst; every number is looked up in the facts; the analysis is published.

mod analyst;
mod check;
mod model;
mod plan;
mod publish;
mod statement;
mod wording;

use pipeline_core::{
    analysis::{Analysis, DETERMINISTIC, SCHEMA_VERSION},
    document::read_published,
    error::{ErrorKind, StepError, StepResult},
    facts::Facts,
    ports::{AnalysisStore, Clock, EventBus, ModelRequest, ObjectStore, TextModel},
    steps::analyze::{Input, Output},
};

use crate::{
    analyst::Analyst,
    check::Book,
    model::Answered,
    plan::Plan,
    publish::{Earlier, Published},
    statement::Checked,
};

/// What the step needs from the world.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The bucket.
    pub store: &'a dyn ObjectStore,
    /// The table of analyses.
    pub analyses: &'a dyn AnalysisStore,
    /// Where `Analysis Complete` is announced.
    pub events: &'a dyn EventBus,
    /// The model; `None` where none is configured, and the deterministic analyst is the author.
    pub model: Option<&'a dyn TextModel>,
    /// The time, for the step's duration only.
    pub clock: &'a dyn Clock,
}

/// How a model is asked. Nothing here matters to the deterministic analyst.
#[derive(Debug, Clone)]
pub struct Config {
    /// The model or inference profile. Its price must stand in `prices.json`.
    pub model_id: String,
    /// The most that the model may write at a time, in tokens.
    pub max_output_tokens: u32,
    /// What one call of this step may cost, in US dollars, checked before each question.
    pub cost_ceiling_usd: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model_id: "amazon.nova-lite-v1:0".to_owned(),
            max_output_tokens: 4_000,
            cost_ceiling_usd: 0.05,
        }
    }
}

/// Analyses the facts of a run and publishes the analysis as `analysis.json`, in the table of
/// analyses and as a domain event.
///
/// Called again, it costs nothing again: the deterministic analyst says the same, and a model's answer
/// that is published already is adopted, if the question was the same.
///
/// `ModelAnswer` and `CostCeiling` if the model is of no use: the state machine then asks the
/// deterministic analyst. `Environment`, `Throttled` and `DependencyUnavailable` come from the model as
/// they are.
/// `Internal` if the facts are not those of the run.
pub async fn run(input: &Input, ports: Ports<'_>, config: &Config) -> StepResult<Output> {
    let started_at = ports.clock.now();
    let contract = input.run.contract.read(ports.store).await?;
    let facts = read_facts(input, ports.store).await?;
    let plan = Plan::of(&contract);
    let book = Book::of(&facts, &plan);
    let desk = Desk { input, facts: &facts, plan: &plan, book: &book };
    let published = match ports.model.filter(|_| input.use_model) {
        Some(model) => desk.ask(model, ports.store, config).await?,
        None => publish::replace(&input.run, desk.deterministic(), ports.store).await?,
    };
    let output = published.output();
    publish::announce(input, &facts, &published.analysis, &output, ports).await?;
    Ok(Output { duration_ms: ports.clock.elapsed_ms(started_at), ..output })
}

/// The facts that were published for this run.
async fn read_facts(input: &Input, store: &dyn ObjectStore) -> StepResult<Facts> {
    let published = &input.aggregation.facts;
    let facts: Facts = read_published(published, store).await?;
    if facts.correlation_id != input.run.correlation_id {
        return Err(StepError::new(ErrorKind::Internal, "the facts are of another run")
            .with("key", &published.key));
    }
    Ok(facts)
}

/// What an author has before it.
struct Desk<'a> {
    input: &'a Input,
    facts: &'a Facts,
    plan: &'a Plan,
    book: &'a Book,
}

impl Desk<'_> {
    fn analyst(&self) -> Analyst<'_> {
        Analyst { facts: self.facts, plan: self.plan, book: self.book }
    }

    fn deterministic(&self) -> Analysis {
        let statements = self.analyst().analyse();
        Analysis {
            degraded_because: self.input.degraded_because.clone(),
            ..self.analysis(DETERMINISTIC, Checked::of(statements, self.plan, self.book))
        }
    }

    /// Adopts the answer that is published already, or asks for one and publishes it.
    async fn ask(
        &self,
        model: &dyn TextModel,
        store: &dyn ObjectStore,
        config: &Config,
    ) -> StepResult<Published> {
        let run = &self.input.run;
        let request = model::request(self.facts, self.plan, config);
        let prompt_sha256 = model::prompt_sha256(&request);
        let earlier = publish::earlier(run, store).await?;
        let is_answer = |analysis: &Analysis| {
            analysis.model == config.model_id
                && analysis.prompt_sha256.as_ref() == Some(&prompt_sha256)
                && analysis.analysis_id == run.analysis_id()
        };
        let is_free = matches!(earlier, Earlier::Nothing);
        if let Some(published) = earlier.adopted(is_answer) {
            return Ok(published);
        }
        let analysis = self.answered(model, request, prompt_sha256.clone(), config).await?;
        if !is_free {
            return publish::replace(run, analysis, store).await;
        }
        match publish::first(run, analysis, store).await? {
            Some(published) => Ok(published),
            // Somebody was faster: another attempt with the same question, or the analyst that stands
            // in for this one after a timeout, whose word then holds.
            None => publish::earlier(run, store).await?.adopted(is_answer).ok_or_else(|| {
                let message = "another attempt has published its analysis";
                StepError::new(ErrorKind::PreconditionFailed, message)
                    .with("key", &run.outputs.analysis)
            }),
        }
    }

    async fn answered(
        &self,
        model: &dyn TextModel,
        request: ModelRequest,
        prompt_sha256: String,
        config: &Config,
    ) -> StepResult<Analysis> {
        let read = |answer: &_| model::read(answer, self.plan, self.facts, self.book);
        let Answered { mut statements, input_tokens, output_tokens, cost_usd } =
            model::ask(model, request, config, &read).await?;
        statements.anomalies.extend(self.analyst().data_quality());
        Ok(Analysis {
            prompt_sha256: Some(prompt_sha256),
            input_tokens,
            output_tokens,
            cost_usd,
            ..self.analysis(&config.model_id, Checked::of(statements, self.plan, self.book))
        })
    }

    fn analysis(&self, model: &str, checked: Checked) -> Analysis {
        Analysis {
            schema_version: SCHEMA_VERSION.to_owned(),
            analysis_id: self.input.run.analysis_id(),
            correlation_id: self.input.run.correlation_id.clone(),
            model: model.to_owned(),
            degraded_because: None,
            insights: checked.insights,
            anomalies: checked.anomalies,
            recommendations: checked.recommendations,
            summary: checked.summary,
            summary_unverified_numbers: checked.summary_unverified_numbers,
            unverified_statements: checked.unverified_statements,
            prompt_sha256: None,
            input_tokens: 0,
            output_tokens: 0,
            cost_usd: 0.0,
        }
    }
}
