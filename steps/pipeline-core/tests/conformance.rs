//! The in-memory adapters keep the promises of their ports.
#![expect(clippy::unused_async, reason = "tests; a factory may have to wait")]

use std::ops::Deref;

use async_trait::async_trait;
use pipeline_core::{
    conformance::{event_bus::Published, mailer::Delivered},
    events::DomainEvent,
    memory::{
        MemoryAnalysisStore, MemoryLedger, MemorySendLog, MemoryStore, RecordedEvents,
        ScriptedMailer,
    },
};

async fn store() -> Box<MemoryStore> {
    Box::default()
}

async fn sends() -> Box<MemorySendLog> {
    Box::default()
}

async fn claims() -> Box<MemoryLedger> {
    Box::default()
}

async fn analyses() -> Box<MemoryAnalysisStore> {
    Box::default()
}

#[derive(Default)]
struct Observed<T>(T);

impl<T> Deref for Observed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[async_trait]
impl Published for Observed<RecordedEvents> {
    async fn published(&self) -> Vec<DomainEvent> {
        self.all()
    }
}

#[async_trait]
impl Delivered for Observed<ScriptedMailer> {
    async fn delivered(&self) -> Vec<Vec<u8>> {
        self.sent().into_iter().map(|mail| mail.mime).collect()
    }
}

async fn events() -> Observed<RecordedEvents> {
    Observed::default()
}

async fn mails() -> Observed<ScriptedMailer> {
    Observed::default()
}

pipeline_core::conformance!(object_store, store);
pipeline_core::conformance!(ledger, claims);
pipeline_core::conformance!(send_log, sends);
pipeline_core::conformance!(analysis_store, analyses);
pipeline_core::conformance!(event_bus, events);
pipeline_core::conformance!(mailer, mails);
