//! `validate-and-partition`: state `ValidateAndPartition`.

use std::collections::BTreeMap;

use contract::reject::{Refusal, RejectCode};
use serde::{Deserialize, Serialize};

use crate::run::{Execution, PublishedObject, RecordCounts, Run};

/// The run whose file is to be validated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    /// The execution, for the domain event.
    pub execution: Execution,
    /// The run.
    pub run: Run,
}

/// What the file turned out to be; the state machine branches on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// At least one record is valid.
    Valid,
    /// There are records, and none is valid.
    AllRejected,
    /// There is no record.
    NoRecords,
    /// The file as a whole is refused.
    Refused,
}

/// The summary of a validation. Its size is bounded, whatever the file and the contract: a state's
/// output may have 256 KiB.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// The verdict.
    pub verdict: Verdict,
    /// Why the file is refused, where it is.
    pub refusal: Option<Refusal>,
    /// `read = valid + rejected`, also of a refused file, as far as it was read.
    pub records: RecordCounts,
    /// Cell and row errors by code; may add up to more than `records.rejected`.
    pub rejected_by_code: BTreeMap<RejectCode, u64>,
    /// The same by field and code, with where to look first: most errors first, at most
    /// [`MAX_REJECTS`].
    pub rejects: Vec<RejectCount>,
    /// How many errors are not in `rejects` because their pairs of field and code are beyond that
    /// bound.
    #[serde(default)]
    pub other_rejects: u64,
    /// Columns of the file that the contract does not declare, as far as they are carried through.
    pub undeclared_columns: Vec<String>,
    /// SHA-256 of the file, in lower-case hex; absent where reading stopped early.
    pub source_sha256: Option<String>,
    /// The valid rows; absent where the file is refused.
    pub processed: Option<PublishedObject>,
    /// The rejected rows; absent where the file is refused for its header.
    pub rejected: Option<PublishedObject>,
    /// How long it took.
    pub duration_ms: u64,
}

/// How often one field broke one kind of rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectCount {
    /// The field, its name at bounded length; `None` for an error of the row as a whole.
    pub field: Option<String>,
    /// The code.
    pub code: RejectCode,
    /// How many errors.
    pub count: u64,
    /// The first rows that have it, at most [`FIRST_ROWS`], counted with the header as 1.
    pub first_rows: Vec<u64>,
    /// The reason as the first of these rows has it, at bounded length.
    pub example: String,
}

/// How many [`RejectCount`]s an [`Output`] has.
pub const MAX_REJECTS: usize = 100;

/// How many row numbers a [`RejectCount`] names.
pub const FIRST_ROWS: usize = 5;
