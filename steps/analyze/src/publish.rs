//! Publishes an analysis: `analysis.json`, the item in the table, the domain event.

use chrono::TimeDelta;
use pipeline_core::{
    analysis::{Analysis, AnalysisItem, Level},
    document::{Document, describe, parse, read_if_there},
    error::StepResult,
    events::EventsOf,
    facts::Facts,
    ports::{ObjectStore, Publication},
    run::{PublishedObject, Run},
    steps::analyze::{AnomalyCounts, Input, Output},
};

use crate::Ports;

/// How long the table keeps an item.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// An analysis that stands in the bucket.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) analysis: Analysis,
    object: PublishedObject,
}

/// What an earlier attempt left.
pub(crate) enum Earlier {
    Nothing,
    /// An object that is not an analysis of this version.
    Unreadable,
    Analysis(Box<Published>),
}

impl Earlier {
    /// The analysis, if it is one that will do.
    pub(crate) fn adopted(self, will_do: impl Fn(&Analysis) -> bool) -> Option<Published> {
        match self {
            Self::Analysis(published) if will_do(&published.analysis) => Some(*published),
            _ => None,
        }
    }
}

/// Looks at what an earlier attempt left.
pub(crate) async fn earlier(run: &Run, store: &dyn ObjectStore) -> StepResult<Earlier> {
    let key = &run.outputs.analysis;
    let Some(json) = read_if_there(key, store).await? else { return Ok(Earlier::Nothing) };
    let Ok(analysis) = parse(key, &json) else { return Ok(Earlier::Unreadable) };
    let object = describe(key, &json);
    Ok(Earlier::Analysis(Box::new(Published { analysis, object })))
}

/// Publishes in place of whatever stands there, or only if nothing does.
pub(crate) async fn write(
    run: &Run,
    analysis: Analysis,
    store: &dyn ObjectStore,
    publication: Publication,
) -> StepResult<Published> {
    let document = Document::json(&run.outputs.analysis, &analysis, None)?;
    let object = document.publish(run, store, publication).await?;
    Ok(Published { analysis, object })
}

/// Stores the item and announces the analysis. Both may be done again.
pub(crate) async fn announce(
    input: &Input,
    facts: &Facts,
    analysis: &Analysis,
    output: &Output,
    ports: Ports<'_>,
) -> StepResult<()> {
    let run = &input.run;
    let item = AnalysisItem {
        analysis: analysis.clone().without_figures(),
        processed_file: run.outputs.processed.clone(),
        source_file: run.source.key.clone(),
        records_analyzed: facts.records.valid,
        analysis_timestamp: run.started_at,
        notification_sent: false,
        notification_timestamp: None,
        ttl: (run.started_at + KEPT_FOR).timestamp(),
    };
    ports.analyses.put(&item).await?;
    let events = EventsOf { run, execution_arn: &input.execution.id };
    ports.events.publish(&events.analysis_complete(item.records_analyzed, output)?).await
}

/// Whether the step has said this of its analysis: who wrote it, what was replaced, how many anomalies there are,
/// what it cost.
pub fn is_output_of(output: &Output, analysis: &Analysis) -> bool {
    let published = Published { analysis: analysis.clone(), object: output.analysis.clone() };
    Output { duration_ms: output.duration_ms, ..published.output() } == *output
}

impl Published {
    /// The step's output, without its duration.
    pub(crate) fn output(&self) -> Output {
        let Self { analysis, object } = self;
        let anomalies = &analysis.anomalies;
        let high = anomalies.iter().filter(|anomaly| anomaly.severity == Level::High).count();
        Output {
            analysis: object.clone(),
            analysis_id: analysis.analysis_id.clone(),
            model: analysis.model.clone(),
            prompt_sha256: analysis.prompt_sha256.clone(),
            degraded: analysis.degraded_because.is_some(),
            replaced_statements: analysis.replaced_statements,
            anomalies: AnomalyCounts { high: high as u64, total: anomalies.len() as u64 },
            input_tokens: analysis.input_tokens,
            output_tokens: analysis.output_tokens,
            cost_usd: analysis.cost_usd,
            duration_ms: 0,
        }
    }
}
