//! What a table cell shows of the data.

use contract::wording::bounded;

/// A value, at the length of a table cell.
pub(super) fn value(text: &str) -> String {
    bounded(text, 120)
}

/// What stands where there is no value.
pub(super) fn dash() -> String {
    "–".to_owned()
}
