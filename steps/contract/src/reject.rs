//! Why a row, or a file, was turned away. Bad rows are data: these types are never an `Err`.

use serde::{Deserialize, Serialize};

use crate::named_enum;

named_enum! {
    /// A reason for rejecting one record, in the order of reports. The codes are Frictionless's own and
    /// frozen.
    ///
    /// Source: <https://framework.frictionlessdata.io/docs/errors/row.html> and `cell.html`.
    pub enum RejectCode {
        /// Every cell of the row is missing.
        BlankRow = "blank-row",
        /// The row has fewer cells than the header has labels.
        MissingCell = "missing-cell",
        /// The row has more cells than the header has labels.
        ExtraCell = "extra-cell",
        /// The cell does not parse as its field's type.
        TypeError = "type-error",
        /// The value breaks a constraint of its field.
        ConstraintError = "constraint-error",
        /// The value of a unique field stood in an earlier row.
        UniqueError = "unique-error",
        /// The primary key is incomplete, or stood in an earlier row.
        PrimaryKey = "primary-key",
        /// The record is not valid UTF-8.
        EncodingError = "encoding-error",
        /// The record has no end within the bound: too long, or a quote that is never closed.
        RecordTooLong = "record-too-long",
    }
}

named_enum! {
    /// A reason for refusing a file as a whole. Frozen like [`RejectCode`].
    pub enum RefusalCode {
        /// A required column is not in the header.
        MissingLabel = "missing-label",
        /// Two columns of the header have the same label, or one has that of a column which an output
        /// adds.
        DuplicateLabel = "duplicate-label",
        /// A column of the header has no label.
        BlankLabel = "blank-label",
        /// The file has no header at all.
        BlankHeader = "blank-header",
        /// The file cannot be read as CSV, or its name does not say that it is one.
        SourceError = "source-error",
        /// A greater share of the records was rejected than the contract allows.
        RejectRateExceeded = "reject-rate-exceeded",
        /// The file is larger than the pipeline accepts.
        FileTooLarge = "file-too-large",
        /// The key cannot be used safely in the keys of the outputs.
        UnsafeName = "unsafe-name",
    }
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
