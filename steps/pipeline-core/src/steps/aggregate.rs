//! `aggregate`: state `Aggregate`.

use serde::{Deserialize, Serialize};

use super::validate_and_partition;
use crate::run::{PublishedObject, Run};

/// The run whose processed file is to be aggregated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    /// The run.
    pub run: Run,
    /// What validation found: the reject counts go into the facts, the record count is checked.
    pub validation: validate_and_partition::Output,
}

/// The facts are published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// `facts.json`
    pub facts: PublishedObject,
    /// Records aggregated: the validator's count, to the row.
    pub records: u64,
    /// How long it took.
    pub duration_ms: u64,
}
