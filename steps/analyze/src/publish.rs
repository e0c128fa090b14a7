//! Publishes an analysis: `analysis.json`, the item in the table, the domain event.

use chrono::TimeDelta;
use pipeline_core::{
    analysis::{Analysis, AnalysisItem, Level},
    document::{Document, json_document},
    error::{ErrorKind, StepResult},
    events::{DetailType, DomainEvent},
    facts::Facts,
    ports::{ObjectStore, Publication, read_all},
    run::{PublishedObject, Run},
    steps::analyze::{AnomalyCounts, Output},
};
use serde_json::json;

use crate::Ports;

/// Statements are bounded in number and length; a larger object is none of ours.
const MAX_ANALYSIS_BYTES: usize = 4 << 20;

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
    let json = match read_all(store, key, None, MAX_ANALYSIS_BYTES).await {
        Ok(json) => json,
        Err(error) if error.kind() == ErrorKind::ObjectNotFound => return Ok(Earlier::Nothing),
        Err(error) => return Err(error),
    };
    let Ok(analysis) = serde_json::from_slice(&json) else { return Ok(Earlier::Unreadable) };
    let object = document(run, json).described();
    Ok(Earlier::Analysis(Box::new(Published { analysis, object })))
}

/// Publishes in place of whatever stands there: for an author who always says the same.
pub(crate) async fn replace(
    run: &Run,
    analysis: Analysis,
    store: &dyn ObjectStore,
) -> StepResult<Published> {
    write(run, analysis, store, Publication::Replace).await
}

/// Publishes if nothing stands there, and says `None` otherwise.
pub(crate) async fn first(
    run: &Run,
    analysis: Analysis,
    store: &dyn ObjectStore,
) -> StepResult<Option<Published>> {
    match write(run, analysis, store, Publication::IfAbsent).await {
        Ok(published) => Ok(Some(published)),
        Err(error) if error.kind() == ErrorKind::PreconditionFailed => Ok(None),
        Err(error) => Err(error),
    }
}

async fn write(
    run: &Run,
    analysis: Analysis,
    store: &dyn ObjectStore,
    publication: Publication,
) -> StepResult<Published> {
    let json = json_document(&analysis)?;
    let object = document(run, json).publish(run, store, publication).await?;
    Ok(Published { analysis, object })
}

fn document(run: &Run, json: Vec<u8>) -> Document<'_> {
    Document {
        key: &run.outputs.analysis,
        content_type: "application/json",
        bytes: json,
        record_count: None,
    }
}

/// Stores the item and announces the analysis. Both may be done again.
pub(crate) async fn announce(
    run: &Run,
    facts: &Facts,
    published: &Published,
    ports: Ports<'_>,
) -> StepResult<()> {
    let analysis = &published.analysis;
    let item = AnalysisItem {
        analysis: analysis.clone(),
        processed_file: run.outputs.processed.clone(),
        source_file: run.source.key.clone(),
        records_analyzed: facts.records.valid,
        analysis_timestamp: run.started_at,
        notification_sent: false,
        notification_timestamp: None,
        ttl: (run.started_at + KEPT_FOR).timestamp(),
    };
    ports.analyses.put(&item).await?;
    let detail = json!({
        "analysis_id": analysis.analysis_id,
        "dataset": run.contract.dataset,
        "bucket": run.source.bucket,
        "source_file": run.source.key,
        "processed_file": run.outputs.processed,
        "analysis": published.object,
        "records_analyzed": facts.records.valid,
        "model": analysis.model,
        "degraded": analysis.degraded_because.is_some(),
        "unverified_statements": analysis.unverified_statements,
        "anomalies": anomaly_counts(analysis),
        "input_tokens": analysis.input_tokens,
        "output_tokens": analysis.output_tokens,
        "cost_usd": analysis.cost_usd,
    });
    let event = DomainEvent::new(DetailType::AnalysisComplete, &run.correlation_id, detail);
    ports.events.publish(&event).await
}

fn anomaly_counts(analysis: &Analysis) -> AnomalyCounts {
    let high = analysis.anomalies.iter().filter(|anomaly| anomaly.severity == Level::High).count();
    AnomalyCounts { high: high as u64, total: analysis.anomalies.len() as u64 }
}

impl Published {
    pub(crate) fn output(self, duration_ms: u64) -> Output {
        let anomalies = anomaly_counts(&self.analysis);
        Output {
            analysis: self.object,
            analysis_id: self.analysis.analysis_id,
            model: self.analysis.model,
            prompt_sha256: self.analysis.prompt_sha256,
            degraded: self.analysis.degraded_because.is_some(),
            unverified_statements: self.analysis.unverified_statements,
            anomalies,
            input_tokens: self.analysis.input_tokens,
            output_tokens: self.analysis.output_tokens,
            cost_usd: self.analysis.cost_usd,
            duration_ms,
        }
    }
}
