//! Uploads in parts: of bytes, or of ranges that S3 copies.

use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, Publication},
};
use tokio::task::JoinSet;

use super::object::{Description, NotStored, Object, Stored};

/// The most parts that an upload may have.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
pub(super) const MAX_PARTS: i32 = 10_000;

/// What is uploaded with one request, and the size of a part of anything larger.
pub(super) const PART_BYTES: usize = 8 * 1024 * 1024;

/// Parts that are uploaded at the same time: what a function's network needs to be busy. With the one
/// that fills, this bounds the memory of a writer to five parts.
pub(super) const PARTS_IN_FLIGHT: usize = 4;

/// A multipart upload. One that is dropped before it is complete is aborted, in the background as far
/// as the process lives on; [`Self::abort`] waits for it.
pub(super) struct Multipart {
    object: Object,
    upload_id: Option<String>,
    parts_in_flight: usize,
    parts_begun: i32,
    running: JoinSet<StepResult<Part>>,
    parts: Vec<CompletedPart>,
    confirmed_bytes: u64,
}

struct Part {
    completed: CompletedPart,
    size_bytes: u64,
}

impl Multipart {
    pub(super) async fn begin(
        object: Object,
        content_type: Option<&str>,
        metadata: Metadata,
        parts_in_flight: usize,
    ) -> StepResult<Self> {
        let begun = object
            .client
            .create_multipart_upload()
            .bucket(&*object.bucket)
            .key(&*object.key)
            .set_content_type(content_type.map(str::to_owned))
            .set_metadata(Some(metadata.into_iter().collect()))
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .checksum_type(ChecksumType::FullObject)
            .send()
            .await
            .map_err(|error| object.error("s3:PutObject (CreateMultipartUpload)", None, error))?;
        Ok(Self {
            object,
            upload_id: begun.upload_id,
            parts_in_flight,
            parts_begun: 0,
            running: JoinSet::new(),
            parts: Vec::new(),
            confirmed_bytes: 0,
        })
    }

    /// What is being uploaded.
    pub(super) fn object(&self) -> &Object {
        &self.object
    }

    /// How many bytes S3 has confirmed.
    pub(super) fn confirmed_bytes(&self) -> u64 {
        self.confirmed_bytes
    }

    /// How many parts have been begun.
    pub(super) fn parts_begun(&self) -> i32 {
        self.parts_begun
    }

    /// Begins to upload the next part, once there is room among those in flight.
    pub(super) async fn upload(&mut self, bytes: Bytes) -> StepResult<()> {
        let number = self.next_part().await?;
        let size_bytes = bytes.len() as u64;
        let object = self.object.clone();
        let request = object
            .client
            .upload_part()
            .bucket(&*object.bucket)
            .key(&*object.key)
            .set_upload_id(self.upload_id.clone())
            .part_number(number)
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .body(bytes.into());
        self.running.spawn(async move {
            let part = request
                .send()
                .await
                .map_err(|error| object.error("s3:PutObject (UploadPart)", None, error))?;
            let completed = CompletedPart::builder()
                .part_number(number)
                .set_e_tag(part.e_tag)
                .set_checksum_crc64_nvme(part.checksum_crc64_nvme)
                .build();
            Ok(Part { completed, size_bytes })
        });
        Ok(())
    }

    /// Begins to copy the next part, `size_bytes` from `start`, once there is room.
    pub(super) async fn copy(
        &mut self,
        copy_source: &str,
        start: u64,
        size_bytes: u64,
    ) -> StepResult<()> {
        let number = self.next_part().await?;
        let object = self.object.clone();
        let request = object
            .client
            .upload_part_copy()
            .bucket(&*object.bucket)
            .key(&*object.key)
            .set_upload_id(self.upload_id.clone())
            .part_number(number)
            .copy_source(copy_source)
            .copy_source_range(format!("bytes={start}-{}", start + size_bytes - 1));
        self.running.spawn(async move {
            let part = request
                .send()
                .await
                .map_err(|error| object.error("s3:PutObject (UploadPartCopy)", None, error))?;
            let copied = part
                .copy_part_result
                .unwrap_or_else(|| aws_sdk_s3::types::CopyPartResult::builder().build());
            let completed = CompletedPart::builder()
                .part_number(number)
                .set_e_tag(copied.e_tag)
                .set_checksum_crc64_nvme(copied.checksum_crc64_nvme)
                .build();
            Ok(Part { completed, size_bytes })
        });
        Ok(())
    }

    async fn next_part(&mut self) -> StepResult<i32> {
        if self.parts_begun == MAX_PARTS {
            let error = StepError::new(ErrorKind::InvalidEvent, "the object is too large for S3")
                .with("parts", MAX_PARTS);
            return Err(self.object.locate(error, None));
        }
        while self.running.len() >= self.parts_in_flight {
            self.settle_one().await?;
        }
        self.parts_begun += 1;
        Ok(self.parts_begun)
    }

    async fn settle_one(&mut self) -> StepResult<()> {
        if let Some(joined) = self.running.join_next().await {
            let part = joined.map_err(|error| {
                StepError::new(ErrorKind::Internal, "a part was not uploaded").because(error)
            })??;
            self.confirmed_bytes += part.size_bytes;
            self.parts.push(part.completed);
        }
        Ok(())
    }

    /// Waits for the parts that are in flight.
    pub(super) async fn settle(&mut self) -> StepResult<()> {
        while !self.running.is_empty() {
            self.settle_one().await?;
        }
        self.parts.sort_by_key(CompletedPart::part_number);
        Ok(())
    }

    /// Makes the parts one object, of this size and checksum, or nothing. Aborts where it fails.
    pub(super) async fn complete(
        mut self,
        described: &Description,
        publication: Publication,
    ) -> Result<Stored, NotStored> {
        if let Err(error) = self.settle().await {
            self.abort().await;
            return Err(error.into());
        }
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts.clone())).build();
        let completed = self
            .object
            .client
            .complete_multipart_upload()
            .bucket(&*self.object.bucket)
            .key(&*self.object.key)
            .set_upload_id(self.upload_id.clone())
            .multipart_upload(parts)
            .checksum_type(ChecksumType::FullObject)
            .checksum_crc64_nvme(&described.checksum)
            .mpu_object_size(described.size_bytes.try_into().unwrap_or(i64::MAX))
            .set_if_none_match(if_none_match(publication))
            .send()
            .await;
        match completed {
            Ok(completed) => {
                self.upload_id = None;
                Ok(Stored {
                    etag: completed.e_tag.unwrap_or_default(),
                    version_id: completed.version_id,
                })
            }
            Err(error) => {
                let operation = "s3:PutObject (CompleteMultipartUpload)";
                let not_stored = self.object.not_stored(operation, error);
                self.abort().await;
                Err(not_stored)
            }
        }
    }

    /// Aborts, and waits until it is done.
    pub(super) async fn abort(mut self) {
        if let Some(upload_id) = self.upload_id.take() {
            abort(self.object.clone(), upload_id, std::mem::take(&mut self.running)).await;
        }
    }
}

/// The header that keeps a write from replacing anything.
pub(super) fn if_none_match(publication: Publication) -> Option<String> {
    (publication == Publication::IfAbsent).then(|| "*".to_owned())
}

/// A part that is still being uploaded could outlive the abort, so the parts end first.
async fn abort(object: Object, upload_id: String, mut running: JoinSet<StepResult<Part>>) {
    running.shutdown().await;
    let aborted = object
        .client
        .abort_multipart_upload()
        .bucket(&*object.bucket)
        .key(&*object.key)
        .upload_id(upload_id)
        .send()
        .await
        .map_err(|error| object.error("s3:AbortMultipartUpload", None, error));
    // What failed before is the error to report. The bucket's lifecycle removes the upload.
    if let Err(error) = aborted {
        tracing::warn!(error = error.report(), "an unfinished upload stays in the bucket");
    }
}

impl Drop for Multipart {
    fn drop(&mut self) {
        if let (Some(upload_id), Ok(runtime)) =
            (self.upload_id.take(), tokio::runtime::Handle::try_current())
        {
            let running = std::mem::take(&mut self.running);
            runtime.spawn(abort(self.object.clone(), upload_id, running));
        }
    }
}
