//! Objects in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;

use asl::{Chunks, ObjectError, ObjectSummary, Objects};
use futures_util::StreamExt;
use futures_util::future::{LocalBoxFuture, ready};
use futures_util::stream::iter;

#[derive(Default)]
pub(crate) struct MemoryObjects {
    objects: RefCell<BTreeMap<(String, String), Vec<u8>>>,
}

impl MemoryObjects {
    pub(crate) fn insert(&self, bucket: impl Into<String>, key: impl Into<String>, body: Vec<u8>) {
        self.objects.borrow_mut().insert((bucket.into(), key.into()), body);
    }

    pub(crate) fn read(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.objects.borrow().get(&(bucket.to_owned(), key.to_owned())).cloned()
    }
}

impl Objects for MemoryObjects {
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> Chunks<'a> {
        let chunks = match self.read(bucket, key) {
            Some(body) => body.chunks(5).map(|chunk| Ok(chunk.to_vec())).collect(),
            None => vec![Err(ObjectError(format!("There is no object {bucket}/{key}")))],
        };
        iter(chunks).boxed()
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
        chunks: Box<dyn Iterator<Item = Vec<u8>> + 'a>,
    ) -> LocalBoxFuture<'a, Result<u64, ObjectError>> {
        let body: Vec<u8> = chunks.flatten().collect();
        let size = body.len() as u64;
        self.insert(bucket, key, body);
        Box::pin(ready(Ok(size)))
    }
}
