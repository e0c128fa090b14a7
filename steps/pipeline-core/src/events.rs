//! Domain events: what others may build on. Bounded, versioned, without rows.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The `source` of every event.
pub const EVENT_SOURCE: &str = "sluice";

/// The version of the shape of every `detail`.
pub const EVENT_VERSION: &str = "1";

/// The kinds, by their `detail-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DetailType {
    /// A run began, or was taken over.
    #[serde(rename = "File Claimed")]
    FileClaimed,
    /// The file is partitioned; nothing is published yet.
    #[serde(rename = "Processing Complete")]
    ProcessingComplete,
    /// The facts are analysed.
    #[serde(rename = "Analysis Complete")]
    AnalysisComplete,
    /// The manifest is published.
    #[serde(rename = "Run Completed")]
    RunCompleted,
    /// The execution failed.
    #[serde(rename = "Run Failed")]
    RunFailed,
}

/// An event as `EventBridge` takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DomainEvent {
    /// [`EVENT_SOURCE`]
    pub source: String,
    /// The kind.
    pub detail_type: DetailType,
    /// The body, with `version` and `correlation_id` in it.
    pub detail: Value,
}

impl DomainEvent {
    /// An event about a run. `detail` must be an object; version and correlation id are added to it.
    pub fn new(detail_type: DetailType, correlation_id: &str, mut detail: Value) -> Self {
        if let Value::Object(members) = &mut detail {
            members.insert("version".into(), EVENT_VERSION.into());
            members.insert("correlation_id".into(), correlation_id.into());
        }
        Self { source: EVENT_SOURCE.into(), detail_type, detail }
    }
}
