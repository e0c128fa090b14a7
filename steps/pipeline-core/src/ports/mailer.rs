//! The port to the mail service.

use async_trait::async_trait;

use crate::error::StepError;

/// A finished mail.
#[derive(Clone, PartialEq, Eq)]
pub struct RawEmail {
    /// A name for it that is unique among the mails of the pipeline and safe as a file name.
    pub id: String,
    /// The sender's address.
    pub from: String,
    /// The recipients' addresses.
    pub to: Vec<String>,
    /// The whole message, RFC 5322.
    pub mime: Vec<u8>,
}

impl std::fmt::Debug for RawEmail {
    /// Neither addresses nor contents may reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawEmail")
            .field("id", &self.id)
            .field("size_bytes", &self.mime.len())
            .finish_non_exhaustive()
    }
}

/// Sends mail. An adapter never retries: only the caller knows whether a second try is safe.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends, and gives the message id.
    async fn send(&self, email: &RawEmail) -> Result<String, SendError>;
}

/// Why a mail was not sent, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It was definitely not sent; another try is safe.
    #[error("the mail was refused: {0}")]
    Refused(#[source] StepError),
    /// It may have been sent; another try might send it twice.
    #[error("the mail may or may not have been sent: {0}")]
    Ambiguous(#[source] StepError),
}
