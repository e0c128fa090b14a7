//! A bucket in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

use super::lock;
use crate::{
    error::{ErrorKind, StepError, StepResult},
    ports::{
        Metadata, ObjectInfo, ObjectReader, ObjectStore, ObjectWriter, Publication, check_metadata,
    },
};

const CHUNK_BYTES: usize = 64 * 1024;

/// A versioned bucket. Like S3 under KMS it gives equal bytes another `ETag` with every upload.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    bucket: Arc<Mutex<Bucket>>,
    chunk_bytes: usize,
}

#[derive(Debug, Default)]
struct Bucket {
    uploads: u64,
    versions: BTreeMap<String, Vec<Version>>,
}

#[derive(Debug, Clone)]
struct Version {
    info: ObjectInfo,
    bytes: Bytes,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self { bucket: Arc::default(), chunk_bytes: CHUNK_BYTES }
    }
}

impl MemoryStore {
    /// The same bucket, read in chunks of this size, to move the seams between chunks.
    #[must_use]
    pub fn with_chunk_size(self, chunk_bytes: usize) -> Self {
        Self { chunk_bytes: chunk_bytes.max(1), ..self }
    }

    /// Stores an object, as a test does before a step runs.
    pub fn insert(&self, key: &str, bytes: impl Into<Bytes>) -> ObjectInfo {
        lock(&self.bucket).add(key, "application/octet-stream", Metadata::new(), bytes.into())
    }

    /// Removes an object with all its versions.
    pub fn remove(&self, key: &str) {
        lock(&self.bucket).versions.remove(key);
    }

    /// The newest bytes under a key.
    pub fn bytes(&self, key: &str) -> Option<Bytes> {
        Some(lock(&self.bucket).versions.get(key)?.last()?.bytes.clone())
    }

    /// Every key, in order.
    pub fn keys(&self) -> Vec<String> {
        lock(&self.bucket).versions.keys().cloned().collect()
    }

    fn find(&self, key: &str, version_id: Option<&str>) -> StepResult<Version> {
        let bucket = lock(&self.bucket);
        let versions = bucket.versions.get(key).map(Vec::as_slice).unwrap_or_default();
        let found = match version_id {
            None => versions.last(),
            Some(_) => versions.iter().find(|v| v.info.version_id.as_deref() == version_id),
        };
        found.cloned().ok_or_else(|| {
            StepError::new(ErrorKind::ObjectNotFound, "there is no such object")
                .with("key", key)
                .with("version_id", version_id.unwrap_or("newest"))
        })
    }
}

impl Bucket {
    fn add(
        &mut self,
        key: &str,
        content_type: &str,
        metadata: Metadata,
        bytes: Bytes,
    ) -> ObjectInfo {
        self.uploads += 1;
        let info = ObjectInfo {
            key: key.to_owned(),
            version_id: Some(format!("v{}", self.uploads)),
            etag: format!("etag-{}", self.uploads),
            size_bytes: bytes.len() as u64,
            checksum: format!("sha256:{:x}", Sha256::digest(&bytes)),
            content_type: content_type.to_owned(),
            metadata,
        };
        let version = Version { info: info.clone(), bytes };
        self.versions.entry(key.to_owned()).or_default().push(version);
        info
    }
}

#[async_trait]
impl ObjectStore for MemoryStore {
    async fn head(&self, key: &str, version_id: Option<&str>) -> StepResult<ObjectInfo> {
        Ok(self.find(key, version_id)?.info)
    }

    async fn get(&self, key: &str, version_id: Option<&str>) -> StepResult<Box<dyn ObjectReader>> {
        let bytes = self.find(key, version_id)?.bytes;
        Ok(Box::new(MemoryReader { bytes, chunk_bytes: self.chunk_bytes }))
    }

    async fn put(&self, key: &str, content_type: &str) -> StepResult<Box<dyn ObjectWriter>> {
        Ok(Box::new(MemoryWriter {
            bucket: Arc::clone(&self.bucket),
            key: key.to_owned(),
            content_type: content_type.to_owned(),
            bytes: BytesMut::new(),
        }))
    }
}

struct MemoryReader {
    bytes: Bytes,
    chunk_bytes: usize,
}

#[async_trait]
impl ObjectReader for MemoryReader {
    async fn next_chunk(&mut self) -> StepResult<Option<Bytes>> {
        let size = self.chunk_bytes.min(self.bytes.len());
        Ok((size > 0).then(|| self.bytes.split_to(size)))
    }
}

struct MemoryWriter {
    bucket: Arc<Mutex<Bucket>>,
    key: String,
    content_type: String,
    bytes: BytesMut,
}

#[async_trait]
impl ObjectWriter for MemoryWriter {
    async fn write(&mut self, bytes: Bytes) -> StepResult<()> {
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }

    async fn finish(
        self: Box<Self>,
        metadata: Metadata,
        publication: Publication,
    ) -> StepResult<ObjectInfo> {
        check_metadata(&metadata)?;
        let mut bucket = lock(&self.bucket);
        if publication == Publication::IfAbsent && bucket.versions.contains_key(&self.key) {
            return Err(StepError::new(ErrorKind::PreconditionFailed, "the object exists")
                .with("key", &self.key));
        }
        Ok(bucket.add(&self.key, &self.content_type, metadata, self.bytes.freeze()))
    }
}
