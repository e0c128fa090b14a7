//! What a run publishes: the metadata of its objects, and the small ones that are written whole.

use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, ObjectStore, Publication},
    run::{PublishedObject, Run},
};

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// A value as the JSON of a published document: indented, with a line break at its end.
pub fn json_document(value: &impl Serialize) -> StepResult<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(value).map_err(|error| {
        StepError::new(ErrorKind::Internal, "a document cannot be written as JSON").because(error)
    })?;
    json.push(b'\n');
    Ok(json)
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

impl Document<'_> {
    /// What it will be called once it is published.
    pub fn described(&self) -> PublishedObject {
        PublishedObject {
            key: self.key.to_owned(),
            size_bytes: self.bytes.len() as u64,
            sha256: sha256_hex(&self.bytes),
        }
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
        let published = self.described();
        let metadata = metadata_of(run, &published.sha256, self.record_count);
        let mut writer = store.put(self.key, self.content_type).await?;
        writer.write(Bytes::from(self.bytes)).await?;
        writer.finish(metadata, publication).await?;
        Ok(published)
    }
}
