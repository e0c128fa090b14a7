//! A rejected file that was corrected by a person and dropped again.
//!
//! Its last columns are stripped and never checked. Two things are taken from `raw_record`: the record
//! itself, for a row that is still empty, and the proof that a cell which looks as if a spreadsheet
//! copy had marked it has looked so from the start.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use contract::{
    Contract, Dialect,
    record::{MAX_RECORD_BYTES, Record, RecordReader},
    spreadsheet::{looks_marked, restore},
};

use super::header::Header;

/// What stands before a raw record that is not written as text.
pub(crate) const BASE64_PREFIX: &str = "base64:";

/// The row's `raw_record` as it was written, marks of a spreadsheet taken away. Empty if there is none.
pub(super) fn raw_record<'a>(record: &Record<'a>, cells: usize) -> Cow<'a, str> {
    // A row that is cut short has lost its `raw_record`, not moved it.
    let last = cells.checked_sub(1).and_then(|last| record.cell(last));
    match last.unwrap_or_default() {
        Cow::Borrowed(text) => Cow::Borrowed(restore(text)),
        Cow::Owned(text) => Cow::Owned(restore(&text).to_owned()),
    }
}

/// Takes the marks of a spreadsheet away from the labels that the contract does not declare.
pub(super) fn restore_labels(
    record: &Record<'_>,
    contract: &Contract,
    restored: &mut Vec<(usize, String)>,
) {
    let marked = record.cells().enumerate().filter(|(_, label)| looks_marked(label));
    let undeclared = marked.filter(|(_, label)| contract.field_named(label.trim()).is_none());
    restored.extend(undeclared.map(|(index, label)| (index, restore(&label).to_owned())));
}

/// Takes the marks of a spreadsheet away from a row: the cells that change, with their columns. `dialect` is
/// what the row's `raw_record` is in.
pub(super) fn restore_cells(
    record: &Record<'_>,
    header: &Header<'_>,
    dialect: Dialect,
    restored: &mut Vec<(usize, String)>,
) {
    restored.clear();
    let originals = record.cells().take(header.columns.len()).enumerate();
    let marked = originals.filter(|(_, cell)| looks_marked(cell));
    restored.extend(marked.map(|(index, cell)| (index, cell.into_owned())));
    if restored.is_empty() {
        return;
    }
    let native = native_cells(&raw_record(record, header.cells), dialect);
    restored.retain_mut(|(index, cell)| {
        let is_native = native.get(*index).is_some_and(|native| native == cell);
        *cell = restore(cell).to_owned();
        !is_native
    });
}

/// The cells of a raw record, none if it is not one readable record.
fn native_cells(raw_record: &str, dialect: Dialect) -> Vec<String> {
    let decoded = raw_record
        .strip_prefix(BASE64_PREFIX)
        .map(|encoded| BASE64.decode(encoded).unwrap_or_default());
    let bytes = decoded.as_deref().unwrap_or(raw_record.as_bytes());
    let mut reader = RecordReader::new(&dialect, MAX_RECORD_BYTES);
    reader.push(bytes);
    reader.finish();
    reader
        .next_record()
        .map(|record| record.cells().map(Cow::into_owned).collect())
        .unwrap_or_default()
}
