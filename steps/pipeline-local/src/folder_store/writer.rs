//! [`ObjectWriter`] of a file: written aside, then renamed.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
};

use async_trait::async_trait;
use bytes::Bytes;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, ObjectInfo, ObjectWriter, Publication, check_metadata},
};
use sha2::{Digest, Sha256};

use super::{
    description::{CHUNK_BYTES, Description, Fingerprint},
    folder::{FolderStore, keeps_versions},
};
use crate::{
    io_error::io_error,
    presence::Gate,
    temp_files::{TempFile, TempName, sync_folder_of},
};

/// An object in the making, in a temporary file.
pub(super) struct FileWriter {
    store: FolderStore,
    key: String,
    content_type: String,
    file: BufWriter<File>,
    name: TempName,
    sha256: Sha256,
}

impl FileWriter {
    pub(super) fn new(store: FolderStore, key: &str, content_type: &str) -> StepResult<Self> {
        let TempFile { file, name } = store.temp_files.create()?;
        Ok(Self {
            file: BufWriter::with_capacity(CHUNK_BYTES, file),
            name,
            store,
            key: key.to_owned(),
            content_type: content_type.to_owned(),
            sha256: Sha256::new(),
        })
    }

    fn publish(mut self, metadata: Metadata, publication: Publication) -> StepResult<ObjectInfo> {
        check_metadata(&metadata)?;
        let fingerprint = self.flush().map_err(|error| self.failed(error))?;
        let Self { store, key, content_type, name, sha256, .. } = self;
        let description = Description::new(&key, fingerprint, sha256, &content_type, metadata);
        let descriptions = store.descriptions(&key);

        // One writer at a time, so that no writer removes the new description of another as an old one.
        let _gate = Gate::enter(&store.internal())?;
        let path = store.path(&key)?;
        let failed = |error| io_error("publish an object", &path, error).with("key", &key);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        description.save(&descriptions, fingerprint, &store.temp_files)?;
        store.keep_version(&key, name.path(), &description)?;
        match publication {
            Publication::Replace => name.replace(&path).map_err(failed)?,
            Publication::IfAbsent => match name.link_new(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    Description::remove(&descriptions, fingerprint);
                    return Err(StepError::new(ErrorKind::PreconditionFailed, "the object exists")
                        .with("key", &key));
                }
                linked => linked.map_err(failed)?,
            },
        }
        sync_folder_of(&path).map_err(failed)?;
        if !keeps_versions(&key) {
            Description::remove_others(&descriptions, fingerprint);
        }
        Ok(description.into())
    }

    fn flush(&mut self) -> io::Result<Fingerprint> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(Fingerprint::of(&self.file.get_ref().metadata()?))
    }

    fn failed(&self, error: io::Error) -> StepError {
        io_error("write an object", self.name.path(), error).with("key", &self.key)
    }
}

#[async_trait]
impl ObjectWriter for FileWriter {
    async fn write(&mut self, bytes: Bytes) -> StepResult<()> {
        self.sha256.update(&bytes);
        self.file.write_all(&bytes).map_err(|error| self.failed(error))
    }

    async fn finish(
        self: Box<Self>,
        metadata: Metadata,
        publication: Publication,
    ) -> StepResult<ObjectInfo> {
        self.publish(metadata, publication)
    }
}
