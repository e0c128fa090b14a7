//! The port to the objects (of S3) that a Map state reads its items from and writes results to.

use futures_util::StreamExt;
use futures_util::future::{LocalBoxFuture, ready};
use futures_util::stream::{BoxStream, once};

/// The bytes of an object, in order, in chunks of any size.
pub type Chunks<'a> = BoxStream<'a, Result<Vec<u8>, ObjectError>>;

/// Objects by bucket and key.
pub trait Objects {
    /// Reads an object. One that does not exist is the stream's first error.
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Chunks<'a>;

    /// Every object whose key begins with `prefix`, in the order of keys.
    fn list<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<ObjectSummary>, ObjectError>>;

    /// Writes an object, or replaces it; gives its size in bytes.
    fn put<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        chunks: Box<dyn Iterator<Item = Vec<u8>> + 'a>,
    ) -> LocalBoxFuture<'a, Result<u64, ObjectError>>;
}

/// What a listing says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSummary {
    /// The object's key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its entity tag, quotes included, as S3 lists it.
    pub etag: String,
    /// When it was written, in seconds since the epoch.
    pub last_modified: i64,
}

/// Why an object cannot be read or written; the text becomes the Cause of
/// `States.ItemReaderFailed` or `States.ResultWriterFailed`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ObjectError(pub String);

/// No objects at all: for state machines that read and write none.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoObjects;

impl NoObjects {
    fn error() -> ObjectError {
        ObjectError("This environment has no objects to read or write".to_owned())
    }
}

impl Objects for NoObjects {
    fn get<'a>(&'a self, _bucket: &'a str, _key: &'a str) -> Chunks<'a> {
        once(ready(Err(Self::error()))).boxed()
    }

    fn list<'a>(
        &'a self,
        _bucket: &'a str,
        _prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<ObjectSummary>, ObjectError>> {
        Box::pin(ready(Err(Self::error())))
    }

    fn put<'a>(
        &'a self,
        _bucket: &'a str,
        _key: &'a str,
        _chunks: Box<dyn Iterator<Item = Vec<u8>> + 'a>,
    ) -> LocalBoxFuture<'a, Result<u64, ObjectError>> {
        Box::pin(ready(Err(Self::error())))
    }
}
