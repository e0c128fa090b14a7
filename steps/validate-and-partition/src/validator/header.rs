//! The header of a file against its contract: matched by name, in any order.

use std::fmt::Write as _;
use std::sync::Arc;

use contract::{
    Contract, Dialect, Field, FieldIndex, UndeclaredColumns, nearest,
    record::{Flaw, Record},
    reject::{LINEAGE_COLUMNS, REJECT_COLUMNS, Refusal, RefusalCode},
    wording,
};

use super::message::{Name, names};
use super::redrop;
use super::row::Cells;

/// The most columns that a file may have, as in a spreadsheet. A rejected row has them all, so
/// without a bound a file of one byte a row could make an output a million times its size.
pub const MAX_COLUMNS: usize = 16_384;

/// The most characters that a label may have: the reasons of rejected rows repeat it.
const MAX_LABEL_CHARS: usize = 1_000;

/// A column of the file.
#[derive(Debug, Clone)]
pub struct Column<'c> {
    /// The label, without blanks around it.
    pub label: Arc<str>,
    /// The contract's field of this name, and its index; `None` if the contract does not declare it.
    pub field: Option<(FieldIndex, &'c Field)>,
}

/// The columns of a file, in its order. Columns of an earlier run's making are no longer there.
#[derive(Debug, Clone)]
pub struct Header<'c> {
    /// The original columns.
    pub columns: Vec<Column<'c>>,
    /// How many cells a whole row has: more than there are columns if some are stripped.
    pub(super) cells: usize,
    /// Set if the file is the rejected output of an earlier run.
    pub(super) is_rejected_file: bool,
}

impl Header<'_> {
    /// The declared columns that the file does not have; none of them is required.
    pub fn absent<'a>(&'a self, contract: &'a Contract) -> impl Iterator<Item = &'a str> {
        let has = |name: &str| self.columns.iter().any(|column| &*column.label == name);
        contract.fields().iter().map(Field::name).filter(move |name| !has(name))
    }

    /// The labels that the contract does not declare.
    pub fn undeclared(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|column| column.field.is_none()).map(|column| &*column.label)
    }
}

/// Whether a file whose first record this is (read in the standard dialect) is the rejected output of
/// an earlier run: its last columns are exactly those that every such file has.
pub(super) fn is_rejected_file(record: &Record<'_>) -> bool {
    let Some(original) = record.cell_count().checked_sub(REJECT_COLUMNS.len()) else {
        return false;
    };
    original > 0 && has_at(record, original, &REJECT_COLUMNS)
}

/// Whether the record has these labels from that cell on.
fn has_at(record: &Record<'_>, start: usize, labels: &[&str]) -> bool {
    (start..)
        .zip(labels)
        .all(|(index, name)| record.cell(index).is_some_and(|label| label.trim() == *name))
}

/// How many columns there are without those that an earlier run has added.
fn original_columns(record: &Record<'_>, contract: &Contract, is_rejected_file: bool) -> usize {
    let added = if is_rejected_file { REJECT_COLUMNS.len() } else { 0 };
    let count = record.cell_count().saturating_sub(added);
    match count.checked_sub(LINEAGE_COLUMNS.len()) {
        Some(original)
            if original > 0
                && contract.sluice().lineage_columns
                && has_at(record, original, &LINEAGE_COLUMNS) =>
        {
            original
        }
        _ => count,
    }
}

/// The header that the record is, or why the file is refused. `restored` takes the labels of a rejected
/// file whose text is another than the file's.
pub(super) fn read<'c>(
    record: &Record<'_>,
    contract: &'c Contract,
    is_rejected_file: bool,
    restored: &mut Vec<(usize, String)>,
) -> Result<Header<'c>, Refusal> {
    readable(record)?;
    let cells = record.cell_count();
    if record.cells().all(|label| label.trim().is_empty()) {
        return refuse(
            RefusalCode::BlankHeader,
            "the first row is blank; it must name the columns",
        );
    }
    let count = original_columns(record, contract, is_rejected_file);
    if count > MAX_COLUMNS {
        let found = wording::count(count as u64);
        let most = wording::count(MAX_COLUMNS as u64);
        let message = format!("the header has {found} columns; a file may have at most {most}");
        return refuse(RefusalCode::SourceError, message);
    }
    if is_rejected_file {
        redrop::restore_labels(record, contract, restored);
    }
    let texts = Cells { record: *record, restored };
    let labels: Vec<String> =
        (0..count).filter_map(|index| Some(texts.get(index)?.trim().to_owned())).collect();
    labelled(&labels)?;
    free(&labels, contract)?;
    complete(&labels, contract)?;
    let columns: Vec<Column<'c>> = labels
        .into_iter()
        .map(|label| Column { field: contract.field_named(&label), label: label.into() })
        .collect();
    let header = Header { columns, cells, is_rejected_file };
    if contract.sluice().undeclared_columns == UndeclaredColumns::Refuse {
        let undeclared: Vec<&str> = header.undeclared().collect();
        if !undeclared.is_empty() {
            let message = format!(
                "the contract declares no such column: {}, and allows no other",
                names(undeclared.iter().copied())
            );
            return refuse(RefusalCode::SourceError, message);
        }
    }
    Ok(header)
}

/// Why a file without any record, or with nothing but comments, is refused.
pub(super) fn absent(comments: u64) -> Refusal {
    let (code, message) = if comments == 0 {
        (RefusalCode::SourceError, "the file is empty")
    } else {
        (RefusalCode::BlankHeader, "the file has only comments; there is no header")
    };
    Refusal { code, message: message.to_owned() }
}

fn refuse<T>(code: RefusalCode, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { code, message: message.into() })
}

/// Whether the record is text, and the end of it was found.
fn readable(record: &Record<'_>) -> Result<(), Refusal> {
    let bytes = record.bytes();
    let what = if bytes.starts_with(b"PK\x03\x04") {
        "the file is a ZIP archive, as Excel workbooks (.xlsx) are; save it as CSV"
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        "the file is an old Excel workbook (.xls); save it as CSV"
    } else if bytes.starts_with(b"\x1f\x8b") {
        "the file is compressed with gzip; decompress it"
    } else if bytes.starts_with(b"PAR1") {
        "the file is in the Parquet format; export it as CSV"
    } else if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        "the file is in UTF-16; save it as UTF-8"
    } else if bytes.contains(&0) {
        let pairs = bytes.chunks_exact(2);
        let wide = pairs.clone().filter(|pair| pair.contains(&0)).count();
        if wide * 2 > pairs.len() {
            "the file looks like UTF-16; save it as UTF-8"
        } else {
            "the file looks like binary data: there is a NUL byte in the first row"
        }
    } else if record.text().is_none() && record.flaw().is_none() {
        "the header is not valid UTF-8; save the file as UTF-8"
    } else if record.flaw() == Some(Flaw::UnclosedQuote) {
        "a quote in the header is not closed"
    } else if record.flaw() == Some(Flaw::TooLong) {
        "the first row is too long to be a header"
    } else {
        return Ok(());
    };
    refuse(RefusalCode::SourceError, what)
}

/// Whether every column has a label of its own, and none is too long.
fn labelled(labels: &[String]) -> Result<(), Refusal> {
    let long = (1..).zip(labels).find(|(_, label)| label.chars().count() > MAX_LABEL_CHARS);
    if let Some((position, label)) = long {
        let message = format!(
            "the label of column {position}, `{}`, is longer than {} characters; is the first row \
             the header?",
            Name(label),
            wording::count(MAX_LABEL_CHARS as u64)
        );
        return refuse(RefusalCode::SourceError, message);
    }
    let blank: Vec<String> = (1..)
        .zip(labels)
        .filter(|(_, label)| label.is_empty())
        .map(|(position, _)| position.to_string())
        .collect();
    if !blank.is_empty() {
        let columns = if blank.len() == 1 { "column" } else { "columns" };
        let have = if blank.len() == 1 { "has" } else { "have" };
        let positions = blank.join(", ");
        let positions: String = positions.chars().take(200).collect();
        let message =
            format!("{columns} {positions} of {} {have} no label in the header", labels.len());
        return refuse(RefusalCode::BlankLabel, message);
    }
    let mut sorted: Vec<&str> = labels.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let mut twice: Vec<&str> =
        sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    twice.dedup();
    if twice.is_empty() {
        return Ok(());
    }
    let message = format!("the header has more than one column {}", names(twice.iter().copied()));
    refuse(RefusalCode::DuplicateLabel, message)
}

/// Whether no label is taken by a column that an output adds, which would have it twice.
fn free(labels: &[String], contract: &Contract) -> Result<(), Refusal> {
    let lineage: &[&str] = if contract.sluice().lineage_columns { &LINEAGE_COLUMNS } else { &[] };
    for (output, added) in [("rejected", &REJECT_COLUMNS[..]), ("processed", lineage)] {
        let taken: Vec<&str> =
            labels.iter().map(String::as_str).filter(|label| added.contains(label)).collect();
        if !taken.is_empty() {
            let (columns, them) =
                if taken.len() == 1 { ("a column", "it") } else { ("columns", "them") };
            let message = format!(
                "the header has {columns} {}, which the {output} output adds itself; rename {them}",
                names(taken.iter().copied())
            );
            return refuse(RefusalCode::DuplicateLabel, message);
        }
    }
    Ok(())
}

/// Whether every column is there that must be: required ones, and those of the primary key.
fn complete(labels: &[String], contract: &Contract) -> Result<(), Refusal> {
    let known: Vec<&str> = contract.fields().iter().map(Field::name).collect();
    let has = |name: &str| labels.iter().any(|label| label == name);
    // A file with none of the declared columns is another dataset's, or differently delimited.
    let has_none = !known.iter().any(|name| has(name));
    let must_be_there = |index: &FieldIndex, field: &Field| {
        has_none || field.required() || contract.primary_key().contains(index)
    };
    let missing: Vec<&str> = contract
        .indexed_fields()
        .filter(|(index, field)| must_be_there(index, field))
        .map(|(_, field)| field.name())
        .filter(|name| !has(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let columns = if missing.len() == 1 { "column" } else { "columns" };
    let mut message = format!("the header has no {columns} {}", names(missing.iter().copied()));
    // A column that stands for another declared one is no candidate.
    let others: Vec<&str> =
        labels.iter().map(String::as_str).filter(|label| !known.contains(label)).collect();
    let near: Vec<String> = missing
        .iter()
        .filter_map(|name| {
            let label = others.iter().find(|label| nearest(label, &[*name]).is_some())?;
            Some(format!("`{}` may be meant to be `{name}`", Name(label)))
        })
        .take(20)
        .collect();
    if !near.is_empty() {
        message.push_str("; ");
        message.push_str(&near.join(", "));
    } else if let ([only], Some(other)) = (labels, separator(labels, *contract.dialect())) {
        let found = if other == '\t' { "a tab".to_owned() } else { format!("`{other}`") };
        // A write into a string cannot fail.
        let _ = write!(
            message,
            "; it is a single column, `{}`, and seems to be separated by {found} instead of `{}`",
            Name(only),
            char::from(contract.dialect().delimiter)
        );
        return refuse(RefusalCode::MissingLabel, message);
    }
    message.push_str("; it has ");
    message.push_str(&names(labels.iter().map(String::as_str)));
    refuse(RefusalCode::MissingLabel, message)
}

/// What seems to separate the columns of a header that was read as one column.
fn separator(labels: &[String], dialect: Dialect) -> Option<char> {
    let [only] = labels else { return None };
    [',', ';', '\t', '|']
        .into_iter()
        .filter(|char| u32::from(*char) != u32::from(dialect.delimiter))
        .map(|char| (only.matches(char).count(), char))
        .filter(|(count, _)| *count > 0)
        .max_by_key(|(count, _)| *count)
        .map(|(_, char)| char)
}
