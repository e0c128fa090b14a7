//! What S3 adds to the suite of the port: parts, versions, checksums.

mod faults;
mod upload;

use std::time::Duration;

use aws_sdk_s3::types::ChecksumAlgorithm;
use bytes::Bytes;
use pipeline_aws::s3::Bucket;
use pipeline_core::{
    error::ErrorKind,
    ports::{Metadata, ObjectReader, ObjectStore, ObjectWriter, Publication, read_all},
};

use crate::conformance::{bucket, s3_client, unversioned_bucket};

pub(crate) const MIB: usize = 1024 * 1024;

/// Bytes in which every part differs.
pub(crate) fn pattern(size_bytes: usize) -> Bytes {
    let mut bytes = vec![0; size_bytes];
    for (i, word) in (1_u64..).zip(bytes.chunks_exact_mut(8)) {
        word.copy_from_slice(&i.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    }
    bytes.into()
}

pub(crate) async fn read_to_end(mut reader: Box<dyn ObjectReader>) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next_chunk().await.unwrap() {
        bytes.extend_from_slice(&chunk);
    }
    bytes
}

async fn unfinished_uploads(bucket: &str) -> usize {
    s3_client().await.list_multipart_uploads().bucket(bucket).send().await.unwrap().uploads().len()
}

/// Versions and delete markers below a prefix.
async fn versions(bucket: &str, prefix: &str) -> usize {
    let listed = s3_client()
        .await
        .list_object_versions()
        .bucket(bucket)
        .prefix(prefix)
        .send()
        .await
        .unwrap();
    listed.versions().len() + listed.delete_markers().len()
}

async fn write(bucket: &Bucket, key: &str, bytes: &Bytes) -> Box<dyn ObjectWriter> {
    let mut writer = bucket.put(key, "text/csv").await.unwrap();
    writer.write(bytes.clone()).await.unwrap();
    writer
}

#[tokio::test]
async fn a_large_object_has_its_metadata_and_leaves_nothing_in_staging() {
    for (bucket, published) in [(bucket().await, 1), (unversioned_bucket().await, 1)] {
        let bytes = pattern(20 * MIB + 7);
        let metadata = Metadata::from([("record-count".to_owned(), "7".to_owned())]);
        let writer = write(&bucket, "processed/a b/größe.csv", &bytes).await;
        let info = writer.finish(metadata.clone(), Publication::Replace).await.unwrap();

        assert_eq!((info.size_bytes, &info.metadata), (bytes.len() as u64, &metadata));
        assert_eq!(info.content_type, "text/csv");
        let head = bucket.head("processed/a b/größe.csv", None).await.unwrap();
        assert_eq!(head, info);
        let reader = bucket.get("processed/a b/größe.csv", None).await.unwrap();
        assert!(read_to_end(reader).await == bytes);
        assert_eq!(versions(&bucket.name, "processed/").await, published);
        assert_eq!(versions(&bucket.name, "staging/").await, 0);
        assert_eq!(unfinished_uploads(&bucket.name).await, 0);
    }
}

#[tokio::test]
async fn an_object_of_exactly_one_part_is_put_with_one_request() {
    let bucket = bucket().await;
    for (size_bytes, parts) in [(8 * MIB, false), (8 * MIB + 1, true), (16 * MIB, true)] {
        let bytes = pattern(size_bytes);
        let writer = write(&bucket, "processed/x.csv", &bytes).await;
        let uploads = unfinished_uploads(&bucket.name).await;
        assert_eq!(uploads, usize::from(parts), "{size_bytes}");
        let info = writer.finish(Metadata::new(), Publication::Replace).await.unwrap();
        assert_eq!(info.size_bytes, size_bytes as u64);
        assert!(read_to_end(bucket.get("processed/x.csv", None).await.unwrap()).await == bytes);
    }
}

/// In the background, so it is waited for.
#[tokio::test]
async fn a_dropped_writer_aborts_its_upload() {
    let bucket = bucket().await;
    let writer = write(&bucket, "processed/x.csv", &pattern(17 * MIB)).await;
    assert_eq!(unfinished_uploads(&bucket.name).await, 1);
    drop(writer);
    let aborted = async {
        while unfinished_uploads(&bucket.name).await > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), aborted).await.expect("the upload is aborted");
    assert_eq!(versions(&bucket.name, "").await, 0);
}

#[tokio::test]
async fn a_large_object_with_faulty_metadata_is_not_published_and_leaves_nothing() {
    let bucket = bucket().await;
    let writer = write(&bucket, "processed/x.csv", &pattern(17 * MIB)).await;
    let metadata = Metadata::from([("note".to_owned(), "größe".to_owned())]);
    let refused = writer.finish(metadata, Publication::Replace).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidEvent);
    assert_eq!(versions(&bucket.name, "").await, 0);
    assert_eq!(unfinished_uploads(&bucket.name).await, 0);
}

#[tokio::test]
async fn a_checksum_is_the_same_whichever_way_the_bytes_came() {
    let bucket = bucket().await;
    let client = s3_client().await;
    for size_bytes in [0, 5, 9 * MIB] {
        let bytes = pattern(size_bytes);
        let writer = write(&bucket, "input/ours.csv", &bytes).await;
        let ours = writer.finish(Metadata::new(), Publication::Replace).await.unwrap();
        let algorithms =
            [ChecksumAlgorithm::Sha256, ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc64Nvme];
        for algorithm in algorithms {
            let put = client.put_object().bucket(&bucket.name).key("input/theirs.csv");
            let put = put.checksum_algorithm(algorithm.clone()).body(bytes.clone().into());
            put.send().await.unwrap();
            let theirs = bucket.head("input/theirs.csv", None).await.unwrap();
            assert_eq!(theirs.checksum, ours.checksum, "{algorithm} of {size_bytes}");
        }
    }
}

/// Longer than what is fetched ahead.
#[tokio::test]
async fn a_reader_stays_with_the_version_that_it_began() {
    let bucket = bucket().await;
    let (old, new) = (pattern(40 * MIB), pattern(41 * MIB).slice(MIB..));
    write(&bucket, "processed/x.csv", &old)
        .await
        .finish(Metadata::new(), Publication::Replace)
        .await
        .unwrap();
    let reader = bucket.get("processed/x.csv", None).await.unwrap();
    write(&bucket, "processed/x.csv", &new)
        .await
        .finish(Metadata::new(), Publication::Replace)
        .await
        .unwrap();
    assert!(read_to_end(reader).await == old);
}

#[tokio::test]
async fn without_versions_a_replaced_object_is_not_read_on() {
    let bucket = unversioned_bucket().await;
    let (old, new) = (pattern(40 * MIB), pattern(41 * MIB).slice(MIB..));
    write(&bucket, "processed/x.csv", &old)
        .await
        .finish(Metadata::new(), Publication::Replace)
        .await
        .unwrap();
    let mut reader = bucket.get("processed/x.csv", None).await.unwrap();
    write(&bucket, "processed/x.csv", &new)
        .await
        .finish(Metadata::new(), Publication::Replace)
        .await
        .unwrap();
    let error = loop {
        match reader.next_chunk().await {
            Ok(chunk) => assert!(chunk.is_some(), "the end came instead of an error"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::ObjectNotFound, "{}", error.report());
    // An error is never followed by what looks like the end.
    assert!(reader.next_chunk().await.is_err());
}

#[tokio::test]
async fn a_deleted_object_is_not_found_and_its_versions_are() {
    let bucket = bucket().await;
    let writer = write(&bucket, "input/x.csv", &Bytes::from_static(b"x")).await;
    let info = writer.finish(Metadata::new(), Publication::Replace).await.unwrap();
    let client = s3_client().await;
    let deleted =
        client.delete_object().bucket(&bucket.name).key("input/x.csv").send().await.unwrap();

    let marker = deleted.version_id();
    for version_id in [None, marker] {
        let error = bucket.head("input/x.csv", version_id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ObjectNotFound, "{}", error.report());
        let error = read_all(&*bucket, "input/x.csv", version_id, 9).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ObjectNotFound, "{}", error.report());
    }
    let version_id = info.version_id.as_deref();
    assert_eq!(read_all(&*bucket, "input/x.csv", version_id, 9).await.unwrap(), b"x");
}

#[tokio::test]
async fn a_bucket_that_is_missing_and_a_key_that_s3_cannot_hold_are_named() {
    let bucket = bucket().await;
    for key in ["", &"x".repeat(1025)] {
        let error = bucket.head(key, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidEvent, "{}", error.report());
    }
    let missing = Bucket::new(&crate::emulator::EMULATOR.connection().await, "no-such-bucket");
    let error = read_all(&missing, "input/x.csv", None, 9).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Environment);
    let report = error.report();
    for part in
        ["no such resource", "s3:GetObject", "NoSuchBucket", "no-such-bucket", "input/x.csv"]
    {
        assert!(report.contains(part), "{part} in {report}");
    }
}
