//! An object as a stream: ranged requests for one version, the next ones on their way.

use std::{collections::VecDeque, ops::RangeInclusive, sync::Arc};

use async_trait::async_trait;
use aws_sdk_s3::{operation::get_object::GetObjectOutput, primitives::ByteStream};
use bytes::Bytes;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::ObjectReader,
};
use tokio_util::task::AbortOnDropHandle;

use super::{checksum::Checksum, object::Object};
use crate::{backoff::pause, fault::Fault};

/// The bytes that one request asks for.
const RANGE_BYTES: u64 = 8 * 1024 * 1024;

/// Ranges that are on their way while another is read: one connection does not fill the network of a
/// large function. A reader holds at most one more range than this.
const RANGES_AHEAD: usize = 2;

/// How often a range is asked for again after its body broke off.
const BODY_ATTEMPTS: u32 = 5;

/// Reads an object range by range. Every range names the version that the first one met, and its
/// `ETag`, so that bytes of two objects never mix, whatever the bucket keeps.
pub(super) struct RangeReader {
    source: Arc<Source>,
    size_bytes: u64,
    next_start: u64,
    coming: VecDeque<AbortOnDropHandle<StepResult<VecDeque<Bytes>>>>,
    ready: VecDeque<Bytes>,
    failed: bool,
}

struct Source {
    object: Object,
    version_id: Option<String>,
    etag: Option<String>,
}

impl RangeReader {
    /// Opens one version of an object, or the newest; of this `ETag`, if one is given.
    pub(super) async fn open(
        object: Object,
        version_id: Option<&str>,
        etag: Option<&str>,
    ) -> StepResult<Self> {
        let mut source = Source {
            object,
            version_id: version_id.map(str::to_owned),
            etag: etag.map(str::to_owned),
        };
        let first = match source.request(0..=RANGE_BYTES - 1).await {
            Ok(first) => first,
            // No range of an empty object can be satisfied.
            Err(fault) if fault.status() == Some(416) => return Ok(Self::new(source, 0)),
            Err(fault) => return Err(source.explain(fault)),
        };
        let size_bytes = first.content_range().and_then(total_bytes).ok_or_else(|| {
            let error = StepError::new(
                ErrorKind::DependencyUnavailable,
                "S3 answered a ranged request without a range",
            );
            source.object.locate(error, version_id)
        })?;
        if let Some(version_id) = first.version_id() {
            source.version_id = Some(version_id.to_owned());
        }
        source.etag = first.e_tag().map(str::to_owned);

        let mut reader = Self::new(source, size_bytes);
        reader.fetch_next(Some(first.body));
        reader.fetch_ahead();
        Ok(reader)
    }

    /// Reads the object to its end, for its checksum alone.
    pub(super) async fn checksum(mut self) -> StepResult<Checksum> {
        let mut checksum = Checksum::new();
        while let Some(chunk) = self.next_chunk().await? {
            checksum.update(&chunk);
        }
        Ok(checksum)
    }

    fn new(source: Source, size_bytes: u64) -> Self {
        Self {
            source: Arc::new(source),
            size_bytes,
            next_start: 0,
            coming: VecDeque::new(),
            ready: VecDeque::new(),
            failed: false,
        }
    }

    fn fetch_ahead(&mut self) {
        while self.coming.len() < RANGES_AHEAD && self.next_start < self.size_bytes {
            self.fetch_next(None);
        }
    }

    fn fetch_next(&mut self, begun: Option<ByteStream>) {
        let last = (self.next_start + RANGE_BYTES).min(self.size_bytes) - 1;
        let range = self.next_start..=last;
        self.next_start = last + 1;
        let source = Arc::clone(&self.source);
        let fetch = async move { source.fetch(range, begun).await };
        self.coming.push_back(AbortOnDropHandle::new(tokio::spawn(fetch)));
    }
}

impl Source {
    async fn request(&self, range: RangeInclusive<u64>) -> Result<GetObjectOutput, Fault> {
        let Object { client, bucket, key } = &self.object;
        client
            .get_object()
            .bucket(&**bucket)
            .key(&**key)
            .set_version_id(self.version_id.clone())
            .set_if_match(self.etag.clone())
            .range(format!("bytes={}-{}", range.start(), range.end()))
            .send()
            .await
            .map_err(|error| Fault::of("s3:GetObject", error))
    }

    /// The whole of a range. Where its body breaks off, only what is missing is asked for again.
    async fn fetch(
        &self,
        range: RangeInclusive<u64>,
        mut begun: Option<ByteStream>,
    ) -> StepResult<VecDeque<Bytes>> {
        let size_bytes = range.end() - range.start() + 1;
        let mut chunks = VecDeque::new();
        let mut received_bytes = 0;
        let mut attempt = 0;
        loop {
            let mut body = if let Some(body) = begun.take() {
                body
            } else {
                let missing = range.start() + received_bytes..=*range.end();
                self.request(missing).await.map_err(|fault| self.explain(fault))?.body
            };
            let broken = loop {
                match body.next().await {
                    Some(Ok(chunk)) => {
                        received_bytes += chunk.len() as u64;
                        if !chunk.is_empty() {
                            chunks.push_back(chunk);
                        }
                    }
                    Some(Err(error)) => break Some(error),
                    None => break None,
                }
            };
            if received_bytes == size_bytes && broken.is_none() {
                return Ok(chunks);
            }
            // Too many bytes, or all of them and an error, which is then a wrong checksum.
            if received_bytes >= size_bytes {
                chunks.clear();
                received_bytes = 0;
            }
            attempt += 1;
            if attempt == BODY_ATTEMPTS {
                let error = StepError::new(
                    ErrorKind::DependencyUnavailable,
                    "the connection keeps breaking while an object is read",
                )
                .with("operation", "s3:GetObject");
                let error = self.object.locate(error, self.version_id.as_deref());
                return Err(match broken {
                    Some(cause) => error.because(cause),
                    None => error,
                });
            }
            pause(attempt).await;
        }
    }

    fn explain(&self, fault: Fault) -> StepError {
        let version_id = self.version_id.as_deref();
        if fault.status() == Some(412) {
            let error = fault.into_error_of(
                ErrorKind::ObjectNotFound,
                "the object was replaced while it was read",
            );
            return self.object.locate(error, version_id);
        }
        self.object.explain(version_id, fault)
    }
}

/// The size in `Content-Range: bytes 0-99/1234`.
fn total_bytes(content_range: &str) -> Option<u64> {
    content_range.rsplit_once('/')?.1.parse().ok()
}

#[async_trait]
impl ObjectReader for RangeReader {
    async fn next_chunk(&mut self) -> StepResult<Option<Bytes>> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            if self.failed {
                return Err(StepError::new(
                    ErrorKind::Internal,
                    "an object is read on after an error",
                ));
            }
            // Taken off the queue only once it has arrived, so that a caller that gives up waiting
            // and comes back misses nothing.
            let Some(next) = self.coming.front_mut() else {
                return Ok(None);
            };
            let arrived = next.await;
            self.coming.pop_front();
            let arrived = arrived.unwrap_or_else(|error| {
                Err(StepError::new(ErrorKind::Internal, "a range was not read").because(error))
            });
            self.failed = arrived.is_err();
            self.ready = arrived?;
            self.fetch_ahead();
        }
    }
}
