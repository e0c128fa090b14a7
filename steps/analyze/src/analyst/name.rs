//! What things are called in a text that is being composed: their labels, with marks around them.

use crate::check::{column_label, group_label, moment_label, segment_label};

/// Marks around a name. [`crate::wording::shown`] leaves none in a value.
const BEGINS: char = '\u{e000}';
const ENDS: char = '\u{e001}';

pub(super) fn marked(name: &str) -> String {
    format!("{BEGINS}{name}{ENDS}")
}

/// The text as it is read, without marks.
pub(super) fn unmarked(text: &str) -> String {
    text.replace([BEGINS, ENDS], "")
}

/// The text with quotation marks around each name.
pub(super) fn quoted(text: &str) -> String {
    text.replace(BEGINS, "“").replace(ENDS, "”")
}

pub(super) fn group(field: &str, value: Option<&str>) -> String {
    marked(&group_label(field, value))
}

pub(super) fn segment(measure: &str, label: &str) -> String {
    marked(&segment_label(measure, label))
}

pub(super) fn moment(field: &str, moment: &str) -> String {
    marked(&moment_label(field, moment))
}

pub(super) fn column(field: &str) -> String {
    marked(&column_label(field))
}

/// The column at the beginning of a sentence.
pub(super) fn leading_column(field: &str) -> String {
    marked(&crate::wording::capitalized(&column_label(field)))
}
