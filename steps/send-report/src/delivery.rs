//! A mail goes out at most once, whoever retries and whatever crashes.
//!
//! The mark "sending" is set before the mailer is called. What ends without an answer leaves it, and
//! nobody who meets it sends: a mail is then missing at worst, and the run says so, but no one ever
//! gets two.

use chrono::{DateTime, Utc};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{MAIL_DISABLED, RawEmail, SendError, SendMark, SendState},
    steps::send_report::{MailStatus, SendOutput},
};

use crate::Ports;

/// A mail's fate, and when it was sent, if it was.
pub(crate) struct Delivery {
    pub(crate) output: SendOutput,
    pub(crate) sent_at: Option<DateTime<Utc>>,
}

/// Sends the mail that `compose` makes, unless its mark says that this was done or may have been.
///
/// A definite refusal clears the mark and is an error: of its own kind where another try may help or the
/// environment must be mended, else `EmailRefused`. If nothing but the mark "sent" cannot be written, that is the error; another
/// try then finds "sending" and does not send.
pub(crate) async fn deliver(
    ports: &Ports<'_>,
    mail_id: &str,
    compose: impl Future<Output = StepResult<RawEmail>> + Send,
) -> StepResult<Delivery> {
    if let Some(state) = ports.send_log.get(mail_id).await? {
        return Ok(held(state));
    }
    let email = match ports.mailer {
        Some(mailer) => Some((mailer, compose.await?)),
        None => None,
    };
    if let SendMark::Held(state) = ports.send_log.begin(mail_id, ports.clock.now()).await? {
        return Ok(held(state));
    }
    let Some((mailer, email)) = email else {
        ports.send_log.sent(mail_id, MAIL_DISABLED, ports.clock.now()).await?;
        return Ok(not_sent(MailStatus::Disabled));
    };
    match mailer.send(&email).await {
        Ok(message_id) => {
            let now = ports.clock.now();
            ports.send_log.sent(mail_id, &message_id, now).await?;
            Ok(sent(MailStatus::Sent, message_id, now))
        }
        Err(SendError::Ambiguous(_)) => Ok(not_sent(MailStatus::Ambiguous)),
        Err(SendError::Refused(cause)) => {
            ports.send_log.clear(mail_id).await?;
            Err(refused(cause))
        }
    }
}

fn held(state: SendState) -> Delivery {
    match state {
        SendState::Sending { .. } => not_sent(MailStatus::Ambiguous),
        SendState::Sent { message_id, .. } if message_id == MAIL_DISABLED => {
            not_sent(MailStatus::Disabled)
        }
        SendState::Sent { at, message_id } => sent(MailStatus::AlreadySent, message_id, at),
    }
}

fn sent(mail: MailStatus, message_id: String, at: DateTime<Utc>) -> Delivery {
    Delivery { output: SendOutput { mail, message_id: Some(message_id) }, sent_at: Some(at) }
}

fn not_sent(mail: MailStatus) -> Delivery {
    Delivery { output: SendOutput { mail, message_id: None }, sent_at: None }
}

fn refused(cause: StepError) -> StepError {
    let kind = match cause.kind() {
        kind @ ErrorKind::Environment => kind,
        kind if kind.is_retryable() => kind,
        _ => ErrorKind::EmailRefused,
    };
    StepError::new(kind, "the mail was refused").because(cause)
}
