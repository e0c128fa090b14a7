//! A run reads the contract that its claim pinned, whatever the dataset has since.

use pipeline_core::{error::ErrorKind, memory::MemoryStore, run::ContractRef};

const KEY: &str = "contracts/shop.json";

/// A contract of so many bytes.
fn contract(size_bytes: usize) -> String {
    let mut json = r#"{"fields": [{"name": "id"}]}"#.to_owned();
    json.extend(std::iter::repeat_n(' ', size_bytes - json.len()));
    json
}

#[tokio::test]
async fn what_is_pinned_is_read() {
    let store = MemoryStore::default();
    store.insert(KEY, contract(1 << 20));
    let pinned = ContractRef::pin("shop", &store).await.unwrap();
    assert_eq!((pinned.dataset.as_str(), pinned.key.as_str()), ("shop", KEY));

    store.insert(KEY, "broken since");
    let contract = pinned.read(&store).await.unwrap();
    assert_eq!(contract.fields().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_later_is_not_pinned() {
    let store = MemoryStore::default();
    for (document, message) in [
        (None, "the dataset has no contract"),
        (Some(contract((1 << 20) + 1)), "the dataset's contract cannot be read"),
        (Some("{}".to_owned()), "`fields` is missing"),
    ] {
        if let Some(document) = document {
            store.insert(KEY, document);
        }
        let error = ContractRef::pin("shop", &store).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Contract);
        assert!(error.report().contains(message), "{}", error.report());
    }
}
