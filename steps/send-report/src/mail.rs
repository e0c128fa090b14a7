//! A mail as a message, RFC 5322: the same mail gives the same bytes.

use chrono::{DateTime, Utc};
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, content_type::ContentType},
    mime::{BodyPart, MimePart},
};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::RawEmail,
};
use sha2::{Digest, Sha256};

use crate::{Config, attachment::Attachment};

/// A mail before it becomes a message.
pub(crate) struct Mail {
    /// The mark of its sending; names its file and its Message-ID.
    pub(crate) id: String,
    /// One line.
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) date: DateTime<Utc>,
    pub(crate) attachment: Option<Attachment>,
}

impl Mail {
    /// The message. `EmailRefused` if there is no one to send it to.
    pub(crate) fn into_message(self, config: &Config) -> StepResult<RawEmail> {
        if config.to.is_empty() {
            return Err(StepError::new(ErrorKind::EmailRefused, "no recipient is configured"));
        }
        let [outer, inner] = self.boundaries();
        let multipart = |subtype: &str, boundary: String, parts: Vec<MimePart<'static>>| {
            let content_type = ContentType::new(format!("multipart/{subtype}"));
            MimePart::new(content_type.attribute("boundary", boundary), parts)
        };
        let alternative =
            vec![MimePart::new("text/plain", self.text), MimePart::new("text/html", self.html)];
        let mut parts = vec![multipart("alternative", inner, alternative)];
        if let Some(Attachment { file_name, contents }) = self.attachment {
            let content_type = ContentType::new("text/csv").attribute("charset", "utf-8");
            let part = MimePart::new(content_type, BodyPart::Binary(contents.into()));
            parts.push(part.attachment(file_name));
        }
        let domain = config.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let to = config.to.iter().map(|email| Address::new_address(None::<&str>, email));
        let message = MessageBuilder::new()
            .from(Address::new_address(Some(config.from_name.as_str()), config.from.as_str()))
            .to(Address::new_list(to.collect()))
            .subject(self.subject)
            .date(self.date.timestamp())
            .message_id(format!("{}@{domain}", self.id))
            // RFC 3834: no vacation notice answers it.
            .header("Auto-Submitted", mail_builder::headers::raw::Raw::new("auto-generated"))
            .body(multipart("mixed", outer, parts));
        let mut mime = Vec::new();
        message.serialize(&mut mime);
        Ok(RawEmail { id: self.id, from: config.from.clone(), to: config.to.clone(), mime })
    }

    /// Two boundaries that depend on every byte between them, so that no part can hold one.
    fn boundaries(&self) -> [String; 2] {
        let mut hash = Sha256::new();
        let attached = self.attachment.as_ref().map(|attachment| attachment.contents.as_slice());
        let parts = [self.id.as_bytes(), self.text.as_bytes(), self.html.as_bytes()];
        for part in parts.into_iter().chain(attached) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let hash = format!("{:x}", hash.finalize());
        let hash = hash.get(..32).unwrap_or_default();
        [format!("mixed-{hash}"), format!("alternative-{hash}")]
    }
}
