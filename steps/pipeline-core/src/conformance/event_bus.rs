//! [`EventBus`]: what is published arrives.

use async_trait::async_trait;

use super::samples::{execution, results, run, start};
use crate::{
    events::{DomainEvent, EventsOf},
    ports::EventBus,
};

behaviours!(event_bus, publish);

/// A bus whose far end the suite can see.
#[async_trait]
pub trait Published: Send + Sync {
    /// The bus.
    fn bus(&self) -> &dyn EventBus;

    /// The events that arrived so far, in any order, each at least once.
    async fn published(&self) -> Vec<DomainEvent>;
}

/// Every event arrives with its source, kind and detail as they were.
async fn events_arrive_whole(far_end: &dyn Published) {
    let runs = ["first", "größe \"a\"\nb"].map(|file| run(&execution("run-1"), file));
    let events = runs.each_ref().map(|run| EventsOf { run, execution_arn: "arn" });
    let events = [
        events[0].file_claimed(false, None).unwrap(),
        events[0].run_completed(&results(&runs[0]), None).unwrap(),
        events[1].run_completed(&results(&runs[1]), Some(start())).unwrap(),
    ];
    for event in &events {
        far_end.bus().publish(event).await.unwrap();
    }
    let arrived = far_end.published().await;
    for event in &events {
        assert!(arrived.contains(event), "{:?} is missing", event.detail_type);
    }
    assert!(arrived.iter().all(|event| events.contains(event)));
}
