//! The contract of a run.

use sha2::{Digest, Sha256};

use super::Contract;
use crate::{
    error::{ErrorKind, StepError, StepResult},
    ports::{ObjectStore, read_all},
    run::ContractRef,
};

/// A contract is a document that people write; beyond this size it is something else.
const MAX_BYTES: usize = 1 << 20;

impl Contract {
    /// Reads the contract that a run has pinned.
    ///
    /// `ObjectNotFound` if that version is gone, `Contract` if it is another document than the one
    /// that was claimed, or does not load.
    pub async fn pinned(pinned: &ContractRef, store: &dyn ObjectStore) -> StepResult<Self> {
        let json = read_all(store, &pinned.key, pinned.version_id.as_deref(), MAX_BYTES).await?;
        let error =
            |message: &str| StepError::new(ErrorKind::Contract, message).with("key", &pinned.key);
        let sha256 = format!("{:x}", Sha256::digest(&json));
        if sha256 != pinned.sha256 {
            return Err(error("the contract is not the one that the run has pinned")
                .with("pinned_sha256", &pinned.sha256)
                .with("found_sha256", sha256));
        }
        Self::from_json(&json)
            .map_err(|problems| error("the contract does not load").because(problems))
    }
}
