//! The adapters of a data folder keep the promises of the ports.
#![expect(clippy::unused_async, clippy::unwrap_used, reason = "tests; a factory may have to wait")]

use std::ops::Deref;

use async_trait::async_trait;
use pipeline_core::{
    conformance::{event_bus::Published, mailer::Delivered},
    events::DomainEvent,
};
use pipeline_local::{DataFolder, Database, EventLog, FolderStore, Outbox};
use tempfile::TempDir;

/// One adapter of a fresh data folder.
struct Fresh<T> {
    data: DataFolder,
    part: fn(&DataFolder) -> &T,
    _folder: TempDir,
}

impl<T> Fresh<T> {
    fn new(part: fn(&DataFolder) -> &T) -> Self {
        let folder = TempDir::new().unwrap();
        Self { data: DataFolder::open(folder.path()).unwrap(), part, _folder: folder }
    }
}

impl<T> Deref for Fresh<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (self.part)(&self.data)
    }
}

async fn store() -> Fresh<FolderStore> {
    Fresh::new(|data| &data.store)
}

async fn database() -> Fresh<Database> {
    Fresh::new(|data| &data.database)
}

async fn events() -> Fresh<EventLog> {
    Fresh::new(|data| &data.events)
}

async fn outbox() -> Fresh<Outbox> {
    Fresh::new(|data| &data.outbox)
}

#[async_trait]
impl Published for Fresh<EventLog> {
    async fn published(&self) -> Vec<DomainEvent> {
        self.read().unwrap().into_iter().map(|logged| logged.event).collect()
    }
}

#[async_trait]
impl Delivered for Fresh<Outbox> {
    async fn delivered(&self) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(self.data.root().join("outbox")).unwrap();
        files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

pipeline_core::conformance!(object_store, store);
pipeline_core::conformance!(ledger, database);
pipeline_core::conformance!(send_log, database);
pipeline_core::conformance!(analysis_store, database);
pipeline_core::conformance!(event_bus, events);
pipeline_core::conformance!(mailer, outbox);
