//! The documents of a run (facts, analysis, report, manifest): how each is written, and how it is read
//! back, within its bound and held against its hash. And the metadata of every object that a run
//! publishes.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, ObjectStore, Publication, read_all},
    run::{PublishedObject, Run},
};

/// The largest document that is read. Its size depends on the contract, which is far smaller than this.
const MAX_DOCUMENT_BYTES: usize = 16 << 20;

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The metadata of every object that a run publishes.
///
/// `sha256` is that of the object's bytes; `record_count` is given where the object is about records.
pub fn metadata_of(run: &Run, sha256: &str, record_count: Option<u64>) -> Metadata {
    // `null` is S3's own name for the version of an object in a bucket that keeps none.
    let version_id = run.source.version_id.as_deref().unwrap_or("null");
    let mut metadata = Metadata::from(
        [
            ("source-etag", run.source.etag.as_str()),
            ("source-version-id", version_id),
            ("correlation-id", &run.correlation_id),
            ("processed-at", &run.timestamp()),
            ("file-hash", sha256),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    if let Some(record_count) = record_count {
        metadata.insert("record-count".to_owned(), record_count.to_string());
    }
    metadata
}

/// What a document of these bytes is called once it is published.
pub fn describe(key: &str, bytes: &[u8]) -> PublishedObject {
    PublishedObject {
        key: key.to_owned(),
        size_bytes: bytes.len() as u64,
        sha256: sha256_hex(bytes),
    }
}

/// A document, ready to be published.
#[derive(Debug)]
pub struct Document<'a> {
    /// The key.
    pub key: &'a str,
    /// The MIME type.
    pub content_type: &'a str,
    /// The whole of it.
    pub bytes: Vec<u8>,
    /// See [`metadata_of`].
    pub record_count: Option<u64>,
}

impl<'a> Document<'a> {
    /// A value as a JSON document: indented, with a line break at its end.
    pub fn json(
        key: &'a str,
        value: &impl Serialize,
        record_count: Option<u64>,
    ) -> StepResult<Self> {
        let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| {
            StepError::new(ErrorKind::Internal, "a document cannot be written as JSON")
                .because(error)
        })?;
        bytes.push(b'\n');
        Ok(Self { key, content_type: "application/json", bytes, record_count })
    }

    /// Publishes it as the run's.
    ///
    /// With [`Publication::IfAbsent`], `PreconditionFailed` if the key exists.
    pub async fn publish(
        self,
        run: &Run,
        store: &dyn ObjectStore,
        publication: Publication,
    ) -> StepResult<PublishedObject> {
        let published = describe(self.key, &self.bytes);
        let metadata = metadata_of(run, &published.sha256, self.record_count);
        let mut writer = store.put(self.key, self.content_type).await?;
        writer.write(Bytes::from(self.bytes)).await?;
        writer.finish(metadata, publication).await?;
        Ok(published)
    }
}

/// Reads a document that nothing vouches for, if it is there.
///
/// `InvalidEvent` if it is larger than any document.
pub async fn read_if_there(key: &str, store: &dyn ObjectStore) -> StepResult<Option<Vec<u8>>> {
    match read_all(store, key, None, MAX_DOCUMENT_BYTES).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::ObjectNotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a document that a step has published.
///
/// `PreconditionFailed` if it is not the one that was published, `Internal` if it does not parse.
pub async fn read_published<T: DeserializeOwned>(
    published: &PublishedObject,
    store: &dyn ObjectStore,
) -> StepResult<T> {
    let bytes = read_published_bytes(published, MAX_DOCUMENT_BYTES, store).await?;
    parse(&published.key, &bytes)
}

/// The bytes of a published object of at most `limit_bytes`, which a caller holds whole.
///
/// `PreconditionFailed` if it is not the one that was published.
pub async fn read_published_bytes(
    published: &PublishedObject,
    limit_bytes: usize,
    store: &dyn ObjectStore,
) -> StepResult<Vec<u8>> {
    let bytes = read_all(store, &published.key, None, limit_bytes).await?;
    if sha256_hex(&bytes) == published.sha256 {
        return Ok(bytes);
    }
    let message = "an output is not the one that the run published";
    Err(StepError::new(ErrorKind::PreconditionFailed, message).with("key", &published.key))
}

/// A document's value. `Internal` if it does not parse.
pub fn parse<T: DeserializeOwned>(key: &str, json: &[u8]) -> StepResult<T> {
    serde_json::from_slice(json).map_err(|error| {
        // The parser's own message may quote the document; its place does not.
        StepError::new(ErrorKind::Internal, "a document of the run does not parse")
            .with("key", key)
            .with("line", error.line())
            .with("column", error.column())
    })
}
