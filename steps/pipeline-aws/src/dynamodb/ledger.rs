//! The table of claims: [`Ledger`] on `DynamoDB`.

mod entry;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Claim, ClaimRequest, ContentId, Ledger, LedgerRecord},
    results::RunResults,
    run::Execution,
};
use serde::{Deserialize, Serialize};

use self::entry::Entry;
use super::{
    revisions::{ATTEMPTS, KEY, Revised, Written, retained_until},
    table::Table,
};
use crate::{Connection, backoff::pause};

/// The table of claims.
///
/// | Partition key | Item |
/// |---|---|
/// | `content#<content id>` | the record, with what a person wants to know of the file's history |
/// | `owner#<execution's ARN>` | which contents the execution has ever claimed: an index that is consistent |
/// | `name#<name>` | who reserved the name, for ever |
#[derive(Debug, Clone)]
pub struct LedgerTable {
    table: Table,
}

/// Set of the content ids in an owner's item.
const CONTENTS: &str = "contents";

#[derive(Debug, Serialize, Deserialize)]
struct Reservation {
    holder: String,
}

impl LedgerTable {
    /// The table of this name. Its partition key is `pk`, a string; its TTL attribute is `expires_at`.
    pub fn new(connection: &Connection, table: impl Into<String>) -> Self {
        Self { table: Table::new(connection, table) }
    }
}

fn content_key(content_id: &str) -> String {
    format!("content#{content_id}")
}

fn owner_key(owner_id: &str) -> String {
    format!("owner#{owner_id}")
}

#[async_trait]
impl Ledger for LedgerTable {
    async fn claim(&self, request: &ClaimRequest) -> StepResult<Claim> {
        // First the index, then the claim: whoever owns a record is found by it. An entry of the index
        // that leads to somebody else's record is harmless.
        let owner = owner_key(&request.owner.id);
        let content_id = request.content_id.as_str();
        let expires_at = retained_until(request.now);
        self.table.add_to_set(&owner, CONTENTS, content_id, expires_at).await?;

        let pk = content_key(content_id);
        let mut seen: Option<Revised<Entry>> = None;
        for attempt in 0..ATTEMPTS {
            let present = seen.as_ref().map(|seen| &seen.body.record);
            match request.decide(present) {
                // A repeated claim that would change nothing.
                Ok(claimed) if Some(&claimed) == present => {
                    return Ok(request.claimed(claimed.run));
                }
                Ok(claimed) => {
                    let run = claimed.run.clone();
                    let entry = Entry::new(claimed, request.now);
                    match self.table.write(&pk, &entry, seen.as_ref(), Some(expires_at)).await? {
                        Written::Done => return Ok(request.claimed(run)),
                        Written::Found(found) => seen = found,
                    }
                }
                Err(present) => return Ok(Claim::Held(Box::new(present.clone()))),
            }
            // The first write is also the read: an item that it finds is no sign of other writers.
            if attempt > 0 {
                pause(attempt).await;
            }
        }
        Err(self.table.contended())
    }

    async fn get(&self, content_id: &ContentId) -> StepResult<Option<LedgerRecord>> {
        let found = self.table.read::<Entry>(&content_key(content_id.as_str())).await?;
        Ok(found.map(|found| found.body.record))
    }

    async fn complete(
        &self,
        content_id: &ContentId,
        owner: &Execution,
        results: &RunResults,
        now: DateTime<Utc>,
    ) -> StepResult<()> {
        let complete = |present: Option<&Entry>| {
            let present = present.ok_or_else(|| {
                StepError::new(ErrorKind::PreconditionFailed, "there is no such claim")
            })?;
            let mut completed = present.record.clone();
            completed.complete(owner, results, now)?;
            Ok((completed != present.record).then(|| Entry::new(completed, now)))
        };
        self.table.change(&content_key(content_id.as_str()), now, complete).await?;
        Ok(())
    }

    async fn fail(
        &self,
        content_id: &ContentId,
        owner_id: &str,
        error: &str,
        now: DateTime<Utc>,
    ) -> StepResult<bool> {
        let fail = |present: Option<&Entry>| {
            let Some(mut record) = present.map(|entry| entry.record.clone()) else {
                return Ok(None);
            };
            Ok(record.fail(owner_id, error).then(|| Entry::new(record, now)))
        };
        self.table.change(&content_key(content_id.as_str()), now, fail).await
    }

    async fn by_owner(&self, owner_id: &str) -> StepResult<Option<LedgerRecord>> {
        let index = self.table.get(KEY, &owner_key(owner_id)).await?.unwrap_or_default();
        let contents = index.get(CONTENTS).and_then(|set| set.as_ss().ok());
        let mut newest: Option<LedgerRecord> = None;
        for content_id in contents.into_iter().flatten() {
            let found = self.table.read::<Entry>(&content_key(content_id)).await?;
            newest = newest
                .into_iter()
                .chain(found.map(|found| found.body.record))
                .filter(|record| record.owner.id == owner_id)
                .max_by_key(|record| record.lease_expires_at);
        }
        Ok(newest)
    }

    async fn reserve_name(&self, name: &str, holder: &str) -> StepResult<bool> {
        let reservation = Reservation { holder: holder.to_owned() };
        let written = self.table.write(&format!("name#{name}"), &reservation, None, None).await?;
        Ok(match written {
            Written::Done => true,
            Written::Found(found) => found.is_some_and(|found| found.body.holder == holder),
        })
    }
}
