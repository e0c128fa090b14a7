//! [`EventBus`]: what is published arrives.

use async_trait::async_trait;
use serde_json::json;

use crate::{
    events::{DetailType, DomainEvent},
    ports::EventBus,
};

/// Lets the suite see what arrived at the far end.
#[async_trait]
pub trait Published: Send + Sync {
    /// The events so far, in any order, each at least once.
    async fn published(&self) -> Vec<DomainEvent>;
}

/// Every event arrives with its source, kind and detail as they were.
pub async fn events_arrive_whole(bus: &dyn EventBus, far_end: &dyn Published) {
    let detail = json!({"count": 3, "share": 0.25, "text": "größe \"a\"\nb", "none": null});
    let events = [
        DomainEvent::new(DetailType::FileClaimed, "run-1", detail.clone()),
        DomainEvent::new(DetailType::RunCompleted, "run-1", json!({})),
        DomainEvent::new(DetailType::RunCompleted, "run-2", detail),
    ];
    for event in &events {
        bus.publish(event).await.unwrap();
    }
    let arrived = far_end.published().await;
    for event in &events {
        assert!(arrived.contains(event), "{:?} is missing", event.detail_type);
    }
    assert!(arrived.iter().all(|event| events.contains(event)));
}
