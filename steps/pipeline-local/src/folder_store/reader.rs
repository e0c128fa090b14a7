//! [`ObjectReader`] of a file.

use std::{
    fs::File,
    future::poll_fn,
    io::{self, Read},
    path::Path,
    task::Poll,
};

use async_trait::async_trait;
use bytes::Bytes;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::ObjectReader,
};

use super::{
    description::{CHUNK_BYTES, Fingerprint},
    folder::Described,
};
use crate::io_error::io_error;

/// Reads a file that must stay as it was described.
pub(super) struct FileReader {
    file: File,
    fingerprint: Fingerprint,
    key: String,
}

impl FileReader {
    pub(super) fn new(Described { file, fingerprint, description }: Described) -> Self {
        Self { file, fingerprint, key: description.key }
    }

    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        self.file.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk)?;
        Ok((!chunk.is_empty()).then_some(chunk))
    }
}

#[async_trait]
impl ObjectReader for FileReader {
    async fn next_chunk(&mut self) -> StepResult<Option<Bytes>> {
        yield_once().await;
        let failed = |error, key: &str| io_error("read an object", Path::new(key), error);
        let chunk = self.read().map_err(|error| failed(error, &self.key))?;
        if chunk.is_none() {
            let now = self.file.metadata().map_err(|error| failed(error, &self.key))?;
            if Fingerprint::of(&now) != self.fingerprint {
                return Err(StepError::new(
                    ErrorKind::ObjectNotFound,
                    "the object was changed by hand while it was read",
                )
                .with("key", &self.key));
            }
        }
        Ok(chunk.map(Bytes::from))
    }
}

/// Lets timeouts and interrupts have their turn between two chunks.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
