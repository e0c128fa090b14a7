//! [`Mailer`] as a folder of `.eml` files, `outbox/`.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Mailer, RawEmail, SendError, key_fault},
};

use crate::{
    io_error::io_error,
    temp_files::{TempFile, TempFiles, sync_folder_of},
};

/// Sends a mail by writing it to `outbox/<mail id>.eml`, which any mail client opens.
///
/// The message id is that path. A mail that is in the outbox is sent: sending it again changes
/// nothing and succeeds.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    temp_files: Arc<TempFiles>,
}

impl Outbox {
    pub(crate) fn new(folder: PathBuf, temp_files: Arc<TempFiles>) -> Self {
        Self { folder, temp_files }
    }

    /// Where the mail of this id is, or would be.
    pub fn path(&self, mail_id: &str) -> PathBuf {
        self.folder.join(file_name(mail_id))
    }

    fn stage(&self, email: &RawEmail, path: &Path) -> StepResult<TempFile> {
        let name = file_name(&email.id);
        if name.contains('/') || key_fault(&name).is_some() {
            return Err(StepError::new(ErrorKind::InvalidEvent, "the mail's id is no file name")
                .with("id", email.id.escape_debug()));
        }
        let mut staged = self.temp_files.create()?;
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| staged.file.write_all(&email.mime))
            .and_then(|()| staged.file.sync_all());
        written.map_err(|error| io_error("write a mail", path, error))?;
        Ok(staged)
    }
}

fn file_name(mail_id: &str) -> String {
    format!("{mail_id}.eml")
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, email: &RawEmail) -> Result<String, SendError> {
        let path = self.path(&email.id);
        let staged = self.stage(email, &path).map_err(SendError::Refused)?;
        match staged.name.link_new(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(SendError::Refused(io_error("publish a mail", &path, error)))
            }
            _ => match sync_folder_of(&path) {
                Ok(()) => Ok(format!("outbox/{}", file_name(&email.id))),
                Err(error) => Err(SendError::Ambiguous(io_error("keep a mail", &path, error))),
            },
        }
    }
}
