//! The ports of the pipeline on a laptop: a folder is the bucket, an embedded database the ledger, a
//! folder of `.eml` files the mail service, a file of JSON lines the event bus.
//!
//! Everything here survives `kill -9` at any moment, and any number of processes may use one folder
//! at once. File operations block the calling thread, on purpose: on a laptop that is the fastest and
//! the simplest, and readers yield between chunks.

mod data_folder;
mod database;
mod event_log;
mod executions;
mod folder_store;
mod io_error;
mod outbox;
mod presence;
mod temp_files;

pub use data_folder::DataFolder;
pub use database::Database;
pub use event_log::{EventLog, LoggedEvent};
pub use executions::{ExecutionLock, Executions};
pub use folder_store::{FolderStore, ListedObject};
pub use outbox::Outbox;
