//! A folder is also touched by people, and keys come from anywhere.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use pipeline_core::{
    error::{ErrorKind, StepResult},
    ports::{Metadata, ObjectInfo, ObjectStore, Publication, read_all},
};
use pipeline_local::{DataFolder, FolderStore};
use proptest::prelude::*;
use tempfile::TempDir;

fn open() -> (TempDir, DataFolder) {
    let outer = TempDir::new().unwrap();
    let data = DataFolder::open(&outer.path().join("data")).unwrap();
    (outer, data)
}

async fn put(store: &FolderStore, key: &str, bytes: &[u8]) -> StepResult<ObjectInfo> {
    let mut writer = store.put(key, "text/csv").await?;
    writer.write(Bytes::copy_from_slice(bytes)).await?;
    let metadata = Metadata::from([("record-count".to_owned(), "1".to_owned())]);
    writer.finish(metadata, Publication::Replace).await
}

async fn read(store: &FolderStore, key: &str, version_id: Option<&str>) -> StepResult<Vec<u8>> {
    read_all(store, key, version_id, 1 << 20).await
}

fn kind<T>(result: StepResult<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let list = if entry.file_type().unwrap().is_dir() { &mut folders } else { &mut files };
            list.push(entry.path());
        }
    }
    files
}

#[tokio::test]
async fn an_object_is_the_file_at_its_key() {
    let (_outer, data) = open();
    put(&data.store, "processed/a b/größe.csv", b"x,y\n").await.unwrap();
    let file = data.root().join("processed/a b/größe.csv");
    assert_eq!(fs::read(file).unwrap(), b"x,y\n");
}

#[tokio::test]
async fn a_file_that_was_copied_in_is_described() {
    let (_outer, data) = open();
    let written = put(&data.store, "input/written.csv", b"a,b\n1,2\n").await.unwrap();
    fs::write(data.root().join("input/copied.csv"), b"a,b\n1,2\n").unwrap();

    let copied = data.store.head("input/copied.csv", None).await.unwrap();
    assert_eq!(copied.checksum, written.checksum);
    assert_eq!((copied.size_bytes, copied.content_type.as_str()), (8, "text/csv"));
    assert_eq!(copied.metadata, Metadata::new());
    assert_eq!(data.store.head("input/copied.csv", None).await.unwrap(), copied);
    // SHA-256 of these eight bytes, as `sha256sum` prints it.
    let sha256 = "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470";
    assert_eq!(copied.checksum, format!("sha256:{sha256}"));
}

#[tokio::test]
async fn a_pinned_version_survives_a_file_that_takes_its_place() {
    let (_outer, data) = open();
    fs::create_dir_all(data.root().join("input")).unwrap();
    let file = data.root().join("input/x.csv");
    fs::write(&file, b"the first").unwrap();
    let first = data.store.head("input/x.csv", None).await.unwrap();

    let other = data.root().join("other.csv");
    fs::write(&other, b"the second").unwrap();
    fs::rename(&other, &file).unwrap();

    let pinned = read(&data.store, "input/x.csv", first.version_id.as_deref()).await.unwrap();
    assert_eq!(pinned, b"the first");
    assert_eq!(read(&data.store, "input/x.csv", None).await.unwrap(), b"the second");
}

#[tokio::test]
async fn a_file_that_was_edited_in_place_is_noticed() {
    let (_outer, data) = open();
    let before = put(&data.store, "input/x.csv", b"before").await.unwrap();
    let pinned = before.version_id.as_deref();
    fs::write(data.root().join("input/x.csv"), b"edited by hand").unwrap();

    let after = data.store.head("input/x.csv", None).await.unwrap();
    assert_ne!(after.checksum, before.checksum);
    assert_ne!(after.version_id, before.version_id);
    assert_eq!(after.metadata, Metadata::new());
    assert_eq!(read(&data.store, "input/x.csv", None).await.unwrap(), b"edited by hand");
    // The bytes that were pinned are gone, which is an error and never other bytes.
    let gone = read(&data.store, "input/x.csv", pinned).await;
    assert_eq!(kind(gone), Some(ErrorKind::ObjectNotFound));
    let edited = read(&data.store, "input/x.csv", after.version_id.as_deref()).await.unwrap();
    assert_eq!(edited, b"edited by hand");

    // The first content, put again, is that version again.
    put(&data.store, "input/x.csv", b"before").await.unwrap();
    assert_eq!(read(&data.store, "input/x.csv", pinned).await.unwrap(), b"before");
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_an_error() {
    let (_outer, data) = open();
    put(&data.store, "input/x.csv", &vec![b'a'; 400_000]).await.unwrap();
    let mut reader = data.store.get("input/x.csv", None).await.unwrap();
    reader.next_chunk().await.unwrap();
    fs::write(data.root().join("input/x.csv"), vec![b'b'; 400_001]).unwrap();
    reader.next_chunk().await.unwrap();
    assert_eq!(kind(reader.next_chunk().await), Some(ErrorKind::ObjectNotFound));
}

#[tokio::test]
async fn a_torn_description_is_computed_again() {
    let (_outer, data) = open();
    let written = put(&data.store, "processed/x.csv", b"a,b\n").await.unwrap();
    for file in files_below(&data.root().join(".sluice/objects")) {
        let json = fs::read(&file).unwrap();
        fs::write(&file, &json[..json.len() / 2]).unwrap();
    }
    let computed = data.store.head("processed/x.csv", None).await.unwrap();
    assert_eq!(computed.checksum, written.checksum);
    assert_eq!(read(&data.store, "processed/x.csv", None).await.unwrap(), b"a,b\n");
}

#[tokio::test]
async fn a_replaced_output_leaves_one_file_and_one_description() {
    let (_outer, data) = open();
    for content in [b"one".as_slice(), b"two", b"three"] {
        put(&data.store, "processed/x.csv", content).await.unwrap();
    }
    assert_eq!(files_below(&data.root().join(".sluice/objects")).len(), 1);
    assert_eq!(files_below(&data.root().join("processed")).len(), 1);
    assert!(!data.root().join(".sluice/versions").exists());
    let left = files_below(&data.root().join(".sluice/tmp"));
    assert!(left.iter().all(|file| file.extension().unwrap() == "lock"), "{left:?}");
}

#[tokio::test]
async fn an_unsafe_key_is_refused() {
    let (outer, data) = open();
    fs::write(outer.path().join("secret.csv"), b"secret").unwrap();
    let absolute = outer.path().join("secret.csv");
    let long = format!("input/{}.csv", "x".repeat(252));
    for key in [
        "",
        "../secret.csv",
        "input/../../secret.csv",
        absolute.to_str().unwrap(),
        "input\\x.csv",
        "input/a\0b.csv",
        "input/a\nb.csv",
        "input//x.csv",
        "input/",
        "./x.csv",
        ".sluice/ledger.sqlite",
        ".SLUICE/ledger.sqlite",
        long.as_str(),
    ] {
        let store = &data.store;
        assert_eq!(kind(store.head(key, None).await), Some(ErrorKind::InvalidEvent), "{key:?}");
        assert_eq!(kind(store.get(key, Some("v")).await), Some(ErrorKind::InvalidEvent), "{key:?}");
        assert_eq!(kind(put(store, key, b"x").await), Some(ErrorKind::InvalidEvent), "{key:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_symbolic_link_may_not_lead_outside() {
    use std::os::unix::fs::symlink;
    let (outer, data) = open();
    let outside = outer.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret.csv"), b"secret").unwrap();
    put(&data.store, "input/real.csv", b"real").await.unwrap();
    let link = |target: &Path, name: &str| symlink(target, data.root().join(name)).unwrap();
    link(&outside, "input/folder");
    link(&outside.join("secret.csv"), "input/file.csv");
    link(&outside.join("none.csv"), "input/dangling.csv");
    link(&data.root().join(".sluice"), "input/internal");
    link(&data.root().join("input/loop.csv"), "input/loop.csv");
    link(&data.root().join("input/real.csv"), "input/inside.csv");

    for key in [
        "input/folder/secret.csv",
        "input/folder/new/x.csv",
        "input/file.csv",
        "input/dangling.csv",
        "input/internal/ledger.sqlite",
        "input/loop.csv",
    ] {
        assert_eq!(
            kind(read(&data.store, key, None).await),
            Some(ErrorKind::InvalidEvent),
            "{key}"
        );
        assert_eq!(kind(put(&data.store, key, b"x").await), Some(ErrorKind::InvalidEvent), "{key}");
    }
    assert_eq!(read(&data.store, "input/inside.csv", None).await.unwrap(), b"real");
    assert_eq!(files_below(&outside), [outside.join("secret.csv")]);
}

#[tokio::test]
async fn a_file_and_a_folder_of_one_name_get_in_each_others_way() {
    let (_outer, data) = open();
    put(&data.store, "input/a/x.csv", b"x").await.unwrap();
    assert_eq!(kind(put(&data.store, "input/a", b"x").await), Some(ErrorKind::InvalidEvent));
    let below = put(&data.store, "input/a/x.csv/y.csv", b"x").await;
    assert_eq!(kind(below), Some(ErrorKind::InvalidEvent));
    assert_eq!(read(&data.store, "input/a/x.csv", None).await.unwrap(), b"x");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the key: an object is stored and read back, or nothing is written; never outside.
    #[test]
    fn no_key_leads_out_of_the_folder(
        segments in prop::collection::vec(
            prop_oneof![
                Just("..".to_owned()), Just(".".to_owned()), Just(String::new()),
                Just(".sluice".to_owned()), Just("~".to_owned()), Just("C:".to_owned()),
                Just("..\\..".to_owned()), "\\PC{1,6}", any::<String>(),
            ],
            0..5,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (outer, data) = open();
        let before = files_below(outer.path());
        let key = segments.join("/");
        runtime.block_on(async {
            match put(&data.store, &key, b"x").await {
                Ok(_) => {
                    assert_eq!(read(&data.store, &key, None).await.unwrap(), b"x");
                    let file = data.root().join(&key);
                    assert!(fs::canonicalize(&file).unwrap().starts_with(data.root()));
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::InvalidEvent, "{}", error.report());
                    assert_eq!(files_below(outer.path()), before);
                }
            }
        });
        let outside = fs::read_dir(outer.path()).unwrap().count();
        prop_assert_eq!(outside, 1);
    }
}
