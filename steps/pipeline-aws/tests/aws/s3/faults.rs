//! Faults of S3 and of the network.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use pipeline_aws::s3::Bucket;
use pipeline_core::{
    error::{ErrorKind, StepResult},
    ports::{Metadata, ObjectInfo, ObjectStore, Publication},
};

use super::{MIB, pattern, read_to_end};
use crate::stub::{Reply, Request, Stub};

async fn bucket(stub: &Stub) -> Bucket {
    Bucket::new(&stub.connection().await, "bucket")
}

/// Answers a ranged request as S3 does.
fn range_of(object: &Bytes, request: &Request) -> Reply {
    let (first, last) = request.range();
    let last = last.min(object.len() - 1);
    Reply::new(206, &object[first..=last])
        .with("content-range", format!("bytes {first}-{last}/{}", object.len()))
        .with("etag", "\"etag\"")
        .with("x-amz-version-id", "v+1")
}

async fn put(bucket: &Bucket, bytes: &Bytes, publication: Publication) -> StepResult<ObjectInfo> {
    let mut writer = bucket.put("reports/r/manifest.json", "application/json").await?;
    writer.write(bytes.clone()).await?;
    writer.finish(Metadata::new(), publication).await
}

#[tokio::test]
async fn a_body_that_breaks_off_is_continued_where_it_broke() {
    let object = pattern(30 * MIB + 3);
    let served = object.clone();
    let stub = Stub::new(move |request, before| {
        let mut reply = range_of(&served, request);
        // Every other request breaks: at its start, in the middle, and one byte before its end.
        if before % 2 == 0 {
            let whole = reply.body.len();
            reply.breaks_after = Some([0, whole / 2, whole - 1][before / 2 % 3]);
        }
        reply
    });
    let reader = bucket(&stub).await.get("input/x.csv", None).await.unwrap();
    assert!(read_to_end(reader).await == object);

    let requests = stub.requests();
    let asked: usize =
        requests.iter().map(|request| request.range().1 - request.range().0 + 1).sum();
    assert!(asked < object.len() * 2, "what had arrived was asked for again");
    for request in &requests[1..] {
        assert_eq!(request.header("if-match"), Some("\"etag\""));
        assert!(request.path.contains("versionId=v%2B1"), "{}", request.path);
    }
}

#[tokio::test]
async fn a_body_that_keeps_breaking_is_an_error_and_never_an_end() {
    let object = pattern(9 * MIB);
    let stub = Stub::new(move |request, _| Reply {
        breaks_after: (request.range().0 > 0).then_some(0),
        ..range_of(&object, request)
    });
    let mut reader = bucket(&stub).await.get("input/x.csv", None).await.unwrap();
    let error = loop {
        match reader.next_chunk().await {
            Ok(chunk) => assert!(chunk.is_some(), "the end came instead of an error"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::DependencyUnavailable, "{}", error.report());
}

/// S3 sheds load. The SDK tries five times with growing pauses, so this takes seconds.
#[tokio::test]
async fn slow_down_is_throttling() {
    let stub = Stub::new(|request, _| match request.method.as_str() {
        "HEAD" => Reply::new(503, ""),
        _ => Reply::s3_error(503, "SlowDown"),
    });
    let bucket = bucket(&stub).await;
    let (head, get) =
        tokio::join!(bucket.head("input/x.csv", None), bucket.get("input/x.csv", None));
    assert_eq!(head.unwrap_err().kind(), ErrorKind::Throttled);
    let error = get.map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(error.to_string().contains("request_id=REQUEST1"), "{error}");
    assert_eq!(stub.requests().len(), 10);
}

#[tokio::test]
async fn a_denial_is_told_from_a_missing_object_and_names_the_action() {
    let stub = Stub::new(|request, _| match request.method.as_str() {
        "HEAD" => Reply::new(403, ""),
        "GET" => Reply::s3_error(403, "AccessDenied"),
        _ => {
            let body = "<Error><Code>AccessDenied</Code><Message>User: arn:aws:sts::1:assumed-role/r/f \
                        is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:x \
                        because secret@example.com</Message></Error>";
            Reply::new(403, body)
        }
    });
    let bucket = bucket(&stub).await;
    let head = bucket.head("input/x.csv", None).await.unwrap_err();
    let get = bucket.get("input/x.csv", None).await.map(|_| ()).unwrap_err();
    let put = put(&bucket, &Bytes::new(), Publication::Replace).await.unwrap_err();
    for error in [&head, &get, &put] {
        assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
        assert!(error.to_string().contains("denied"), "{error}");
    }
    assert!(get.to_string().contains("operation=s3:GetObject"), "{get}");
    assert!(put.to_string().contains("denied_action=kms:GenerateDataKey"), "{put}");
    assert!(!put.report().contains("secret@example.com"), "{}", put.report());
}

/// The answer to HEAD has no code.
#[tokio::test]
async fn credentials_that_have_expired_are_not_blamed_on_the_file() {
    let stub = Stub::new(|request, _| match request.method.as_str() {
        "HEAD" => Reply::new(400, ""),
        _ => Reply::s3_error(400, "ExpiredToken"),
    });
    let bucket = bucket(&stub).await;
    let head = bucket.head("input/x.csv", None).await.unwrap_err();
    let get = bucket.get("input/x.csv", Some("v1")).await.map(|_| ()).unwrap_err();
    let put = put(&bucket, &Bytes::new(), Publication::Replace).await.unwrap_err();
    for error in [&head, &get, &put] {
        assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
        assert!(error.to_string().contains("sign in again"), "{error}");
    }
    assert_eq!(stub.requests().len(), 3);
}

#[tokio::test]
async fn a_conflicting_conditional_write_is_begun_anew() {
    let stub = Stub::new(|request, before| {
        assert_eq!(request.header("if-none-match"), Some("*"));
        match before {
            0 | 1 => Reply::s3_error(409, "ConditionalRequestConflict"),
            _ => Reply::new(200, "").with("etag", "\"e\""),
        }
    });
    let info = put(&bucket(&stub).await, &Bytes::from_static(b"x"), Publication::IfAbsent).await;
    assert_eq!(info.unwrap().etag, "\"e\"");
    assert_eq!(stub.requests().len(), 3);

    let stub = Stub::new(|_, _| Reply::s3_error(409, "ConditionalRequestConflict"));
    let error = put(&bucket(&stub).await, &Bytes::from_static(b"x"), Publication::IfAbsent).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::DependencyUnavailable);
}

/// What S3 answers to the requests of a large object, in the order in which they come.
struct LargeObject {
    stub: Stub,
    puts: Arc<AtomicUsize>,
}

impl LargeObject {
    /// `publish` answers the request that makes the object visible, by its number among such requests.
    fn new(publish: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let puts = Arc::new(AtomicUsize::new(0));
        let published = Arc::clone(&puts);
        let stub = Stub::new(move |request, _| {
            let staging = request.path.starts_with("/bucket/staging/");
            let has = |part: &str| request.path.contains(part);
            match request.method.as_str() {
                "POST" if has("uploads") => Reply::new(
                    200,
                    "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
                ),
                "POST" if staging => Reply::new(
                    200,
                    "<CompleteMultipartUploadResult><ETag>\"s\"</ETag></CompleteMultipartUploadResult>",
                )
                .with("x-amz-version-id", "staged/1"),
                "PUT" if has("partNumber") && request.header("x-amz-copy-source").is_some() => {
                    Reply::new(200, "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>")
                }
                "PUT" if has("partNumber") => Reply::new(200, "").with("etag", "\"p\""),
                "PUT" | "POST" => publish(published.fetch_add(1, Ordering::Relaxed)),
                _ => Reply::new(204, ""),
            }
        });
        Self { stub, puts }
    }

    fn of(&self, method: &str, part: &str) -> Vec<Request> {
        let matches = |request: &Request| request.method == method && request.path.contains(part);
        self.stub.requests().into_iter().filter(matches).collect()
    }

    fn assert_staging_is_clean(&self) {
        let deleted = self.of("DELETE", "/bucket/staging/");
        assert_eq!(deleted.len(), 1);
        assert!(deleted[0].path.contains("versionId=staged%2F1"), "{}", deleted[0].path);
    }
}

fn copied(etag: &str) -> Reply {
    Reply::new(200, format!("<CopyObjectResult><ETag>{etag}</ETag></CopyObjectResult>"))
}

#[tokio::test]
async fn a_large_object_is_published_only_where_nothing_is() {
    let s3 = LargeObject::new(|before| match before {
        0 => Reply::s3_error(409, "ConditionalRequestConflict"),
        _ => copied("\"e\""),
    });
    let bucket = bucket(&s3.stub).await;
    put(&bucket, &pattern(9 * MIB), Publication::IfAbsent).await.unwrap();
    assert_eq!(s3.puts.load(Ordering::Relaxed), 2);
    let copies = s3.of("PUT", "/bucket/reports/");
    for copy in copies {
        assert_eq!(copy.header("if-none-match"), Some("*"));
        assert_eq!(copy.header("x-amz-metadata-directive"), Some("REPLACE"));
        assert_eq!(copy.header("x-amz-tagging-directive"), Some("REPLACE"));
        let source = copy.header("x-amz-copy-source").unwrap();
        assert!(source.ends_with("?versionId=staged%2F1"), "{source}");
    }
    s3.assert_staging_is_clean();

    let s3 = LargeObject::new(|_| Reply::s3_error(412, "PreconditionFailed"));
    let bucket = Bucket::new(&s3.stub.connection().await, "bucket");
    let error = put(&bucket, &pattern(9 * MIB), Publication::IfAbsent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
    s3.assert_staging_is_clean();
}

#[tokio::test]
async fn a_copy_with_another_checksum_is_an_error() {
    let s3 = LargeObject::new(|_| {
        Reply::new(
            200,
            "<CopyObjectResult><ETag>\"e\"</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>\
             </CopyObjectResult>",
        )
    });
    let error = put(&bucket(&s3.stub).await, &pattern(9 * MIB), Publication::Replace).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::DependencyUnavailable);
    s3.assert_staging_is_clean();
}

/// S3 reports a copy's failure in the body of an answer that began as a success.
#[tokio::test]
async fn a_copy_that_fails_after_its_status_is_an_error() {
    for (code, kind) in [
        ("AccessDenied", ErrorKind::Environment),
        ("InternalError", ErrorKind::DependencyUnavailable),
        ("PreconditionFailed", ErrorKind::PreconditionFailed),
    ] {
        let s3 = LargeObject::new(move |_| Reply::s3_error(200, code));
        let error = put(&bucket(&s3.stub).await, &pattern(9 * MIB), Publication::Replace).await;
        assert_eq!(error.unwrap_err().kind(), kind, "{code}");
        s3.assert_staging_is_clean();
    }
}

/// Every byte is copied once, the upload is begun anew after a conflict, and no upload stays.
#[tokio::test]
async fn a_very_large_object_is_copied_in_parts() {
    const BLOCKS: usize = 33;
    let s3 = LargeObject::new(|before| match before {
        0 => Reply::s3_error(409, "ConditionalRequestConflict"),
        _ => Reply::new(
            200,
            "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>",
        ),
    });
    let block = pattern(8 * MIB);
    let mut writer = bucket(&s3.stub).await.put("processed/x.csv", "text/csv").await.unwrap();
    for _ in 0..BLOCKS {
        writer.write(block.clone()).await.unwrap();
    }
    writer.write(Bytes::from_static(b"end")).await.unwrap();
    let metadata = Metadata::from([("record-count".to_owned(), "7".to_owned())]);
    let info = writer.finish(metadata, Publication::IfAbsent).await.unwrap();
    assert_eq!(info.size_bytes, (BLOCKS * 8 * MIB + 3) as u64);

    let begun = s3.of("POST", "/bucket/processed/x.csv?uploads");
    assert_eq!(begun.len(), 2);
    assert!(begun.iter().all(|upload| upload.header("x-amz-meta-record-count") == Some("7")));
    let mut ranges: Vec<_> = s3
        .of("PUT", "/bucket/processed/x.csv")
        .iter()
        .map(|part| part.header("x-amz-copy-source-range").unwrap().to_owned())
        .collect();
    ranges.sort();
    let last = format!("bytes={}-{}", 256 * MIB, BLOCKS * 8 * MIB + 2);
    assert_eq!(ranges, ["bytes=0-268435455", "bytes=0-268435455", &last, &last]);
    let completed = s3.of("POST", "/bucket/processed/x.csv?uploadId");
    assert!(completed.iter().all(|upload| upload.header("if-none-match") == Some("*")));
    assert_eq!(s3.of("DELETE", "/bucket/processed/x.csv?").len(), 1);
    s3.assert_staging_is_clean();
}

/// The upload that failed is gone before the error is told.
#[tokio::test]
async fn a_part_that_is_refused_aborts_the_upload() {
    let stub = Stub::new(|request, _| match request.method.as_str() {
        "POST" => Reply::new(
            200,
            "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
        ),
        "PUT" => Reply::s3_error(403, "AccessDenied"),
        _ => Reply::new(204, ""),
    });
    let error = put(&bucket(&stub).await, &pattern(50 * MIB), Publication::Replace).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Environment);
    let requests = stub.requests();
    let aborted: Vec<_> = requests.iter().filter(|request| request.method == "DELETE").collect();
    assert_eq!(aborted.len(), 1);
    assert!(aborted[0].path.contains("uploadId=u1"), "{}", aborted[0].path);
}

/// What was written tells S3 its checksum as a whole, so that S3 refuses anything else.
#[tokio::test]
async fn s3_is_told_the_checksum_of_the_whole() {
    let s3 = LargeObject::new(|_| copied("\"e\""));
    let bytes = pattern(17 * MIB);
    let info = put(&bucket(&s3.stub).await, &bytes, Publication::Replace).await.unwrap();
    let completed = s3.of("POST", "uploadId=u1");
    let checksum = completed[0].header("x-amz-checksum-crc64nvme").unwrap();
    assert_eq!(info.checksum, format!("crc64nvme:{checksum}"));
    assert_eq!(completed[0].header("x-amz-checksum-type"), Some("FULL_OBJECT"));
    assert_eq!(completed[0].header("x-amz-mp-object-size"), Some(&*bytes.len().to_string()));
    for part in s3.of("PUT", "partNumber") {
        assert!(part.header("x-amz-checksum-crc64nvme").is_some());
    }
}
