//! The objects that Map states read items from and write results to: those of a folder.

use asl::{Chunks, ObjectError, ObjectSummary, Objects};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, future::LocalBoxFuture, stream};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, ObjectStore, Publication},
};
use pipeline_local::{FolderStore, ListedObject};

/// A folder as the objects of a bucket.
pub(crate) struct FolderObjects {
    store: FolderStore,
    /// The bucket's name; `None` if the folder stands for every bucket that is named.
    bucket: Option<&'static str>,
}

impl FolderObjects {
    /// The folder as the bucket of this name.
    pub(crate) fn of_bucket(store: FolderStore, bucket: &'static str) -> Self {
        Self { store, bucket: Some(bucket) }
    }

    /// The folder as any bucket, whatever its name.
    pub(crate) fn of_any_bucket(store: FolderStore) -> Self {
        Self { store, bucket: None }
    }

    fn check_bucket(&self, bucket: &str) -> Result<(), ObjectError> {
        match self.bucket {
            Some(only) if only != bucket => {
                Err(ObjectError(format!("there is no bucket {bucket}, only {only}")))
            }
            _ => Ok(()),
        }
    }

    async fn write(&self, key: &str, chunks: impl Iterator<Item = Vec<u8>>) -> StepResult<u64> {
        let mut writer = self.store.put(key, "application/json").await?;
        for chunk in chunks {
            writer.write(Bytes::from(chunk)).await?;
        }
        Ok(writer.finish(Metadata::new(), Publication::Replace).await?.size_bytes)
    }
}

impl Objects for FolderObjects {
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Chunks<'a> {
        let open = async move {
            self.check_bucket(bucket)?;
            let reader =
                self.store.get(key, None).await.map_err(|error| told(bucket, key, &error))?;
            Ok(stream::try_unfold(reader, move |mut reader| async move {
                let chunk = reader.next_chunk().await.map_err(|error| told(bucket, key, &error))?;
                Ok(chunk.map(|chunk| (Vec::from(chunk), reader)))
            }))
        };
        stream::once(open).try_flatten().boxed()
    }

    fn list<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<ObjectSummary>, ObjectError>> {
        Box::pin(async move {
            self.check_bucket(bucket)?;
            let listed = self.store.list(prefix).map_err(|error| told(bucket, prefix, &error))?;
            let summary = |object: ListedObject| ObjectSummary {
                key: object.info.key,
                size: object.info.size_bytes,
                etag: object.info.etag,
                last_modified: DateTime::<Utc>::from(object.modified).timestamp(),
            };
            Ok(listed.into_iter().map(summary).collect())
        })
    }

    fn put<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        chunks: Box<dyn Iterator<Item = Vec<u8>> + 'a>,
    ) -> LocalBoxFuture<'a, Result<u64, ObjectError>> {
        Box::pin(async move {
            self.check_bucket(bucket)?;
            self.write(key, chunks).await.map_err(|error| told(bucket, key, &error))
        })
    }
}

/// Why the store has failed, with the object it was about.
fn told(bucket: &str, key: &str, error: &StepError) -> ObjectError {
    ObjectError(match error.kind() {
        ErrorKind::ObjectNotFound => format!("there is no object {bucket}/{key}"),
        _ => format!("{bucket}/{key}: {}", error.report()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_one_name_unless_any_will_do() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let own = FolderObjects::of_bucket(store.clone(), "local");
        assert_eq!(own.check_bucket("local"), Ok(()));
        assert!(own.check_bucket("other").unwrap_err().0.contains("other"));
        assert_eq!(FolderObjects::of_any_bucket(store).check_bucket("other"), Ok(()));
    }
}
