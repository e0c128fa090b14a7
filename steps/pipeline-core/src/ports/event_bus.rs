//! The port to the event bus.

use async_trait::async_trait;

use crate::{error::StepResult, events::DomainEvent};

/// Where domain events go.
#[async_trait]
pub trait EventBus: Send + Sync {
    /// Publishes one event, at least once. A partial failure is a failure.
    async fn publish(&self, event: &DomainEvent) -> StepResult<()>;
}
