//! How many records went where, and why.

use contract::wording::{bounded, count, share};
use pipeline_core::{run::RecordCounts, steps::validate_and_partition};

use super::{bar::Bar, capped::Capped, cell::value};
use crate::figure::ratio;

/// Read, valid, rejected.
pub(crate) struct Funnel {
    pub(crate) read: String,
    pub(crate) valid: String,
    pub(crate) valid_share: String,
    pub(crate) valid_bar: Bar,
    pub(crate) rejected: String,
    pub(crate) rejected_share: String,
    pub(crate) has_records: bool,
}

impl Funnel {
    pub(super) fn new(records: RecordCounts) -> Self {
        let RecordCounts { read, valid, rejected } = records;
        Self {
            read: count(read),
            valid: count(valid),
            valid_share: share(ratio(valid, read)),
            valid_bar: Bar::new(valid, read),
            rejected: count(rejected),
            rejected_share: share(ratio(rejected, read)),
            has_records: read > 0,
        }
    }
}

/// The reasons, most frequent first.
pub(crate) struct Rejects {
    pub(crate) rows: Capped<RejectRow>,
    /// All errors; a record may have several.
    pub(crate) errors: String,
}

/// One kind of error of one field.
pub(crate) struct RejectRow {
    /// Absent where the error is the row's as a whole.
    pub(crate) field: Option<String>,
    pub(crate) code: &'static str,
    pub(crate) count: String,
    pub(crate) bar: Bar,
    /// The first rows that have the error, and a mark if others have it too.
    pub(crate) first_rows: String,
    pub(crate) example: String,
}

impl Rejects {
    pub(super) fn new(validation: Option<&validate_and_partition::Output>, limit: usize) -> Self {
        let all = validation.map(|validation| validation.rejects.as_slice()).unwrap_or_default();
        let mut sorted: Vec<_> = all.iter().collect();
        sorted.sort_by(|a, b| {
            b.count.cmp(&a.count).then_with(|| (&a.field, a.code).cmp(&(&b.field, b.code)))
        });
        let most = sorted.first().map_or(0, |reject| reject.count);
        let rows = sorted.iter().map(|reject| RejectRow {
            field: reject.field.as_deref().map(value),
            code: reject.code.as_str(),
            count: count(reject.count),
            bar: Bar::new(reject.count, most),
            first_rows: first_rows(&reject.first_rows, reject.count),
            example: bounded(&reject.example, 300),
        });
        let others = validation.map_or(0, |validation| validation.other_rejects);
        let errors = all.iter().fold(others, |sum, reject| sum.saturating_add(reject.count));
        Self { rows: Capped::new(rows, limit), errors: count(errors) }
    }
}

/// Row numbers as an editor shows them: without thousands separators. A row may have an error more than
/// once, so that only a full list may go on.
fn first_rows(rows: &[u64], count: u64) -> String {
    let mut text = rows.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    if rows.len() >= validate_and_partition::FIRST_ROWS && count > rows.len() as u64 {
        text.push_str(", …");
    }
    text
}
