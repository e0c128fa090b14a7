//! The adapters of a data folder keep the promises of the ports.
#![expect(clippy::unused_async, clippy::unwrap_used, reason = "tests; a factory may have to wait")]

use std::{collections::BTreeMap, ops::Deref, sync::Mutex};

use async_trait::async_trait;
use pipeline_core::{
    analysis::AnalysisItem,
    conformance::{
        analysis_store::Stored, event_bus::Published, execution_probe::Lifecycle,
        mailer::Delivered, samples,
    },
    events::DomainEvent,
    ports::{AnalysisStore, EventBus, ExecutionProbe, Mailer},
};
use pipeline_local::{DataFolder, Database, ExecutionLock, FolderStore};
use rusqlite::Connection;
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

/// A fresh data folder whose parts the suites look into.
struct Observed {
    data: DataFolder,
    running: Mutex<BTreeMap<String, ExecutionLock>>,
    _folder: TempDir,
}

async fn observed() -> Box<Observed> {
    let folder = TempDir::new().unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    Box::new(Observed { data, running: Mutex::default(), _folder: folder })
}

#[async_trait]
impl Stored for Observed {
    fn store(&self) -> &dyn AnalysisStore {
        &self.data.database
    }

    async fn items(&self) -> Vec<AnalysisItem> {
        let database = Connection::open(self.data.root().join(".sluice/ledger.sqlite")).unwrap();
        let query = "SELECT item FROM analyses ORDER BY analysis_id";
        let mut statement = database.prepare(query).unwrap();
        let items = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        items.map(|item| serde_json::from_str(&item.unwrap()).unwrap()).collect()
    }
}

#[async_trait]
impl Published for Observed {
    fn bus(&self) -> &dyn EventBus {
        &self.data.events
    }

    async fn published(&self) -> Vec<DomainEvent> {
        self.data.events.read().unwrap().into_iter().map(|logged| logged.event).collect()
    }
}

#[async_trait]
impl Delivered for Observed {
    fn mailer(&self) -> &dyn Mailer {
        &self.data.outbox
    }

    async fn delivered(&self) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(self.data.root().join("outbox")).unwrap();
        files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

#[async_trait]
impl Lifecycle for Observed {
    fn probe(&self) -> &dyn ExecutionProbe {
        &self.data.executions
    }

    async fn start(&self, name: &str) -> String {
        let id = samples::execution(name).id;
        let lock = self.data.executions.start(name).unwrap();
        self.running.lock().unwrap().insert(id.clone(), lock);
        id
    }

    async fn end(&self, execution_id: &str) {
        self.running.lock().unwrap().remove(execution_id).unwrap();
    }
}

pipeline_core::conformance!(analysis_store, observed);
pipeline_core::conformance!(event_bus, observed);
pipeline_core::conformance!(execution_probe, observed);
pipeline_core::conformance!(ledger, database);
pipeline_core::conformance!(mailer, observed);
pipeline_core::conformance!(object_store, store);
pipeline_core::conformance!(send_log, database);
