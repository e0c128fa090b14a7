//! The tables of the pipeline in one embedded database, `.sluice/ledger.sqlite`.

mod analysis_store;
mod ledger;
mod send_log;

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use pipeline_core::error::{ErrorKind, StepError, StepResult};
use rusqlite::{
    Connection, ErrorCode, Params, Transaction, TransactionBehavior, ffi::SQLITE_IOERR_SHMSIZE,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::presence::Gate;

/// How long a writer waits for another process to finish its write, which takes milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS ledger (
        content_id TEXT PRIMARY KEY,
        owner_id TEXT NOT NULL,
        record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS ledger_by_owner ON ledger (owner_id);
    CREATE TABLE IF NOT EXISTS names (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS mails (
        mail_id TEXT PRIMARY KEY,
        state TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS analyses (
        analysis_id TEXT PRIMARY KEY,
        correlation_id TEXT NOT NULL,
        item TEXT NOT NULL
    ) STRICT;
";

/// The [`Ledger`](pipeline_core::ports::Ledger), the [`SendLog`](pipeline_core::ports::SendLog) and
/// the [`AnalysisStore`](pipeline_core::ports::AnalysisStore) of a data folder.
///
/// Every change is one immediate transaction: it reads, decides and writes while no other process
/// can, and is on the disk when the call returns.
#[derive(Debug)]
pub struct Database {
    connection: Mutex<Connection>,
}

impl Database {
    /// Opens the database. This happens inside the gate, because two processes cannot switch a new
    /// database to its write-ahead log at the same time.
    pub(crate) fn open(_gate: &Gate, path: &Path) -> StepResult<Self> {
        let open = || {
            let connection = Connection::open(path)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            // NORMAL would survive kill -9 too, but a power failure may then undo the newest commits:
            // a mail marked as sent would be sent again. A run commits a handful of times.
            connection.pragma_update(None, "synchronous", "full")?;
            connection.execute_batch(SCHEMA)?;
            Ok(Self { connection: Mutex::new(connection) })
        };
        open().map_err(|error| database_error(error).with("path", path.display()))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> StepResult<T>) -> StepResult<T> {
        read(&self.connection.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&Transaction<'_>) -> StepResult<T>) -> StepResult<T> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(database_error)?;
        let changed = change(&transaction)?;
        transaction.commit().map_err(database_error)?;
        Ok(changed)
    }
}

/// An error of the database as a step sees it. What lasts until somebody acts is `Environment`, as
/// for every other file of the folder.
fn database_error(error: rusqlite::Error) -> StepError {
    // On a full disk this may come first: the memory that SQLite's processes share is a file too.
    let lacks_space = |code| {
        code == Some(ErrorCode::DiskFull)
            || error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE)
    };
    let (kind, message) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Throttled, "other processes keep the ledger busy")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
            ErrorKind::Environment,
            "cannot open .sluice/ledger.sqlite for writing, see to it that you may write there",
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
            ErrorKind::Environment,
            ".sluice/ledger.sqlite is damaged: restore it, or move it away, and every file counts as \
             new",
        ),
        code if lacks_space(code) => (
            ErrorKind::Environment,
            "cannot write .sluice/ledger.sqlite: the disk is full, free some space",
        ),
        _ => (ErrorKind::DependencyUnavailable, "the embedded database failed"),
    };
    StepError::new(kind, message).because(error)
}

fn to_json(value: &impl Serialize) -> StepResult<String> {
    serde_json::to_string(value).map_err(|error| {
        StepError::new(ErrorKind::Internal, "cannot write a row of the database").because(error)
    })
}

fn from_json<T: DeserializeOwned>(text: &str) -> StepResult<T> {
    serde_json::from_str(text).map_err(|error| {
        StepError::new(ErrorKind::Internal, "cannot read a row of the database").because(error)
    })
}

/// Changes what the statement says.
fn execute(connection: &Connection, sql: &str, values: impl Params) -> StepResult<()> {
    connection.execute(sql, values).map_err(database_error)?;
    Ok(())
}

/// The first column of the first row of a query by one text, read as JSON.
fn find<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    by: &str,
) -> StepResult<Option<T>> {
    Ok(find_all(connection, sql, by)?.into_iter().next())
}

/// The first column of every row of a query by one text, read as JSON.
fn find_all<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    by: &str,
) -> StepResult<Vec<T>> {
    let texts = || {
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([by], |row| row.get::<_, String>(0))?;
        rows.collect::<Result<Vec<_>, _>>()
    };
    texts().map_err(database_error)?.iter().map(|text| from_json(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_space_says_so_by_whatever_code() {
        for code in [rusqlite::ffi::SQLITE_FULL, SQLITE_IOERR_SHMSIZE] {
            let error = database_error(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(code),
                None,
            ));
            assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
            assert!(error.to_string().contains("free some space"), "{error}");
        }
        let other = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_READ);
        let error = database_error(rusqlite::Error::SqliteFailure(other, None));
        assert_eq!(error.kind(), ErrorKind::DependencyUnavailable);
    }
}
