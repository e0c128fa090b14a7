//! The table of claims and the marks of mails in memory.

use std::{collections::BTreeMap, sync::Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::lock;
use crate::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Claim, ClaimRequest, ContentId, Ledger, LedgerRecord, SendLog, SendMark, SendState},
    results::RunResults,
    run::Execution,
};

/// A table of claims.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    records: Mutex<BTreeMap<String, LedgerRecord>>,
    names: Mutex<BTreeMap<String, String>>,
}

impl MemoryLedger {
    /// Every record.
    pub fn records(&self) -> Vec<LedgerRecord> {
        lock(&self.records).values().cloned().collect()
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn claim(&self, request: &ClaimRequest) -> StepResult<Claim> {
        let mut records = lock(&self.records);
        match request.decide(records.get(request.content_id.as_str())) {
            Ok(record) => {
                let answer = request.claimed(record.run.clone());
                records.insert(request.content_id.as_str().to_owned(), record);
                Ok(answer)
            }
            Err(present) => Ok(Claim::Held(Box::new(present.clone()))),
        }
    }

    async fn get(&self, content_id: &ContentId) -> StepResult<Option<LedgerRecord>> {
        Ok(lock(&self.records).get(content_id.as_str()).cloned())
    }

    async fn complete(
        &self,
        content_id: &ContentId,
        owner: &Execution,
        results: &RunResults,
        now: DateTime<Utc>,
    ) -> StepResult<()> {
        match lock(&self.records).get_mut(content_id.as_str()) {
            Some(record) => record.complete(owner, results, now),
            None => Err(StepError::new(ErrorKind::PreconditionFailed, "there is no such claim")),
        }
    }

    async fn fail(
        &self,
        content_id: &ContentId,
        owner_id: &str,
        error: &str,
        _now: DateTime<Utc>,
    ) -> StepResult<bool> {
        let mut records = lock(&self.records);
        let record = records.get_mut(content_id.as_str());
        Ok(record.is_some_and(|record| record.fail(owner_id, error)))
    }

    async fn by_owner(&self, owner_id: &str) -> StepResult<Option<LedgerRecord>> {
        let records = lock(&self.records);
        let owned = records.values().filter(|record| record.owner.id == owner_id);
        Ok(owned.max_by_key(|record| record.lease_expires_at).cloned())
    }

    async fn reserve_name(&self, name: &str, holder: &str) -> StepResult<bool> {
        let mut names = lock(&self.names);
        Ok(names.entry(name.to_owned()).or_insert_with(|| holder.to_owned()) == holder)
    }
}

/// The marks of mails.
#[derive(Debug, Default)]
pub struct MemorySendLog(Mutex<BTreeMap<String, SendState>>);

#[async_trait]
impl SendLog for MemorySendLog {
    async fn begin(&self, mail_id: &str, now: DateTime<Utc>) -> StepResult<SendMark> {
        let mut marks = lock(&self.0);
        if let Some(mark) = marks.get(mail_id) {
            return Ok(SendMark::Held(mark.clone()));
        }
        marks.insert(mail_id.to_owned(), SendState::Sending { since: now });
        Ok(SendMark::Begun)
    }

    async fn sent(&self, mail_id: &str, message_id: &str, now: DateTime<Utc>) -> StepResult<()> {
        match lock(&self.0).get_mut(mail_id) {
            Some(SendState::Sent { .. }) => Ok(()),
            Some(mark) => {
                *mark = SendState::Sent { at: now, message_id: message_id.to_owned() };
                Ok(())
            }
            None => Err(StepError::new(ErrorKind::PreconditionFailed, "no such mail was begun")
                .with("mail_id", mail_id)),
        }
    }

    async fn clear(&self, mail_id: &str) -> StepResult<()> {
        let mut marks = lock(&self.0);
        if matches!(marks.get(mail_id), Some(SendState::Sending { .. })) {
            marks.remove(mail_id);
        }
        Ok(())
    }

    async fn get(&self, mail_id: &str) -> StepResult<Option<SendState>> {
        Ok(lock(&self.0).get(mail_id).cloned())
    }
}
