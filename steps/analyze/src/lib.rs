//! The step `analyze`: comments on the facts of a run, in claims that are proven against them.
//!
//! The order of the step: the facts and the contract are read; a model is asked, or the deterministic
//! analyst; each of its claims is proven and worded by code; the analysis is published.

mod analyst;
mod claim;
mod config;
mod model;
mod plan;
mod ports;
mod publish;
mod statement;
mod verify;
mod wording;
mod words;

use pipeline_core::{
    analysis::{Analysis, DETERMINISTIC},
    document::read_published,
    error::{ErrorKind, StepError, StepResult},
    facts::Facts,
    ports::{ObjectStore, Publication, TextModel},
    run::Run,
    steps::analyze::{Input, Output},
};

pub use config::Config;
pub use ports::Ports;
pub use publish::is_output_of;
pub use verify::{Verification, verify};

use crate::{
    analyst::Analyst,
    claim::Book,
    plan::Plan,
    publish::{Earlier, Published},
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
    let book = Book { facts: &facts, record: &plan.record };
    let analyst = Analyst { plan: &plan, book };
    let model = ports.model.filter(|_| input.use_model && plan.asks_for_statements());
    let published = if let Some(model) = model {
        ask(&input.run, &analyst, model, ports.store, config).await?
    } else {
        let analysis = Analysis {
            degraded_because: input.degraded_because.clone(),
            ..analyst.analyse().into_analysis(DETERMINISTIC, &input.run)
        };
        publish::write(&input.run, analysis, ports.store, Publication::Replace).await?
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

/// Adopts the answer that is published already, or asks for one and publishes it.
async fn ask(
    run: &Run,
    analyst: &Analyst<'_>,
    model: &dyn TextModel,
    store: &dyn ObjectStore,
    config: &Config,
) -> StepResult<Published> {
    let request = model::request(analyst, config);
    let prompt_sha256 = model::prompt_sha256(&request);
    let earlier = publish::earlier(run, store).await?;
    let is_answer = |analysis: &Analysis| {
        analysis.model == config.model_id
            && analysis.prompt_sha256.as_ref() == Some(&prompt_sha256)
            && analysis.analysis_id == run.analysis_id()
    };
    let publication = match earlier {
        Earlier::Nothing => Publication::IfAbsent,
        Earlier::Unreadable | Earlier::Analysis(_) => Publication::Replace,
    };
    if let Some(published) = earlier.adopted(is_answer) {
        return Ok(published);
    }
    let (statements, account) = model::ask(model, request, config, analyst).await?;
    let analysis = Analysis {
        prompt_sha256: Some(prompt_sha256.clone()),
        input_tokens: account.input_tokens,
        output_tokens: account.output_tokens,
        cost_usd: account.cost_usd(),
        ..statements.into_analysis(&config.model_id, run)
    };
    match publish::write(run, analysis, store, publication).await {
        // Somebody was faster: another attempt with the same question, or the analyst that stands
        // in for this one after a timeout, whose word then holds.
        Err(error)
            if publication == Publication::IfAbsent
                && error.kind() == ErrorKind::PreconditionFailed =>
        {
            publish::earlier(run, store).await?.adopted(is_answer).ok_or_else(|| {
                let message = "another attempt has published its analysis";
                StepError::new(ErrorKind::PreconditionFailed, message)
                    .with("key", &run.outputs.analysis)
            })
        }
        published => published,
    }
}
