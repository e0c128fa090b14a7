//! Why a row, or a file, was turned away. Bad rows are data: these types are never an `Err`.

use serde::{Deserialize, Serialize};

/// A reason for rejecting one record. The codes are Frictionless's own and frozen.
///
/// Source: <https://framework.frictionlessdata.io/docs/errors/row.html> and `cell.html`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectCode {
    /// Every cell of the row is missing.
    BlankRow,
    /// The row has fewer cells than the header has labels.
    MissingCell,
    /// The row has more cells than the header has labels.
    ExtraCell,
    /// The cell does not parse as its field's type.
    TypeError,
    /// The value breaks a constraint of its field.
    ConstraintError,
    /// The value of a unique field stood in an earlier row.
    UniqueError,
    /// The primary key is incomplete, or stood in an earlier row.
    PrimaryKey,
    /// The record is not valid UTF-8.
    EncodingError,
    /// The record has no end within the bound: too long, or a quote that is never closed.
    RecordTooLong,
}

impl RejectCode {
    /// Every code, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::BlankRow,
        Self::MissingCell,
        Self::ExtraCell,
        Self::TypeError,
        Self::ConstraintError,
        Self::UniqueError,
        Self::PrimaryKey,
        Self::EncodingError,
        Self::RecordTooLong,
    ];

    /// The code as it is written in files, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BlankRow => "blank-row",
            Self::MissingCell => "missing-cell",
            Self::ExtraCell => "extra-cell",
            Self::TypeError => "type-error",
            Self::ConstraintError => "constraint-error",
            Self::UniqueError => "unique-error",
            Self::PrimaryKey => "primary-key",
            Self::EncodingError => "encoding-error",
            Self::RecordTooLong => "record-too-long",
        }
    }
}

/// A reason for refusing a file as a whole. Frozen like [`RejectCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// A required column is not in the header.
    MissingLabel,
    /// Two columns of the header have the same label, or one has that of a column which an output adds.
    DuplicateLabel,
    /// A column of the header has no label.
    BlankLabel,
    /// The file has no header at all.
    BlankHeader,
    /// The file cannot be read as CSV, or its name does not say that it is one.
    SourceError,
    /// A greater share of the records was rejected than the contract allows.
    RejectRateExceeded,
    /// The file is larger than the pipeline accepts.
    FileTooLarge,
    /// The key cannot be used safely in the keys of the outputs.
    UnsafeName,
}

/// Why a file was refused, for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The frozen code.
    pub code: RefusalCode,
    /// One sentence: what was found, what was expected, the nearest match. May change.
    pub message: String,
}

/// The names of the columns that end every rejected file, in order. A contract may not declare them.
pub const REJECT_COLUMNS: [&str; 7] = [
    "rejection_codes",
    "rejection_reasons",
    "row_number",
    "rejected_at",
    "correlation_id",
    "source_file",
    "raw_record",
];

/// The names of the columns that `lineageColumns` adds to every processed row, in order.
pub const LINEAGE_COLUMNS: [&str; 3] = ["processed_at", "correlation_id", "source_file"];
