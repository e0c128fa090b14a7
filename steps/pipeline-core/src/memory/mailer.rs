//! A mailer that answers by script.

use std::{collections::VecDeque, sync::Mutex};

use async_trait::async_trait;

use super::lock;
use crate::{
    error::{ErrorKind, StepError},
    ports::{Mailer, RawEmail, SendError},
};

/// How a [`ScriptedMailer`] answers one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailAnswer {
    /// Sends.
    Accept,
    /// Does not send, and says so with an error of this kind.
    Refuse(ErrorKind),
    /// Sends, but the answer is lost.
    LoseAnswer,
    /// Does not send, and the answer is lost too.
    LoseMail,
}

/// A mailer that keeps what it sends, and answers by script; after the script it accepts.
#[derive(Debug, Default)]
pub struct ScriptedMailer {
    script: Mutex<VecDeque<MailAnswer>>,
    sent: Mutex<Vec<RawEmail>>,
    attempts: Mutex<usize>,
}

impl ScriptedMailer {
    /// A mailer that gives these answers in turn, and then accepts.
    pub fn answering(script: impl IntoIterator<Item = MailAnswer>) -> Self {
        Self { script: Mutex::new(script.into_iter().collect()), ..Self::default() }
    }

    /// The mails that went out, in order.
    pub fn sent(&self) -> Vec<RawEmail> {
        lock(&self.sent).clone()
    }

    /// How often [`Mailer::send`] was called.
    pub fn attempts(&self) -> usize {
        *lock(&self.attempts)
    }
}

#[async_trait]
impl Mailer for ScriptedMailer {
    async fn send(&self, email: &RawEmail) -> Result<String, SendError> {
        *lock(&self.attempts) += 1;
        let answer = lock(&self.script).pop_front().unwrap_or(MailAnswer::Accept);
        if matches!(answer, MailAnswer::Accept | MailAnswer::LoseAnswer) {
            lock(&self.sent).push(email.clone());
        }
        match answer {
            MailAnswer::Accept => Ok(format!("memory-{}", email.id)),
            MailAnswer::Refuse(kind) => {
                Err(SendError::Refused(StepError::new(kind, "refused by script")))
            }
            MailAnswer::LoseAnswer | MailAnswer::LoseMail => Err(SendError::Ambiguous(
                StepError::new(ErrorKind::DependencyUnavailable, "no answer, by script"),
            )),
        }
    }
}
