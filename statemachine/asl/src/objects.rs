//! The port to the objects (of S3) that a Map state reads its items from and writes results to.

use std::cell::RefCell;
use std::collections::BTreeMap;

use futures_util::future::{LocalBoxFuture, ready};

/// Objects by bucket and key.
pub trait Objects {
    /// The whole object.
    fn get<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<u8>, ObjectError>>;

    /// Every object whose key begins with `prefix`, in the order of keys.
    fn list<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<ObjectSummary>, ObjectError>>;

    /// Writes an object, or replaces it.
    fn put<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        body: Vec<u8>,
    ) -> LocalBoxFuture<'a, Result<(), ObjectError>>;
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

/// No objects at all: for embedders whose machines read none.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoObjects;

const NO_OBJECTS: &str = "This environment has no objects to read or write";

impl Objects for NoObjects {
    fn get<'a>(
        &'a self,
        _bucket: &'a str,
        _key: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<u8>, ObjectError>> {
        Box::pin(ready(Err(ObjectError(NO_OBJECTS.to_owned()))))
    }

    fn list<'a>(
        &'a self,
        _bucket: &'a str,
        _prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<ObjectSummary>, ObjectError>> {
        Box::pin(ready(Err(ObjectError(NO_OBJECTS.to_owned()))))
    }

    fn put<'a>(
        &'a self,
        _bucket: &'a str,
        _key: &'a str,
        _body: Vec<u8>,
    ) -> LocalBoxFuture<'a, Result<(), ObjectError>> {
        Box::pin(ready(Err(ObjectError(NO_OBJECTS.to_owned()))))
    }
}

/// Objects in memory, for tests and dry runs.
#[derive(Debug, Default)]
pub struct MemoryObjects {
    objects: RefCell<BTreeMap<(String, String), Vec<u8>>>,
}

impl MemoryObjects {
    /// Writes an object, or replaces it.
    pub fn insert(&self, bucket: impl Into<String>, key: impl Into<String>, body: Vec<u8>) {
        self.objects.borrow_mut().insert((bucket.into(), key.into()), body);
    }

    /// The body of an object, if it exists.
    pub fn read(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.objects.borrow().get(&(bucket.to_owned(), key.to_owned())).cloned()
    }
}

impl Objects for MemoryObjects {
    fn get<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<u8>, ObjectError>> {
        let body = self.read(bucket, key);
        Box::pin(ready(body.ok_or_else(|| {
            ObjectError(format!("The specified key does not exist: {bucket}/{key}"))
        })))
    }

    fn list<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<ObjectSummary>, ObjectError>> {
        let objects = self.objects.borrow();
        let found = objects
            .iter()
            .filter(|((in_bucket, key), _)| in_bucket == bucket && key.starts_with(prefix))
            .map(|((_, key), body)| ObjectSummary {
                key: key.clone(),
                size: body.len() as u64,
                etag: String::new(),
                last_modified: 0,
            })
            .collect();
        Box::pin(ready(Ok(found)))
    }

    fn put<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        body: Vec<u8>,
    ) -> LocalBoxFuture<'a, Result<(), ObjectError>> {
        self.insert(bucket, key, body);
        Box::pin(ready(Ok(())))
    }
}
