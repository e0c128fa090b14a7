//! A key of a bucket, and what an error about it means.

use std::{error::Error as StdError, sync::Arc};

use aws_sdk_s3::Client;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use pipeline_core::{
    error::{ErrorKind, StepError},
    ports::{Metadata, ObjectInfo},
};

use super::checksum;
use crate::fault::Fault;

/// A key of a bucket.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) client: Client,
    pub(super) bucket: Arc<str>,
    pub(super) key: Arc<str>,
}

/// What an object is to be, once its bytes are known.
pub(super) struct Description {
    pub(super) content_type: String,
    pub(super) metadata: Metadata,
    pub(super) checksum: String,
    pub(super) size_bytes: u64,
}

/// What S3 says of an object that it has taken.
pub(super) struct Stored {
    pub(super) etag: String,
    pub(super) version_id: Option<String>,
}

/// Why S3 has not taken an object.
pub(super) struct NotStored {
    pub(super) error: StepError,
    /// Whether another writer came between, so that the write may succeed if it is begun anew.
    pub(super) is_conflict: bool,
}

impl From<StepError> for NotStored {
    fn from(error: StepError) -> Self {
        Self { error, is_conflict: false }
    }
}

impl Object {
    pub(super) fn new(client: &Client, bucket: &Arc<str>, key: impl Into<Arc<str>>) -> Self {
        Self { client: client.clone(), bucket: Arc::clone(bucket), key: key.into() }
    }

    /// Another key of the same bucket.
    pub(super) fn sibling(&self, key: String) -> Self {
        Self::new(&self.client, &self.bucket, key)
    }

    pub(super) fn info(&self, described: Description, stored: Stored) -> ObjectInfo {
        ObjectInfo {
            key: (*self.key).to_owned(),
            version_id: stored.version_id,
            etag: stored.etag,
            size_bytes: described.size_bytes,
            checksum: checksum::named(&described.checksum),
            content_type: described.content_type,
            metadata: described.metadata,
        }
    }

    /// An error of the SDK about this object, or about one version of it.
    pub(super) fn error<E>(
        &self,
        operation: &'static str,
        version_id: Option<&str>,
        error: SdkError<E, HttpResponse>,
    ) -> StepError
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        self.explain(version_id, Fault::of(operation, error))
    }

    /// An error of the SDK about a write of this object.
    pub(super) fn not_stored<E>(
        &self,
        operation: &'static str,
        error: SdkError<E, HttpResponse>,
    ) -> NotStored
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let fault = Fault::of(operation, error);
        let is_conflict = is_conflict(&fault);
        NotStored { error: self.explain(None, fault), is_conflict }
    }

    /// What a fault means for this object.
    pub(super) fn explain(&self, version_id: Option<&str>, fault: Fault) -> StepError {
        let error = match fault.status() {
            _ if fault.is(&["NoSuchBucket"]) => fault.into_error(),
            _ if fault.is(&["NoSuchUpload"]) => fault.into_error_of(
                ErrorKind::DependencyUnavailable,
                "the upload is gone before it was complete",
            ),
            // A version id that S3 cannot have given is an invalid argument to it; 405 is its answer
            // to reading a delete marker.
            Some(404 | 405) => not_found(fault),
            Some(400) if version_id.is_some() && fault.is(&["InvalidArgument"]) => not_found(fault),
            _ if is_precondition(&fault) => {
                fault.into_error_of(ErrorKind::PreconditionFailed, "the object is another by now")
            }
            _ if is_conflict(&fault) => fault.into_error_of(
                ErrorKind::DependencyUnavailable,
                "other writers of the object keep coming between",
            ),
            // The answer to HEAD has no body, hence no code: S3 sheds load with 503.
            Some(503) => fault.into_error_of(ErrorKind::Throttled, "S3 asks to slow down"),
            Some(400) if fault.has_no_code() && version_id.is_none() => fault.into_error_of(
                ErrorKind::Environment,
                "S3 refused without a reason, as for credentials that have expired; sign in again",
            ),
            Some(400) if fault.has_no_code() => fault.into_error_of(
                ErrorKind::InvalidEvent,
                "S3 refused without a reason, as for a version id that it cannot have given or \
                 credentials that have expired",
            ),
            _ => fault.into_error(),
        };
        self.locate(error, version_id)
    }

    /// Adds where it happened.
    pub(super) fn locate(&self, error: StepError, version_id: Option<&str>) -> StepError {
        let error = error.with("bucket", &self.bucket).with("key", &self.key);
        match version_id {
            Some(version_id) => error.with("version_id", version_id),
            None => error,
        }
    }
}

fn not_found(fault: Fault) -> StepError {
    fault.into_error_of(ErrorKind::ObjectNotFound, "there is no such object")
}

/// Whether a conditional write met another one in progress and has to be begun anew.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
fn is_conflict(fault: &Fault) -> bool {
    fault.status() == Some(409) || fault.is(&["ConditionalRequestConflict", "OperationAborted"])
}

/// Whether a condition of the request does not hold. The code counts too, since the answer to a copy or
/// to the completion of an upload may begin with 200.
fn is_precondition(fault: &Fault) -> bool {
    fault.status() == Some(412) || fault.is(&["PreconditionFailed"])
}
