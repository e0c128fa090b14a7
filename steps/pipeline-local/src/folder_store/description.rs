//! What a file cannot say of itself, in a small file beside it.

use std::{
    fmt,
    fs::{self, File, Metadata as FileMetadata},
    io::{self, BufReader, Seek, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, ObjectInfo},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{io_error::io_error, temp_files::TempFiles};

/// How much of a file is read, hashed or written at a time.
pub(super) const CHUNK_BYTES: usize = 256 * 1024;

/// One state of one file: it changes when the file is written to or another takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint {
    size_bytes: u64,
    modified_ns: u128,
    inode: u64,
}

impl Fingerprint {
    pub(super) fn of(metadata: &FileMetadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        let modified =
            metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            size_bytes: metadata.len(),
            modified_ns: modified.map_or(0, |since_epoch| since_epoch.as_nanos()),
            inode,
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.size_bytes, self.modified_ns, self.inode)
    }
}

/// What a file cannot say of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Description {
    pub(super) key: String,
    pub(super) version_id: String,
    pub(super) etag: String,
    pub(super) size_bytes: u64,
    pub(super) sha256: String,
    pub(super) content_type: String,
    pub(super) metadata: Metadata,
}

impl Description {
    /// Describes bytes by their hash, which also names the version: equal bytes are one version.
    pub(super) fn new(
        key: &str,
        fingerprint: Fingerprint,
        sha256: Sha256,
        content_type: &str,
        metadata: Metadata,
    ) -> Self {
        let sha256 = format!("{:x}", sha256.finalize());
        let version_id: String = sha256.chars().take(32).collect();
        Self {
            key: key.to_owned(),
            etag: format!("\"{version_id}\""),
            version_id,
            size_bytes: fingerprint.size_bytes,
            sha256,
            content_type: content_type.to_owned(),
            metadata,
        }
    }

    /// Whether a version could have this id, which becomes a file name.
    pub(super) fn could_name(version_id: &str) -> bool {
        version_id.len() == 32 && version_id.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// Describes a file that has no description, by reading it. Afterwards it is rewound.
    pub(super) fn compute(key: &str, mut file: &File, before: Fingerprint) -> io::Result<Self> {
        let mut sha256 = Sha256::new();
        io::copy(&mut BufReader::with_capacity(CHUNK_BYTES, file), &mut sha256)?;
        if Fingerprint::of(&file.metadata()?) != before {
            return Err(io::Error::other("the file is being written to"));
        }
        file.rewind()?;
        let content_type = content_type_of(key);
        Ok(Self::new(key, before, sha256, content_type, Metadata::new()))
    }

    /// Finds the description of a file in this state. One that cannot be read counts as absent.
    pub(super) fn load(folder: &Path, fingerprint: Fingerprint, key: &str) -> Option<Self> {
        let bytes = fs::read(path_in(folder, fingerprint)).ok()?;
        let description: Self = serde_json::from_slice(&bytes).ok()?;
        (description.key == key && description.size_bytes == fingerprint.size_bytes)
            .then_some(description)
    }

    /// Keeps the description, for as long as the file is in this state.
    pub(super) fn save(
        &self,
        folder: &Path,
        fingerprint: Fingerprint,
        temp_files: &Arc<TempFiles>,
    ) -> StepResult<()> {
        let path = path_in(folder, fingerprint);
        let json = serde_json::to_vec_pretty(self).map_err(|error| {
            StepError::new(ErrorKind::Internal, "cannot describe an object").because(error)
        })?;
        let mut staged = temp_files.create()?;
        // Not synced: a description that a power failure damages is computed again.
        let saved = fs::create_dir_all(folder)
            .and_then(|()| staged.file.write_all(&json))
            .and_then(|()| staged.name.replace(&path));
        saved.map_err(|error| io_error("describe an object", &path, error))
    }

    /// Removes the description again.
    pub(super) fn remove(folder: &Path, fingerprint: Fingerprint) {
        let _ = fs::remove_file(path_in(folder, fingerprint));
    }

    /// Removes the descriptions of former states. One that stays does no harm.
    pub(super) fn remove_others(folder: &Path, fingerprint: Fingerprint) {
        let keep = path_in(folder, fingerprint);
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path() != keep {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn path_in(folder: &Path, fingerprint: Fingerprint) -> PathBuf {
    folder.join(format!("{fingerprint}.json"))
}

fn content_type_of(key: &str) -> &'static str {
    let extension = key.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("html") => "text/html",
        _ => "application/octet-stream",
    }
}

impl From<Description> for ObjectInfo {
    fn from(description: Description) -> Self {
        Self {
            key: description.key,
            version_id: Some(description.version_id),
            etag: description.etag,
            size_bytes: description.size_bytes,
            checksum: format!("sha256:{}", description.sha256),
            content_type: description.content_type,
            metadata: description.metadata,
        }
    }
}
