//! Files that people drop.

use std::{
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use pipeline_core::{error::ErrorKind, ports::ObjectStore};
use tempfile::NamedTempFile;

use super::{MIB, pattern, read_to_end, unfinished_uploads, versions};
use crate::conformance::bucket;

fn file(bytes: &Bytes) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

#[tokio::test]
async fn a_file_is_uploaded_straight_to_its_key() {
    let bucket = bucket().await;
    for size_bytes in [0, 5, 8 * MIB, 8 * MIB + 1, 33 * MIB] {
        let bytes = pattern(size_bytes);
        let file = file(&bytes);
        let told = AtomicU64::new(0);
        let progress = |uploaded_bytes| {
            assert!(told.fetch_max(uploaded_bytes, Ordering::Relaxed) <= uploaded_bytes);
        };
        let info = bucket
            .upload("input/größe x.csv", "text/csv", file.path(), Some(&progress))
            .await
            .unwrap();

        assert_eq!(bucket.head("input/größe x.csv", None).await.unwrap(), info);
        assert_eq!(info.size_bytes, size_bytes as u64);
        assert_eq!(told.into_inner(), size_bytes as u64);
        let reader = bucket.get("input/größe x.csv", info.version_id.as_deref()).await.unwrap();
        assert!(read_to_end(reader).await == bytes, "{size_bytes}");
    }
    assert_eq!(versions(&bucket.name, "staging/").await, 0);
    assert_eq!(unfinished_uploads(&bucket.name).await, 0);
}

#[tokio::test]
async fn a_file_that_is_missing_or_a_folder_is_refused() {
    let bucket = bucket().await;
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("missing.csv"), folder.path().to_owned()] {
        let refused = bucket.upload("input/x.csv", "text/csv", &path, None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidEvent);
        assert!(refused.to_string().contains(&*path.to_string_lossy()), "{}", refused.report());
    }
    assert_eq!(versions(&bucket.name, "").await, 0);
}

/// The file shrinks or grows after its first part.
#[tokio::test]
async fn a_file_that_changes_meanwhile_is_refused_and_leaves_nothing() {
    let bucket = bucket().await;
    for new_size in [20 * MIB, 90 * MIB] {
        let file = file(&pattern(60 * MIB));
        let change = |_| file.as_file().set_len(new_size as u64).unwrap();
        let refused =
            bucket.upload("input/x.csv", "text/csv", file.path(), Some(&change)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidEvent);
        assert!(refused.to_string().contains("changed"), "{}", refused.report());
    }
    assert_eq!(versions(&bucket.name, "").await, 0);
    assert_eq!(unfinished_uploads(&bucket.name).await, 0);
}
