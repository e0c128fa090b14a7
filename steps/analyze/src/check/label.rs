//! What texts call the things that numbers are about.

use super::names::NAME_CHARS;
use crate::wording::{human, shown};

/// What a group is called: its value where that can be told from a number, and `ram 8` otherwise.
pub(crate) fn group_label(field: &str, value: Option<&str>) -> String {
    let Some(value) = value else { return cut(&format!("no {}", human(field))) };
    let value = shown(value);
    if value.is_empty() {
        cut(&format!("blank {}", human(field)))
    } else if is_wordy(&value) {
        cut(&value)
    } else {
        cut(&format!("{} {value}", human(field)))
    }
}

/// What a segment of a measure is called.
pub(crate) fn segment_label(measure: &str, segment: &str) -> String {
    group_label(&format!("{measure} segment"), Some(segment))
}

/// What a column is called: `customer review`, or `column 2024` where the name is a number.
pub(crate) fn column_label(field: &str) -> String {
    let name = human(field);
    if is_wordy(&name) { cut(&name) } else { cut(&format!("column {name}")) }
}

/// What a moment is called: a date or a year as it stands.
pub(crate) fn moment_label(field: &str, moment: &str) -> String {
    let is_year = moment.len() == 4 && moment.bytes().all(|byte| byte.is_ascii_digit());
    if is_year { moment.to_owned() } else { group_label(field, Some(moment)) }
}

/// Whether a name can be told from a number.
pub(super) fn is_wordy(name: &str) -> bool {
    super::names::is_wordy(&name.chars().collect::<Vec<_>>())
}

fn cut(text: &str) -> String {
    if text.chars().count() <= NAME_CHARS {
        return text.to_owned();
    }
    text.chars().take(NAME_CHARS - 1).chain(['…']).collect()
}
