//! The contract of a run: pinned by its first claim, read by its steps.

use contract::Contract;

use crate::{
    document::sha256_hex,
    error::{ErrorKind, StepError, StepResult},
    layout,
    ports::{ObjectStore, read_all},
    run::ContractRef,
};

/// A contract is a document that people write; beyond this size it is something else.
const MAX_BYTES: usize = 1 << 20;

impl ContractRef {
    /// Pins the contract that a dataset has now, `contracts/<dataset>.json`.
    ///
    /// `Contract` if there is none, if it is too large, or if it does not load.
    pub async fn pin(dataset: &str, store: &dyn ObjectStore) -> StepResult<Self> {
        let key = layout::contract_key(dataset);
        let unusable = |message: &str| {
            StepError::new(ErrorKind::Contract, message).with("dataset", dataset).with("key", &key)
        };
        let newest = async {
            let version_id = store.head(&key, None).await?.version_id;
            let json = read_all(store, &key, version_id.as_deref(), MAX_BYTES).await?;
            Ok((version_id, json))
        };
        let (version_id, json) = newest.await.map_err(|error: StepError| match error.kind() {
            ErrorKind::ObjectNotFound => unusable("the dataset has no contract").because(error),
            ErrorKind::InvalidEvent => {
                unusable("the dataset's contract cannot be read").because(error)
            }
            _ => error,
        })?;
        Contract::from_json(&json).map_err(|problems| {
            unusable("the dataset's contract does not load").because(problems)
        })?;
        let sha256 = sha256_hex(&json);
        Ok(Self { dataset: dataset.to_owned(), version_id, sha256, key })
    }

    /// Reads the contract that a run has pinned.
    ///
    /// `ObjectNotFound` if that version is gone, `PreconditionFailed` if it is another document than
    /// the one that was claimed, `Contract` if it does not load.
    pub async fn read(&self, store: &dyn ObjectStore) -> StepResult<Contract> {
        self.parse(&read_all(store, &self.key, self.version_id.as_deref(), MAX_BYTES).await?)
    }

    /// The contract of this JSON, if it is the one that a run has pinned.
    ///
    /// `PreconditionFailed` if it is another document than the one that was claimed, `Contract` if it does not
    /// load.
    pub fn parse(&self, json: &[u8]) -> StepResult<Contract> {
        let found_sha256 = sha256_hex(json);
        if found_sha256 != self.sha256 {
            let message = "the contract is not the one that the run was claimed with";
            return Err(StepError::new(ErrorKind::PreconditionFailed, message)
                .with("key", &self.key)
                .with("claimed_sha256", &self.sha256)
                .with("found_sha256", found_sha256));
        }
        Contract::from_json(json).map_err(|problems| {
            StepError::new(ErrorKind::Contract, "the contract does not load")
                .with("key", &self.key)
                .because(problems)
        })
    }
}
