//! What the step needs from the world.

use pipeline_core::ports::{AnalysisStore, Clock, EventBus, ObjectStore, TextModel};

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
