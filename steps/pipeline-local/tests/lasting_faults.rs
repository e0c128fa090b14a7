//! What lasts until somebody acts is not tried again. What a folder knows lasts too.
use std::{fs, path::Path};

use pipeline_core::{
    error::ErrorKind,
    ports::{ContentId, ObjectStore},
    run::SourceObject,
};
use pipeline_local::DataFolder;
use tempfile::TempDir;

#[test]
fn a_ledger_that_cannot_be_opened_is_not_tried_again() {
    let open_with = |prepare: fn(&Path)| {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".sluice")).unwrap();
        prepare(&folder.path().join(".sluice/ledger.sqlite"));
        DataFolder::open(folder.path()).unwrap_err()
    };
    for (error, remedy) in [
        (open_with(|ledger| fs::write(ledger, vec![b'x'; 8192]).unwrap()), "is damaged"),
        (open_with(|ledger| fs::create_dir(ledger).unwrap()), "you may write there"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
        assert!(error.to_string().contains(remedy), "{}", error.report());
    }
}

/// `/dev/full` is a disk without space.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_not_tried_again() {
    use pipeline_core::{conformance::samples, ports::EventBus};
    let folder = TempDir::new().unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    std::os::unix::fs::symlink("/dev/full", data.root().join("events.jsonl")).unwrap();
    let event = samples::event(serde_json::json!({}));
    let error = data.events.publish(&event).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
    assert!(error.to_string().contains("free some space"), "{}", error.report());
}

/// `/sys` takes no folder from anybody, root included.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_read_only_is_not_tried_again() {
    let error = DataFolder::open(Path::new("/sys/sluice-data")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
    assert!(error.to_string().contains("/sys/sluice-data"), "{}", error.report());
}

#[tokio::test]
async fn a_folder_that_is_renamed_holds_the_same_contents() {
    async fn content_id(folder: &Path) -> ContentId {
        let data = DataFolder::open(folder).unwrap();
        let info = data.store.head("input/x.csv", None).await.unwrap();
        ContentId::of(&SourceObject {
            bucket: data.bucket().to_owned(),
            key: info.key,
            version_id: info.version_id,
            etag: info.etag,
            size_bytes: info.size_bytes,
            checksum: info.checksum,
        })
    }
    let outer = TempDir::new().unwrap();
    let (before, after) = (outer.path().join("data"), outer.path().join("archive"));
    fs::create_dir_all(before.join("input")).unwrap();
    fs::write(before.join("input/x.csv"), "id\n1\n").unwrap();
    let known = content_id(&before).await;
    fs::rename(&before, &after).unwrap();
    assert_eq!(content_id(&after).await, known);
}
