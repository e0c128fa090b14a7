//! [`ObjectWriter`] on S3: one request for a small object, a staged upload for a large one.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, ObjectInfo, ObjectWriter, Publication, check_metadata},
};

use super::{
    checksum::Checksum,
    multipart::{Multipart, PART_BYTES, PARTS_IN_FLIGHT},
    object::{Description, Object, Stored},
    publish::{Staged, put_whole, stage},
};

/// An object in the making: a part in memory, what came before it in a staged upload.
pub(super) struct StagedWriter {
    target: Object,
    content_type: String,
    buffer: BytesMut,
    staged: Option<Multipart>,
    checksum: Checksum,
    size_bytes: u64,
    failed: bool,
}

impl StagedWriter {
    pub(super) fn new(target: Object, content_type: &str) -> Self {
        Self {
            target,
            content_type: content_type.to_owned(),
            buffer: BytesMut::new(),
            staged: None,
            checksum: Checksum::new(),
            size_bytes: 0,
            failed: false,
        }
    }

    fn part_bytes(&self) -> usize {
        part_bytes(self.staged.as_ref().map_or(0, Multipart::parts_begun))
    }

    /// Hands the full buffer to the staged upload.
    async fn flush(&mut self) -> StepResult<()> {
        let upload = match &mut self.staged {
            Some(upload) => upload,
            staged => staged.insert(stage(&self.target, PARTS_IN_FLIGHT).await?),
        };
        let part = std::mem::take(&mut self.buffer);
        upload.upload(part.freeze()).await?;
        self.buffer.reserve(self.part_bytes());
        Ok(())
    }

    async fn append(&mut self, mut bytes: Bytes) -> StepResult<()> {
        self.checksum.update(&bytes);
        self.size_bytes += bytes.len() as u64;
        // A buffer that is full stays until there is more, so that an object of one part is put with
        // one request.
        while !bytes.is_empty() {
            if self.buffer.len() >= self.part_bytes() {
                self.flush().await?;
            }
            let room = self.part_bytes() - self.buffer.len();
            let taken = bytes.split_to(room.min(bytes.len()));
            self.buffer.extend_from_slice(&taken);
        }
        Ok(())
    }

    async fn publish(
        &mut self,
        described: &Description,
        publication: Publication,
    ) -> StepResult<Stored> {
        check_metadata(&described.metadata)?;
        if self.staged.is_some() {
            self.flush().await?;
        }
        let Some(upload) = self.staged.take() else {
            let body = std::mem::take(&mut self.buffer).freeze();
            return put_whole(&self.target, &body, described, publication).await;
        };
        let object = upload.object().clone();
        let stored = upload
            .complete(described, Publication::Replace)
            .await
            .map_err(|not_stored| not_stored.error)?;
        let staged = Staged { object, version_id: stored.version_id };
        staged.publish(&self.target, described, publication).await
    }

    async fn abort(&mut self) {
        self.failed = true;
        self.buffer = BytesMut::new();
        if let Some(upload) = self.staged.take() {
            upload.abort().await;
        }
    }
}

/// The size of the part after `parts_begun` others: 8 MiB for the first 2,000, doubled with every 1,000
/// after them. 48 GB take parts of at most 32 MiB, and the 10,000 parts that S3 allows hold 4 TB.
fn part_bytes(parts_begun: i32) -> usize {
    PART_BYTES << (parts_begun / 1_000 - 1).clamp(0, 8)
}

#[async_trait]
impl ObjectWriter for StagedWriter {
    async fn write(&mut self, bytes: Bytes) -> StepResult<()> {
        if self.failed {
            let error =
                StepError::new(ErrorKind::Internal, "an object is written on after an error");
            return Err(self.target.locate(error, None));
        }
        let appended = self.append(bytes).await;
        if appended.is_err() {
            self.abort().await;
        }
        appended
    }

    async fn finish(
        mut self: Box<Self>,
        metadata: Metadata,
        publication: Publication,
    ) -> StepResult<ObjectInfo> {
        if self.failed {
            let error = StepError::new(ErrorKind::Internal, "an object is finished after an error");
            return Err(self.target.locate(error, None));
        }
        let described = Description {
            content_type: std::mem::take(&mut self.content_type),
            metadata,
            checksum: self.checksum.base64(),
            size_bytes: self.size_bytes,
        };
        match self.publish(&described, publication).await {
            Ok(stored) => Ok(self.target.info(described, stored)),
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_parts_hold_terabytes_and_no_part_is_larger_than_s3_allows() {
        let gib = |parts: i32| (0..parts).map(|n| part_bytes(n) as u64).sum::<u64>() >> 30;
        assert_eq!(part_bytes(0), 8 << 20);
        assert_eq!(part_bytes(1_999), 8 << 20);
        assert_eq!(part_bytes(2_000), 16 << 20);
        assert_eq!(part_bytes(9_999), 2 << 30);
        assert_eq!(gib(2_000), 15);
        assert_eq!(gib(10_000), 4_000);
    }
}
