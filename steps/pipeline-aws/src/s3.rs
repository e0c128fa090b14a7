//! [`ObjectStore`] on S3.
//!
//! Reads are ranged requests, pinned to one version. Writes of at most one part are one request. A larger
//! object is uploaded in parts below `staging/`, since its metadata is known only at its end, and then
//! copied to its key by S3 itself, so that nothing shows under the key before the object is whole.

mod checksum;
mod multipart;
mod object;
mod publish;
mod range_reader;
mod upload;
mod writer;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_s3::{Client, types::ChecksumMode};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{ObjectInfo, ObjectReader, ObjectStore, ObjectWriter},
};

pub use publish::STAGING_PREFIX;

use self::{object::Object, range_reader::RangeReader, writer::StagedWriter};
use crate::{Connection, patience::Patience};

/// The most bytes that S3 takes for a key.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
const MAX_KEY_BYTES: usize = 1024;

/// S3 asks for several attempts. The answer to an uploaded part may be waited for longer than for a
/// read, because the time begins with the request: 8 MiB over a slow line from a laptop, or a copy
/// within S3. Streamed bodies are guarded by the protection against stalled streams instead.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(3),
    read: Duration::from_mins(2),
    operation: Duration::from_mins(5),
    attempts: 5,
};

/// A bucket.
///
/// A key that is missing can only be told from one that is denied if the role may `s3:ListBucket`: S3
/// answers 403 to both otherwise, which is `Environment` here, never `ObjectNotFound`.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: Arc<str>,
    hash_limit_bytes: u64,
}

impl Bucket {
    /// The bucket of this name.
    pub fn new(connection: &Connection, bucket: impl Into<String>) -> Self {
        let name = bucket.into().into();
        Self { client: Client::new(&PATIENCE.config(connection)), name, hash_limit_bytes: u64::MAX }
    }

    /// Never reads an object that is larger than this only to compute its checksum. If S3 has no CRC64NVME
    /// for such an object, its version identifies it, and an equal object counts as another one.
    #[must_use]
    pub fn hashing_at_most(mut self, limit_bytes: u64) -> Self {
        self.hash_limit_bytes = limit_bytes;
        self
    }

    /// Streams a file straight to its key, in one request or in parts, for those who drop files: they
    /// may write under `input/` only. `progress` is told how many bytes S3 has so far.
    ///
    /// The object's checksum is that of the bytes that were read; S3 compares. `InvalidEvent` if the
    /// file cannot be read or changes meanwhile. A failure leaves nothing behind.
    pub async fn upload(
        &self,
        key: &str,
        content_type: &str,
        path: &Path,
        progress: Option<&(dyn Fn(u64) + Send + Sync)>,
    ) -> StepResult<ObjectInfo> {
        upload::upload(self.object(key)?, content_type, path, progress).await
    }

    fn object(&self, key: &str) -> StepResult<Object> {
        let fault = match key.len() {
            0 => "a key cannot be empty",
            1..=MAX_KEY_BYTES => return Ok(Object::new(&self.client, &self.name, key)),
            _ => "a key cannot be longer than 1,024 bytes",
        };
        Err(StepError::new(ErrorKind::InvalidEvent, fault).with("bucket", &self.name))
    }
}

#[async_trait]
impl ObjectStore for Bucket {
    /// The checksum is S3's own CRC64NVME where it has one. An object that was uploaded with another
    /// algorithm, or with one that S3 does not keep for the object as a whole, is read once.
    async fn head(&self, key: &str, version_id: Option<&str>) -> StepResult<ObjectInfo> {
        let object = self.object(key)?;
        let head = self
            .client
            .head_object()
            .bucket(&*self.name)
            .key(key)
            .set_version_id(version_id.map(str::to_owned))
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await
            .map_err(|error| object.error("s3:GetObject (HEAD)", version_id, error))?;
        let version_id = head.version_id().or(version_id);
        let etag = head.e_tag().unwrap_or_default();
        let size_bytes = head.content_length().and_then(|size| size.try_into().ok()).unwrap_or(0);
        let checksum = match head.checksum_crc64_nvme() {
            Some(checksum) => checksum::named(checksum),
            None if size_bytes > self.hash_limit_bytes => {
                format!("version:{}", version_id.unwrap_or(etag))
            }
            None => {
                let reader = RangeReader::open(object, version_id, Some(etag)).await?;
                checksum::named(&reader.checksum().await?.base64())
            }
        };
        Ok(ObjectInfo {
            key: key.to_owned(),
            version_id: version_id.map(str::to_owned),
            etag: etag.to_owned(),
            size_bytes,
            checksum,
            content_type: head.content_type().unwrap_or_default().to_owned(),
            metadata: head.metadata().cloned().unwrap_or_default().into_iter().collect(),
        })
    }

    async fn get(&self, key: &str, version_id: Option<&str>) -> StepResult<Box<dyn ObjectReader>> {
        Ok(Box::new(RangeReader::open(self.object(key)?, version_id, None).await?))
    }

    /// A writer that is dropped aborts its upload in the background. Where that cannot run to its end,
    /// because the process ends, the bucket's lifecycle does it.
    async fn put(&self, key: &str, content_type: &str) -> StepResult<Box<dyn ObjectWriter>> {
        Ok(Box::new(StagedWriter::new(self.object(key)?, content_type)))
    }
}
