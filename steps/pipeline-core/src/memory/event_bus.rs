//! An event bus that remembers.

use std::sync::Mutex;

use async_trait::async_trait;

use super::lock;
use crate::{
    error::StepResult,
    events::{DetailType, DomainEvent},
    ports::EventBus,
};

/// Remembers every event, in order.
#[derive(Debug, Default)]
pub struct RecordedEvents(Mutex<Vec<DomainEvent>>);

impl RecordedEvents {
    /// All events so far.
    pub fn all(&self) -> Vec<DomainEvent> {
        lock(&self.0).clone()
    }

    /// The events of one kind so far.
    pub fn of(&self, detail_type: DetailType) -> Vec<DomainEvent> {
        lock(&self.0).iter().filter(|event| event.detail_type == detail_type).cloned().collect()
    }
}

#[async_trait]
impl EventBus for RecordedEvents {
    async fn publish(&self, event: &DomainEvent) -> StepResult<()> {
        lock(&self.0).push(event.clone());
        Ok(())
    }
}
