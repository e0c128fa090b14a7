//! [`Mailer`] on SES.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    primitives::Blob,
    types::{Destination, EmailContent, RawMessage},
};
use pipeline_core::{
    error::{ErrorKind, StepError},
    ports::{Mailer, RawEmail, SendError},
};

use crate::{
    Connection,
    fault::{Fault, Reach},
    patience::Patience,
};

/// One attempt: the SDK repeats a request whose answer was lost, and a mail would go out twice. The
/// answer may take long, because to give up on it makes the mail's fate unknown.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    read: Duration::from_mins(1),
    operation: Duration::from_secs(70),
    attempts: 1,
};

/// SES in the connection's region.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    configuration_set: Option<String>,
}

impl Sender {
    /// Sends through a configuration set, if one is named.
    pub fn new(connection: &Connection, configuration_set: Option<String>) -> Self {
        Self { client: Client::new(&PATIENCE.config(connection)), configuration_set }
    }
}

#[async_trait]
impl Mailer for Sender {
    async fn send(&self, email: &RawEmail) -> Result<String, SendError> {
        let raw = RawMessage::builder().data(Blob::new(email.mime.clone())).build();
        let raw = raw.map_err(|error| {
            let error = StepError::new(ErrorKind::Internal, "a mail has no text").because(error);
            SendError::Refused(error)
        })?;
        let sent = self
            .client
            .send_email()
            .from_email_address(&email.from)
            .destination(Destination::builder().set_to_addresses(Some(email.to.clone())).build())
            .content(EmailContent::builder().raw(raw).build())
            .set_configuration_set_name(self.configuration_set.clone())
            .send()
            .await
            .map_err(|error| fate(Fault::of("ses:SendEmail", error), &email.id))?;
        // A mail that was accepted under no id is sent all the same.
        Ok(sent.message_id.unwrap_or_else(|| "unknown".to_owned()))
    }
}

/// Whether a mail whose sending failed may have gone out.
fn fate(fault: Fault, mail_id: &str) -> SendError {
    // SES may still send the mail after a 408 (the request took too long) or a 5xx, whatever the code.
    let is_definite = matches!(fault.status(), Some(400..=407 | 409..=499));
    let refused = match (fault.reach(), fault.kind()) {
        (Reach::NotSent, _) => None,
        (Reach::Answered, ErrorKind::Throttled | ErrorKind::Environment) if is_definite => None,
        (Reach::Answered, _) if is_definite => Some(
            "SES refused the mail: check that the addresses are verified and that sending is on",
        ),
        _ => {
            let error = fault.into_error_of(
                ErrorKind::DependencyUnavailable,
                "SES did not say what became of the mail",
            );
            return SendError::Ambiguous(error.with("mail_id", mail_id));
        }
    };
    let error = match refused {
        Some(message) => fault.into_error_of(ErrorKind::EmailRefused, message),
        None => fault.into_error(),
    };
    SendError::Refused(error.with("mail_id", mail_id))
}
