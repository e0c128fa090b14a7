//! [`ObjectStore`]: objects appear whole or not at all, and read as they were written.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::assert_kind;
use crate::{
    error::ErrorKind,
    ports::{Metadata, ObjectInfo, ObjectStore, Publication, read_all},
};

behaviours!(object_store, publish);

async fn put(store: &dyn ObjectStore, key: &str, bytes: &'static [u8]) -> ObjectInfo {
    let mut writer = store.put(key, "text/csv").await.unwrap();
    writer.write(Bytes::from_static(bytes)).await.unwrap();
    writer.finish(Metadata::new(), Publication::Replace).await.unwrap()
}

async fn bytes(store: &dyn ObjectStore, key: &str, version_id: Option<&str>) -> Vec<u8> {
    let mut reader = store.get(key, version_id).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next_chunk().await.unwrap() {
        assert!(!chunk.is_empty());
        bytes.extend_from_slice(&chunk);
    }
    assert!(reader.next_chunk().await.unwrap().is_none());
    bytes
}

async fn assert_absent(store: &dyn ObjectStore, key: &str) {
    assert_kind(store.head(key, None).await, ErrorKind::ObjectNotFound);
    assert_kind(store.get(key, None).await, ErrorKind::ObjectNotFound);
}

/// Bytes, content type and metadata come back as they went in, and `head` repeats `finish`.
async fn what_is_written_is_read(store: &dyn ObjectStore) {
    let metadata: Metadata = [("file-hash", "abc"), ("record-count", "3"), ("note", "a \"b\", c")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let mut writer = store.put("processed/a/x.csv", "text/csv; charset=utf-8").await.unwrap();
    for part in ["id,name\n", "", "1,gr\u{f6}\u{df}e\n", "2,\0\r\n"] {
        writer.write(Bytes::from_static(part.as_bytes())).await.unwrap();
    }
    let info = writer.finish(metadata.clone(), Publication::Replace).await.unwrap();

    let content = "id,name\n1,gr\u{f6}\u{df}e\n2,\0\r\n".as_bytes();
    assert_eq!(info.key, "processed/a/x.csv");
    assert_eq!(info.size_bytes, content.len() as u64);
    assert_eq!(info.content_type, "text/csv; charset=utf-8");
    assert_eq!(info.metadata, metadata);
    assert!(!info.etag.is_empty());
    assert_eq!(store.head("processed/a/x.csv", None).await.unwrap(), info);
    assert_eq!(bytes(store, "processed/a/x.csv", None).await, content);
    if let Some(version_id) = &info.version_id {
        assert_eq!(store.head("processed/a/x.csv", Some(version_id)).await.unwrap(), info);
    }
}

/// An object of no bytes exists and reads as none.
async fn an_empty_object_is_an_object(store: &dyn ObjectStore) {
    let writer = store.put("processed/empty.csv", "text/csv").await.unwrap();
    let info = writer.finish(Metadata::new(), Publication::IfAbsent).await.unwrap();
    assert_eq!(info.size_bytes, 0);
    assert_eq!(bytes(store, "processed/empty.csv", None).await, b"");
}

/// While it is written an object is not there; the former one is.
async fn nothing_is_visible_before_finish(store: &dyn ObjectStore) {
    let mut writer = store.put("processed/new.csv", "text/csv").await.unwrap();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    assert_absent(store, "processed/new.csv").await;

    put(store, "processed/old.csv", b"old").await;
    let mut other = store.put("processed/old.csv", "text/csv").await.unwrap();
    other.write(Bytes::from_static(b"half")).await.unwrap();
    assert_eq!(bytes(store, "processed/old.csv", None).await, b"old");

    writer.finish(Metadata::new(), Publication::Replace).await.unwrap();
    other.finish(Metadata::new(), Publication::Replace).await.unwrap();
    assert_eq!(bytes(store, "processed/new.csv", None).await, b"half");
    assert_eq!(bytes(store, "processed/old.csv", None).await, b"half");
}

/// A writer that is dropped publishes nothing and disturbs nothing.
async fn a_dropped_writer_leaves_nothing(store: &dyn ObjectStore) {
    let before = put(store, "processed/old.csv", b"old").await;
    for key in ["processed/new.csv", "processed/old.csv"] {
        let mut writer = store.put(key, "text/csv").await.unwrap();
        writer.write(Bytes::from_static(b"half")).await.unwrap();
        drop(writer);
    }
    assert_absent(store, "processed/new.csv").await;
    assert_eq!(store.head("processed/old.csv", None).await.unwrap(), before);
}

/// What is not there, is not found: neither a key, nor the folder of one, nor a version.
async fn a_missing_object_is_not_found(store: &dyn ObjectStore) {
    put(store, "input/a/x.csv", b"x").await;
    assert_absent(store, "input/a/y.csv").await;
    assert_absent(store, "input/a").await;
    assert_absent(store, "input/a/x.csv/z.csv").await;
    let version = Some("no-such-version");
    assert_kind(store.head("input/a/x.csv", version).await, ErrorKind::ObjectNotFound);
    assert_kind(store.get("input/a/x.csv", version).await, ErrorKind::ObjectNotFound);
    assert_kind(store.head("input/a/y.csv", version).await, ErrorKind::ObjectNotFound);
}

/// The newest object under a key takes the place of the former, with everything that describes it.
async fn replace_replaces(store: &dyn ObjectStore) {
    let first = put(store, "processed/x.csv", b"first").await;
    let mut writer = store.put("processed/x.csv", "text/plain").await.unwrap();
    writer.write(Bytes::from_static(b"other")).await.unwrap();
    let metadata = Metadata::from([("note".to_owned(), "new".to_owned())]);
    let second = writer.finish(metadata, Publication::Replace).await.unwrap();

    assert_ne!(first.checksum, second.checksum);
    assert_eq!(store.head("processed/x.csv", None).await.unwrap(), second);
    assert_eq!(bytes(store, "processed/x.csv", None).await, b"other");
}

/// `IfAbsent` publishes where nothing is, and leaves alone what is there.
async fn if_absent_publishes_once(store: &dyn ObjectStore) {
    let mut first = store.put("reports/r/manifest.json", "application/json").await.unwrap();
    let mut second = store.put("reports/r/manifest.json", "application/json").await.unwrap();
    first.write(Bytes::from_static(b"first")).await.unwrap();
    second.write(Bytes::from_static(b"second")).await.unwrap();

    let info = first.finish(Metadata::new(), Publication::IfAbsent).await.unwrap();
    let late = second.finish(Metadata::new(), Publication::IfAbsent).await;
    assert_kind(late, ErrorKind::PreconditionFailed);

    assert_eq!(store.head("reports/r/manifest.json", None).await.unwrap(), info);
    assert_eq!(bytes(store, "reports/r/manifest.json", None).await, b"first");
}

/// Under `input/` and `contracts/` a version is read as it was after the key was overwritten.
async fn a_pinned_version_outlives_its_replacement(store: &dyn ObjectStore) {
    for key in ["input/smartphone-sales/x.csv", "contracts/smartphone-sales.json"] {
        let first = put(store, key, b"the first").await;
        let second = put(store, key, b"the second, longer").await;
        put(store, key, b"a third").await;
        assert!(first.version_id.is_some(), "no version under {key}");
        assert_ne!(first.version_id, second.version_id);

        let first_id = first.version_id.as_deref();
        assert_eq!(bytes(store, key, first_id).await, b"the first");
        assert_eq!(bytes(store, key, second.version_id.as_deref()).await, b"the second, longer");
        assert_eq!(store.head(key, first_id).await.unwrap(), first);
        assert_eq!(bytes(store, key, None).await, b"a third");
    }
}

/// Equal bytes have equal checksums under any key, other bytes have others; the algorithm is named.
async fn the_checksum_tells_contents_apart(store: &dyn ObjectStore) {
    let one = put(store, "input/one.csv", b"a,b\n1,2\n").await;
    let same = put(store, "input/same.csv", b"a,b\n1,2\n").await;
    let again = put(store, "input/one.csv", b"a,b\n1,2\n").await;
    let other = put(store, "input/other.csv", b"a,b\n1,3\n").await;
    assert_eq!(one.checksum, same.checksum);
    assert_eq!(one.checksum, again.checksum);
    assert_ne!(one.checksum, other.checksum);
    let (algorithm, value) = one.checksum.split_once(':').unwrap();
    assert!(!algorithm.is_empty() && !value.is_empty());
}

/// Metadata that S3 would refuse is refused, and nothing is published.
async fn faulty_metadata_is_refused(store: &dyn ObjectStore) {
    let long = "x".repeat(3000);
    let faults = [("note", "größe"), ("note", "line\nbreak"), ("No te", "a"), ("note", &long)];
    for (name, value) in faults {
        let mut writer = store.put("processed/x.csv", "text/csv").await.unwrap();
        writer.write(Bytes::from_static(b"x")).await.unwrap();
        let metadata = Metadata::from([(name.to_owned(), value.to_owned())]);
        let refused = writer.finish(metadata, Publication::Replace).await;
        assert_kind(refused, ErrorKind::InvalidEvent);
    }
    assert_absent(store, "processed/x.csv").await;
}

/// A key is taken as it is: nothing in it is decoded, and similar keys are different objects.
async fn keys_are_raw(store: &dyn ObjectStore) {
    let keys = [
        "input/a b+c/100%25 'quoted' (1).csv",
        "input/a%20b+c/100% 'quoted' (1).csv",
        "input/gr\u{f6}\u{df}e \u{1f4f1}/x&y=z;@,$!.csv",
        "input/.hidden/..x.csv",
    ];
    for key in keys {
        let mut writer = store.put(key, "text/csv").await.unwrap();
        writer.write(Bytes::copy_from_slice(key.as_bytes())).await.unwrap();
        writer.finish(Metadata::new(), Publication::IfAbsent).await.unwrap();
    }
    for key in keys {
        assert_eq!(bytes(store, key, None).await, key.as_bytes());
        assert_eq!(store.head(key, None).await.unwrap().key, key);
    }
}

/// An object of many megabytes, written in pieces of odd sizes, is read back to the byte.
async fn a_large_object_streams(store: &dyn ObjectStore) {
    const SIZE_BYTES: usize = 20 * 1024 * 1024 + 7;
    let pattern: Bytes = (0..1_000_003_u32).map(|i| ((i * 31) >> 3).to_le_bytes()[0]).collect();
    let mut written = Sha256::new();
    let mut left = SIZE_BYTES;
    let mut writer = store.put("processed/large.csv", "text/csv").await.unwrap();
    let mut size = 1;
    while left > 0 {
        let part = pattern.slice(..size.min(left));
        written.update(&part);
        left -= part.len();
        size = (size * 3 + 1) % pattern.len() + 1;
        writer.write(part).await.unwrap();
    }
    let info = writer.finish(Metadata::new(), Publication::Replace).await.unwrap();
    assert_eq!(info.size_bytes, SIZE_BYTES as u64);

    let mut read = Sha256::new();
    let mut reader = store.get("processed/large.csv", None).await.unwrap();
    while let Some(chunk) = reader.next_chunk().await.unwrap() {
        assert!(chunk.len() <= SIZE_BYTES / 2, "the object came in one piece");
        read.update(&chunk);
    }
    assert_eq!(read.finalize(), written.finalize());
}

/// Of two writers of one key the later to finish wins, with all of its bytes and none of the other's.
async fn writers_of_one_key_do_not_mix(store: &dyn ObjectStore) {
    let mut one = store.put("processed/x.csv", "text/csv").await.unwrap();
    let mut two = store.put("processed/x.csv", "text/csv").await.unwrap();
    for _ in 0..3 {
        one.write(Bytes::from_static(b"one ")).await.unwrap();
        two.write(Bytes::from_static(b"two two ")).await.unwrap();
    }
    two.finish(Metadata::new(), Publication::Replace).await.unwrap();
    assert_eq!(bytes(store, "processed/x.csv", None).await, b"two two ".repeat(3));
    one.finish(Metadata::new(), Publication::Replace).await.unwrap();
    assert_eq!(bytes(store, "processed/x.csv", None).await, b"one ".repeat(3));
}

/// [`read_all`] gives an object that is as large as its limit, and refuses one that is larger.
async fn read_all_keeps_its_limit(store: &dyn ObjectStore) {
    put(store, "contracts/x.json", b"12345").await;
    assert_eq!(read_all(store, "contracts/x.json", None, 5).await.unwrap(), b"12345");
    assert_kind(read_all(store, "contracts/x.json", None, 4).await, ErrorKind::InvalidEvent);
}

/// Whether this contender's object is the one that is published.
async fn if_absent_has_one_winner(store: &dyn ObjectStore, contender: usize) -> bool {
    let mut writer = store.put("reports/r/manifest.json", "application/json").await.unwrap();
    writer.write(Bytes::from(contender.to_string())).await.unwrap();
    match writer.finish(Metadata::new(), Publication::IfAbsent).await {
        Ok(_) => {
            let published = bytes(store, "reports/r/manifest.json", None).await;
            assert_eq!(published, contender.to_string().as_bytes());
            true
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::PreconditionFailed, "{}", error.report());
            false
        }
    }
}
