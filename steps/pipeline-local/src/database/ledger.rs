//! [`Ledger`] in the embedded database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Claim, ClaimRequest, ContentId, Ledger, LedgerRecord},
    results::RunResults,
    run::Execution,
};
use rusqlite::Connection;

use super::{Database, database_error, execute, find, find_all, to_json};

const BY_CONTENT: &str = "SELECT record FROM ledger WHERE content_id = ?1";

fn store(connection: &Connection, record: &LedgerRecord) -> StepResult<()> {
    execute(
        connection,
        "INSERT OR REPLACE INTO ledger (content_id, owner_id, record) VALUES (?1, ?2, ?3)",
        [record.content_id.as_str(), &record.owner.id, &to_json(record)?],
    )
}

#[async_trait]
impl Ledger for Database {
    async fn claim(&self, request: &ClaimRequest) -> StepResult<Claim> {
        self.change(|transaction| {
            let present: Option<LedgerRecord> =
                find(transaction, BY_CONTENT, request.content_id.as_str())?;
            match request.decide(present.as_ref()) {
                Ok(record) => {
                    store(transaction, &record)?;
                    Ok(request.claimed(record.run))
                }
                Err(present) => Ok(Claim::Held(Box::new(present.clone()))),
            }
        })
    }

    async fn get(&self, content_id: &ContentId) -> StepResult<Option<LedgerRecord>> {
        self.read(|connection| find(connection, BY_CONTENT, content_id.as_str()))
    }

    async fn complete(
        &self,
        content_id: &ContentId,
        owner: &Execution,
        results: &RunResults,
        now: DateTime<Utc>,
    ) -> StepResult<()> {
        self.change(|transaction| {
            let record: Option<LedgerRecord> = find(transaction, BY_CONTENT, content_id.as_str())?;
            let mut record = record.ok_or_else(|| {
                StepError::new(ErrorKind::PreconditionFailed, "there is no such claim")
            })?;
            record.complete(owner, results, now)?;
            store(transaction, &record)
        })
    }

    async fn fail(
        &self,
        content_id: &ContentId,
        owner_id: &str,
        error: &str,
        _now: DateTime<Utc>,
    ) -> StepResult<bool> {
        self.change(|transaction| {
            let record: Option<LedgerRecord> = find(transaction, BY_CONTENT, content_id.as_str())?;
            let Some(mut record) = record else {
                return Ok(false);
            };
            let failed = record.fail(owner_id, error);
            if failed {
                store(transaction, &record)?;
            }
            Ok(failed)
        })
    }

    async fn by_owner(&self, owner_id: &str) -> StepResult<Option<LedgerRecord>> {
        const BY_OWNER: &str = "SELECT record FROM ledger WHERE owner_id = ?1";
        let records: Vec<LedgerRecord> =
            self.read(|connection| find_all(connection, BY_OWNER, owner_id))?;
        Ok(records.into_iter().max_by_key(|record| record.lease_expires_at))
    }

    async fn reserve_name(&self, name: &str, holder: &str) -> StepResult<bool> {
        const RESERVE: &str =
            "INSERT INTO names (name, holder) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        const IS_HELD: &str = "SELECT holder = ?2 FROM names WHERE name = ?1";
        self.change(|transaction| {
            execute(transaction, RESERVE, [name, holder])?;
            transaction.query_row(IS_HELD, [name, holder], |row| row.get(0)).map_err(database_error)
        })
    }
}
