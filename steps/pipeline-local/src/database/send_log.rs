//! [`SendLog`] in the embedded database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{SendLog, SendMark, SendState},
};
use rusqlite::Connection;

use super::{Database, execute, find, to_json};

const BY_MAIL: &str = "SELECT state FROM mails WHERE mail_id = ?1";

fn store(connection: &Connection, mail_id: &str, state: &SendState) -> StepResult<()> {
    let sql = "INSERT OR REPLACE INTO mails (mail_id, state) VALUES (?1, ?2)";
    execute(connection, sql, [mail_id, &to_json(state)?])
}

#[async_trait]
impl SendLog for Database {
    async fn begin(&self, mail_id: &str, now: DateTime<Utc>) -> StepResult<SendMark> {
        self.change(|transaction| {
            if let Some(mark) = find(transaction, BY_MAIL, mail_id)? {
                return Ok(SendMark::Held(mark));
            }
            store(transaction, mail_id, &SendState::Sending { since: now })?;
            Ok(SendMark::Begun)
        })
    }

    async fn sent(&self, mail_id: &str, message_id: &str, now: DateTime<Utc>) -> StepResult<()> {
        self.change(|transaction| match find(transaction, BY_MAIL, mail_id)? {
            Some(SendState::Sent { .. }) => Ok(()),
            Some(SendState::Sending { .. }) => {
                let sent = SendState::Sent { at: now, message_id: message_id.to_owned() };
                store(transaction, mail_id, &sent)
            }
            None => Err(StepError::new(ErrorKind::PreconditionFailed, "no such mail was begun")
                .with("mail_id", mail_id)),
        })
    }

    async fn clear(&self, mail_id: &str) -> StepResult<()> {
        self.change(|transaction| {
            if let Some(SendState::Sending { .. }) = find(transaction, BY_MAIL, mail_id)? {
                execute(transaction, "DELETE FROM mails WHERE mail_id = ?1", [mail_id])?;
            }
            Ok(())
        })
    }

    async fn get(&self, mail_id: &str) -> StepResult<Option<SendState>> {
        self.read(|connection| find(connection, BY_MAIL, mail_id))
    }
}
