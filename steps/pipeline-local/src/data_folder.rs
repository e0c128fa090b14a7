//! The data folder: opens every adapter of one folder.

use std::path::{Path, PathBuf};

use pipeline_core::error::StepResult;

use crate::{
    Database, EventLog, Executions, FolderStore, Outbox,
    executions::history_folder,
    presence::{Gate, INTERNAL},
};

/// One data folder with everything in it: what a bucket, a table, an event bus and a mail service
/// are on AWS.
///
/// ```text
/// input/ contracts/ processed/ rejected/ reports/   objects, by their keys
/// outbox/<mail id>.eml                              mails
/// events.jsonl                                      domain events
/// .sluice/                                          ledger, locks, histories, descriptions, versions
/// ```
#[derive(Debug)]
pub struct DataFolder {
    /// The bucket.
    pub store: FolderStore,
    /// The ledger, the log of mails, the table of analyses.
    pub database: Database,
    /// Which executions are alive.
    pub executions: Executions,
    /// The mail service.
    pub outbox: Outbox,
    /// The event bus.
    pub events: EventLog,
}

impl DataFolder {
    /// Opens a data folder, which is created if need be, and removes what processes that ended have left.
    pub fn open(folder: &Path) -> StepResult<Self> {
        let store = FolderStore::open(folder)?;
        let root = store.root();
        let internal = root.join(INTERNAL);
        let gate = Gate::enter(&internal)?;
        Ok(Self {
            database: Database::open(&gate, &internal.join("ledger.sqlite"))?,
            executions: Executions::open(&internal)?,
            outbox: Outbox::new(root.join("outbox"), store.temp_files()),
            events: EventLog::new(root.join("events.jsonl")),
            store,
        })
    }

    /// The absolute path of the folder.
    pub fn root(&self) -> &Path {
        self.store.root()
    }

    /// Where the command line keeps the histories of executions, `<name>.jsonl` each. An execution begins
    /// its history after it has taken its lock.
    pub fn history_folder(&self) -> PathBuf {
        history_folder(&self.root().join(INTERNAL))
    }

    /// The name that stands where AWS has the bucket's. It is part of what identifies a content, so
    /// every folder has the same: what is done stays done when the folder is renamed or moved.
    pub const fn bucket(&self) -> &'static str {
        "local"
    }
}
