//! The table of marks that make a mail go out at most once: [`SendLog`] on `DynamoDB`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{SendLog, SendMark, SendState},
};

use super::{
    revisions::{ATTEMPTS, Written, retained_until},
    table::Table,
};
use crate::{Connection, backoff::pause};

/// The marks of mails, by mail id.
#[derive(Debug, Clone)]
pub struct SendLogTable {
    table: Table,
}

impl SendLogTable {
    /// The table of this name. Its partition key is `pk`, a string; its TTL attribute is `expires_at`.
    pub fn new(connection: &Connection, table: impl Into<String>) -> Self {
        Self { table: Table::new(connection, table) }
    }
}

#[async_trait]
impl SendLog for SendLogTable {
    async fn begin(&self, mail_id: &str, now: DateTime<Utc>) -> StepResult<SendMark> {
        let sending = SendState::Sending { since: now };
        for attempt in 0..ATTEMPTS {
            let expires_at = Some(retained_until(now));
            match self.table.write(mail_id, &sending, None, expires_at).await? {
                Written::Done => return Ok(SendMark::Begun),
                Written::Found(Some(found)) => return Ok(SendMark::Held(found.body)),
                // It was cleared between the refusal and its answer.
                Written::Found(None) => pause(attempt).await,
            }
        }
        Err(self.table.contended())
    }

    async fn sent(&self, mail_id: &str, message_id: &str, now: DateTime<Utc>) -> StepResult<()> {
        let sent = |mark: Option<&SendState>| match mark {
            None => Err(StepError::new(ErrorKind::PreconditionFailed, "the mail has no mark")
                .with("mail_id", mail_id)),
            Some(SendState::Sent { .. }) => Ok(None),
            Some(SendState::Sending { .. }) => {
                Ok(Some(SendState::Sent { at: now, message_id: message_id.to_owned() }))
            }
        };
        self.table.change(mail_id, now, sent).await?;
        Ok(())
    }

    async fn clear(&self, mail_id: &str) -> StepResult<()> {
        match self.table.read::<SendState>(mail_id).await? {
            Some(mark) if matches!(mark.body, SendState::Sending { .. }) => {
                self.table.remove(&mark).await
            }
            _ => Ok(()),
        }
    }

    async fn get(&self, mail_id: &str) -> StepResult<Option<SendState>> {
        Ok(self.table.read(mail_id).await?.map(|found| found.body))
    }
}
