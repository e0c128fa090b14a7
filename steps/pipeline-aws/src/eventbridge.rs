//! [`EventBus`] on `EventBridge`.

use async_trait::async_trait;
use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    events::DomainEvent,
    ports::EventBus,
};

use crate::{Connection, fault::Fault, patience::Patience};

const OPERATION: &str = "events:PutEvents";

/// The most that an event may take: source, detail type and detail together, so that every kind of
/// target can be given it.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html>
const MAX_EVENT_BYTES: usize = 256 * 1024;

/// An event bus.
#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    /// The bus of this name.
    pub fn new(connection: &Connection, bus_name: impl Into<String>) -> Self {
        Self { client: Client::new(&Patience::QUICK.config(connection)), name: bus_name.into() }
    }

    fn entry(&self, event: &DomainEvent) -> StepResult<PutEventsRequestEntry> {
        let detail_type = event.detail_type.as_str();
        let detail = event.detail.to_string();
        let size_bytes = event.source.len() + detail_type.len() + detail.len();
        if size_bytes > MAX_EVENT_BYTES {
            return Err(StepError::new(
                ErrorKind::Internal,
                "an event is larger than EventBridge takes: events must be bounded",
            )
            .with("detail_type", detail_type)
            .with("size_bytes", size_bytes)
            .with("limit_bytes", MAX_EVENT_BYTES));
        }
        Ok(PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(&event.source)
            .detail_type(detail_type)
            .detail(detail)
            .build())
    }
}

#[async_trait]
impl EventBus for Bus {
    async fn publish(&self, event: &DomainEvent) -> StepResult<()> {
        let entry = self.entry(event)?;
        let put =
            self.client.put_events().entries(entry).send().await.map_err(|error| {
                Fault::of(OPERATION, error).into_error().with("bus", &self.name)
            })?;
        if put.failed_entry_count() == 0 {
            return Ok(());
        }
        // The call succeeded and the event was refused. The SDK does not retry such an event.
        let code = put.entries().iter().find_map(|entry| entry.error_code());
        Err(Fault::of_entry(OPERATION, code.unwrap_or("InternalFailure"))
            .into_error()
            .with("bus", &self.name))
    }
}
