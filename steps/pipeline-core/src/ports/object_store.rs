use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::{ErrorKind, StepError, StepResult};

/// User metadata of an object, by lower-case name.
pub type Metadata = BTreeMap<String, String>;

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
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Describes one version of an object, or the newest.
    ///
    /// `ObjectNotFound` if there is no such object or version.
    async fn head(&self, key: &str, version_id: Option<&str>) -> StepResult<ObjectInfo>;

    /// Reads one version of an object, or the newest, in chunks.
    ///
    /// `ObjectNotFound` if there is no such object or version.
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
            return Err(StepError::new(ErrorKind::InvalidEvent, "the object is too large to be read")
                .with("key", key)
                .with("limit_bytes", limit_bytes));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
