//! The step `analyze`: comments on the facts of a run, and checks every number of the comment.
//!
//! The order of the step: the facts and the contract are read; a model is asked, or the deterministic
//! analyst; every number is looked up in the facts; the analysis is published.

mod analyst;
mod check;
mod config;
mod model;
mod plan;
mod ports;
mod publish;
mod statement;
mod wording;

use pipeline_core::{
    analysis::{Analysis, DETERMINISTIC, SCHEMA_VERSION},
    document::read_published,
    error::{ErrorKind, StepError, StepResult},
    facts::Facts,
    ports::{ModelRequest, ObjectStore, TextModel},
    steps::analyze::{Input, Output},
};

pub use config::Config;
pub use ports::Ports;

use crate::{
    analyst::Analyst,
    check::Book,
    model::Answered,
    plan::Plan,
    publish::{Earlier, Published},
    statement::Checked,
};

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
