//! Which contract a file is held to, and where it is dropped.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use contract::Contract;
use pipeline_core::layout;

/// The dataset of files that lie directly in `input/`. Its contract is built in.
pub(crate) const DEFAULT_DATASET: &str = "smartphone-sales";

/// The contract of [`DEFAULT_DATASET`].
pub(crate) const DEFAULT_CONTRACT: &[u8] =
    include_bytes!("../../../samples/smartphone-sales/contract.json");

/// What the arguments say of the dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Dataset {
    /// Nothing: the file goes to `input/<name>`.
    Default,
    /// `--dataset`: the file goes to `input/<dataset>/<name>`.
    Named(String),
    /// `--contract`: the same, and the contract is put in place first.
    WithContract {
        /// Named after the contract.
        name: String,
        /// The contract.
        path: PathBuf,
    },
}

impl Dataset {
    /// Reads the arguments. A contract gives its dataset its file name, or its folder's name where it
    /// is called `contract.json`.
    pub(crate) fn from_args(dataset: Option<String>, contract: Option<PathBuf>) -> Self {
        match (dataset, contract) {
            (_, Some(path)) => Self::WithContract { name: name_of(&path), path },
            (Some(name), None) => Self::Named(name),
            (None, None) => Self::Default,
        }
    }

    /// The dataset's name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Default => DEFAULT_DATASET,
            Self::Named(name) | Self::WithContract { name, .. } => name,
        }
    }

    /// The key under which a file of this name is dropped.
    pub(crate) fn input_key(&self, file_name: &str) -> String {
        let dataset = (*self != Self::Default).then(|| self.name());
        layout::input_key(dataset, file_name)
    }

    /// The key of the contract.
    pub(crate) fn contract_key(&self) -> String {
        layout::contract_key(self.name())
    }
}

/// Reads a contract: what it says, and its bytes.
pub(crate) fn read_contract(path: &Path) -> anyhow::Result<(Contract, Vec<u8>)> {
    let json =
        fs::read(path).with_context(|| format!("cannot read the contract {}", path.display()))?;
    let contract = Contract::from_json(&json)
        .with_context(|| format!("the contract {} does not load", path.display()))?;
    Ok((contract, json))
}

fn name_of(contract: &Path) -> String {
    let text =
        |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let stem = text(contract.file_stem()).unwrap_or_default();
    if stem != "contract" {
        return stem;
    }
    let folder = contract.canonicalize().ok();
    let folder = folder.as_deref().and_then(Path::parent).and_then(Path::file_name);
    text(folder).unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_names_its_dataset() {
        let named = |path: &str| Dataset::from_args(None, Some(path.into())).name().to_owned();
        assert_eq!(named("contracts/store-export.json"), "store-export");
        let sample =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/smartphone-sales/contract.json");
        assert_eq!(named(sample), "smartphone-sales");
    }

    #[test]
    fn a_file_is_dropped_where_its_contract_is_found() {
        let named = Dataset::from_args(Some("stores".into()), None);
        assert_eq!(named.input_key("x.csv"), "input/stores/x.csv");
        assert_eq!(named.contract_key(), "contracts/stores.json");
        let default = Dataset::from_args(None, None);
        assert_eq!(default.input_key("x.csv"), "input/x.csv");
        assert_eq!(default.contract_key(), "contracts/smartphone-sales.json");
    }
}
