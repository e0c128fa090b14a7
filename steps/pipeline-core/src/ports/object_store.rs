//! The port to the bucket.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::{ErrorKind, StepError, StepResult};

/// User metadata of an object, by lower-case name.
pub type Metadata = BTreeMap<String, String>;

/// Checks what S3 demands of user metadata, so that no adapter accepts what another refuses: names
/// of `a-z`, `0-9` and `-`, values of printable ASCII, 2 KB in all.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>
pub fn check_metadata(metadata: &Metadata) -> StepResult<()> {
    const LIMIT_BYTES: usize = 2048;
    let size_bytes: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size_bytes > LIMIT_BYTES {
        return Err(StepError::new(ErrorKind::InvalidEvent, "the object has too much metadata")
            .with("size_bytes", size_bytes)
            .with("limit_bytes", LIMIT_BYTES));
    }
    let name_is_safe = |name: &str| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !name.is_empty() && name.bytes().all(allowed)
    };
    for (name, value) in metadata {
        if !name_is_safe(name) || !value.bytes().all(|b| matches!(b, b' '..=b'~')) {
            return Err(StepError::new(
                ErrorKind::InvalidEvent,
                "metadata must be printable ASCII",
            )
            .with("name", name.escape_default()));
        }
    }
    Ok(())
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// The key.
    pub key: String,
    /// The version; `None` where the store keeps none.
    pub version_id: Option<String>,
    /// Opaque.
    pub etag: String,
    /// The size.
    pub size_bytes: u64,
    /// The full-object checksum with its algorithm, such as `sha256:…` or `crc64nvme:…`.
    pub checksum: String,
    /// The MIME type.
    pub content_type: String,
    /// The user metadata.
    pub metadata: Metadata,
}

/// A bucket: named objects, written whole, read as streams.
///
/// Keys are raw; nothing in them is decoded. A key that the store cannot hold is `InvalidEvent`.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Describes one version of an object, or the newest.
    ///
    /// `ObjectNotFound` if there is no such object or version.
    async fn head(&self, key: &str, version_id: Option<&str>) -> StepResult<ObjectInfo>;

    /// Reads one version of an object, or the newest, in chunks.
    ///
    /// `ObjectNotFound` if there is no such object or version. A version under `input/` or
    /// `contracts/` outlives its replacement; other keys may keep the newest only.
    async fn get(&self, key: &str, version_id: Option<&str>) -> StepResult<Box<dyn ObjectReader>>;

    /// Begins to write an object. Nothing is visible under the key before
    /// [`ObjectWriter::finish`]; a writer that is dropped leaves nothing behind.
    async fn put(&self, key: &str, content_type: &str) -> StepResult<Box<dyn ObjectWriter>>;
}

/// The bytes of an object, in order.
#[async_trait]
pub trait ObjectReader: Send {
    /// The next chunk, never empty; `None` at the end.
    async fn next_chunk(&mut self) -> StepResult<Option<Bytes>>;
}

/// An object in the making.
#[async_trait]
pub trait ObjectWriter: Send {
    /// Appends.
    async fn write(&mut self, bytes: Bytes) -> StepResult<()>;

    /// Publishes the object with its metadata, which may hold what only the end of the stream tells.
    ///
    /// With [`Publication::IfAbsent`], `PreconditionFailed` if the key exists; it is then unchanged.
    /// `InvalidEvent` if [`check_metadata`] finds fault.
    async fn finish(
        self: Box<Self>,
        metadata: Metadata,
        publication: Publication,
    ) -> StepResult<ObjectInfo>;
}

/// Whether an object may take the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// Replaces what is there: for outputs whose every writer writes the same bytes.
    Replace,
    /// `If-None-Match: *`.
    IfAbsent,
}

/// Reads a small object whole, such as a contract or a manifest.
///
/// `InvalidEvent` if it is larger than `limit_bytes`.
pub async fn read_all(
    store: &dyn ObjectStore,
    key: &str,
    version_id: Option<&str>,
    limit_bytes: usize,
) -> StepResult<Vec<u8>> {
    let mut reader = store.get(key, version_id).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next_chunk().await? {
        if bytes.len() + chunk.len() > limit_bytes {
            return Err(StepError::new(
                ErrorKind::InvalidEvent,
                "the object is too large to be read",
            )
            .with("key", key)
            .with("limit_bytes", limit_bytes));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
