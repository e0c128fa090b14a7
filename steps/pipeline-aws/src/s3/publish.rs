//! How an object comes to stand under its key: in one request, or copied from where it was staged.

use aws_sdk_s3::types::{ChecksumAlgorithm, MetadataDirective, TaggingDirective};
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, Publication},
};

use super::{
    multipart::{MAX_PARTS, Multipart, if_none_match},
    object::{Description, NotStored, Object, Stored},
};
use crate::backoff::pause;

/// Where objects are uploaded that have to be copied to their key. A lifecycle rule empties it after a
/// day, as the last resort for what a killed process leaves there.
pub const STAGING_PREFIX: &str = "staging/";

/// What is copied with one request. S3 would copy up to 5 GiB with one, but takes its time, and parts
/// are copied side by side: more than this is quicker in parts, and no request outlasts its timeout.
const COPY_BYTES: u64 = 256 * 1024 * 1024;

/// Parts that S3 copies at the same time. They cost this process neither memory nor network.
const COPIES_IN_FLIGHT: usize = 16;

/// How often a write is begun that others disturb.
const CONFLICT_ATTEMPTS: u32 = 5;

/// Puts an object with one request.
pub(super) async fn put_whole(
    object: &Object,
    body: &Bytes,
    described: &Description,
    publication: Publication,
) -> StepResult<Stored> {
    undisturbed(|| async {
        let put = object
            .client
            .put_object()
            .bucket(&*object.bucket)
            .key(&*object.key)
            .content_type(&described.content_type)
            .set_metadata(Some(described.metadata.clone().into_iter().collect()))
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .checksum_crc64_nvme(&described.checksum)
            .set_if_none_match(if_none_match(publication))
            .body(body.clone().into())
            .send()
            .await
            .map_err(|error| object.not_stored("s3:PutObject", error))?;
        Ok(Stored { etag: put.e_tag.unwrap_or_default(), version_id: put.version_id })
    })
    .await
}

/// Writes, and begins anew while other writers come between.
async fn undisturbed<F>(write: impl Fn() -> F) -> StepResult<Stored>
where
    F: Future<Output = Result<Stored, NotStored>>,
{
    for attempt in 1..CONFLICT_ATTEMPTS {
        match write().await {
            Err(not_stored) if not_stored.is_conflict => pause(attempt).await,
            ended => return ended.map_err(|not_stored| not_stored.error),
        }
    }
    write().await.map_err(|not_stored| not_stored.error)
}

/// An object that was uploaded in parts, without its metadata.
pub(super) struct Staged {
    pub(super) object: Object,
    pub(super) version_id: Option<String>,
}

impl Staged {
    /// Has S3 copy it to its key, and deletes it, also where the copy fails.
    pub(super) async fn publish(
        self,
        target: &Object,
        described: &Description,
        publication: Publication,
    ) -> StepResult<Stored> {
        let copy = || async {
            if described.size_bytes <= COPY_BYTES {
                self.copy_whole(target, described, publication).await
            } else {
                self.copy_in_parts(target, described, publication).await
            }
        };
        let published = undisturbed(copy).await;
        self.delete().await;
        published
    }

    async fn copy_whole(
        &self,
        target: &Object,
        described: &Description,
        publication: Publication,
    ) -> Result<Stored, NotStored> {
        let copied = target
            .client
            .copy_object()
            .bucket(&*target.bucket)
            .key(&*target.key)
            .copy_source(self.copy_source())
            .metadata_directive(MetadataDirective::Replace)
            .content_type(&described.content_type)
            .set_metadata(Some(described.metadata.clone().into_iter().collect()))
            // There are no tags; to ask for them takes another permission.
            .tagging_directive(TaggingDirective::Replace)
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .set_if_none_match(if_none_match(publication))
            .send()
            .await
            .map_err(|error| target.not_stored("s3:PutObject (CopyObject)", error))?;
        let version_id = copied.version_id;
        let result = copied.copy_object_result;
        let checksum = result.as_ref().and_then(|result| result.checksum_crc64_nvme.as_deref());
        if checksum.is_some_and(|checksum| checksum != described.checksum) {
            let message = "S3's copy has another checksum than what was written";
            let error = StepError::new(ErrorKind::DependencyUnavailable, message);
            return Err(target.locate(error, version_id.as_deref()).into());
        }
        let etag = result.and_then(|result| result.e_tag).unwrap_or_default();
        Ok(Stored { etag, version_id })
    }

    async fn copy_in_parts(
        &self,
        target: &Object,
        described: &Description,
        publication: Publication,
    ) -> Result<Stored, NotStored> {
        let (content_type, metadata) = (&described.content_type, described.metadata.clone());
        let mut copy =
            Multipart::begin(target.clone(), Some(content_type), metadata, COPIES_IN_FLIGHT)
                .await?;
        if let Err(error) = self.copy_parts(&mut copy, described.size_bytes).await {
            copy.abort().await;
            return Err(error.into());
        }
        copy.complete(described, publication).await
    }

    async fn copy_parts(&self, copy: &mut Multipart, size_bytes: u64) -> StepResult<()> {
        let copy_source = self.copy_source();
        let part_bytes = COPY_BYTES.max(size_bytes.div_ceil(MAX_PARTS.unsigned_abs().into()));
        let mut start = 0;
        while start < size_bytes {
            let part_bytes = part_bytes.min(size_bytes - start);
            copy.copy(&copy_source, start, part_bytes).await?;
            start += part_bytes;
        }
        Ok(())
    }

    /// `bucket/key?versionId=…`. The key is one of ours and needs no encoding; the version id is S3's.
    fn copy_source(&self) -> String {
        let Object { bucket, key, .. } = &self.object;
        match &self.version_id {
            Some(version_id) => {
                let version_id = utf8_percent_encode(version_id, NON_ALPHANUMERIC);
                format!("{bucket}/{key}?versionId={version_id}")
            }
            None => format!("{bucket}/{key}"),
        }
    }

    /// Deletes this very version, so that not even a delete marker stays.
    async fn delete(&self) {
        let Object { client, bucket, key } = &self.object;
        let deleted = client
            .delete_object()
            .bucket(&**bucket)
            .key(&**key)
            .set_version_id(self.version_id.clone())
            .send()
            .await
            .map_err(|error| {
                let version_id = self.version_id.as_deref();
                self.object.error("s3:DeleteObjectVersion", version_id, error)
            });
        // The output itself is published or has failed by now. The bucket's lifecycle removes the rest.
        if let Err(error) = deleted {
            tracing::warn!(error = error.report(), "a staged object stays in the bucket");
        }
    }
}

/// Begins to stage an object.
pub(super) async fn stage(target: &Object, parts_in_flight: usize) -> StepResult<Multipart> {
    let key = format!("{}{}", STAGING_PREFIX, uuid::Uuid::new_v4());
    Multipart::begin(target.sibling(key), None, Metadata::new(), parts_in_flight).await
}
