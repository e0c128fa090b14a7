//! What is wrong with a contract, and where in its JSON.

use std::fmt;

/// One thing that is wrong with a contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ContractProblem {
    /// Where it is, as a JSON path: `$.fields[3].constraints.minimun`.
    pub path: String,
    /// What is wrong, and what would be right where that is known.
    pub message: String,
}

/// A contract that cannot be used, with every problem found. `Display` lists them all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ContractError {
    /// Never empty.
    pub problems: Vec<ContractProblem>,
}

impl fmt::Display for ContractError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [only] => write!(out, "the contract is not valid: {only}"),
            all => {
                write!(out, "the contract has {} problems:", all.len())?;
                all.iter().try_for_each(|problem| write!(out, "\n  {problem}"))
            }
        }
    }
}

/// A place in the descriptor.
#[derive(Debug, Clone)]
pub(super) struct Path(String);

impl Path {
    pub(super) fn root() -> Self {
        Self("$".to_owned())
    }

    /// The property `name` of this object.
    pub(super) fn key(&self, name: &str) -> Self {
        let plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
        if plain {
            Self(format!("{}.{name}", self.0))
        } else {
            Self(format!("{}[{name:?}]", self.0))
        }
    }

    /// The item at `index` of this array.
    pub(super) fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<ContractProblem>);

impl Problems {
    pub(super) fn add(&mut self, path: &Path, message: impl Into<String>) {
        self.0.push(ContractProblem { path: path.0.clone(), message: message.into() });
    }

    /// Adds the problem and returns nothing, for use where a value was expected.
    pub(super) fn none<T>(&mut self, path: &Path, message: impl Into<String>) -> Option<T> {
        self.add(path, message);
        None
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// `value` if nothing was wrong, and all problems otherwise.
    pub(super) fn into_result<T>(self, value: Option<T>) -> Result<T, ContractError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ContractError { problems: self.0 }),
        }
    }
}
