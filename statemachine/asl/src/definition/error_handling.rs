//! Parses `Retry` and `Catch`.

use serde_json::Value;

use super::fields::Fields;
use super::model::{Catcher, MAX_SECONDS, Retrier};
use super::variables::assign;
use crate::failure::ALL;

/// The longest `MaxDelaySeconds`: a year, as AWS allows.
const MAX_DELAY_SECONDS: u64 = 31_622_400;

pub(super) fn retry(state: &Fields<'_>) -> Vec<Retrier> {
    each(state, "Retry", |fields, is_last| {
        fields.allow(
            &[
                "BackoffRate",
                "Comment",
                "ErrorEquals",
                "IntervalSeconds",
                "JitterStrategy",
                "MaxAttempts",
                "MaxDelaySeconds",
            ],
            "a retrier",
        );
        fields.string("Comment");
        let interval_seconds = fields.integer("IntervalSeconds", 1, MAX_SECONDS).unwrap_or(1);
        let max_delay_seconds = fields.integer("MaxDelaySeconds", 1, MAX_DELAY_SECONDS);
        if max_delay_seconds.is_some_and(|most| most <= interval_seconds) {
            fields.problem("MaxDelaySeconds", "must be greater than IntervalSeconds");
        }
        let backoff_rate = fields.typed("BackoffRate", "a number of at least 1.0", |value| {
            value.as_f64().filter(|rate| *rate >= 1.0)
        });
        let jitter = fields.typed("JitterStrategy", "\"FULL\" or \"NONE\"", |value| {
            value.as_str().filter(|strategy| matches!(*strategy, "FULL" | "NONE"))
        });
        let max_attempts = fields.integer("MaxAttempts", 0, MAX_SECONDS);
        Some(Retrier {
            error_equals: error_equals(fields, is_last)?,
            interval_seconds,
            max_attempts: max_attempts.unwrap_or(3),
            backoff_rate: backoff_rate.unwrap_or(2.0),
            max_delay_seconds,
            full_jitter: jitter == Some("FULL"),
        })
    })
}

pub(super) fn catch(state: &Fields<'_>) -> Vec<Catcher> {
    each(state, "Catch", |fields, is_last| {
        fields.allow(&["Assign", "Comment", "ErrorEquals", "Next", "Output"], "a catcher");
        fields.string("Comment");
        let error_equals = error_equals(fields, is_last);
        let assign = assign(fields);
        let output = fields.template("Output");
        fields.required("Next");
        let next = fields.name("Next")?.to_owned();
        Some(Catcher { error_equals: error_equals?, assign, output, next })
    })
}

/// Reads each object of the array `field`, told whether it is the last.
fn each<T>(
    state: &Fields<'_>,
    field: &str,
    read: impl Fn(&Fields<'_>, bool) -> Option<T>,
) -> Vec<T> {
    let Some(items) = state.array(field) else { return Vec::new() };
    items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let path = format!("{field}[{index}]");
            let fields = Fields::of(item, state.state, &path, state.problems)?;
            read(&fields, index + 1 == items.len())
        })
        .collect()
}

/// `ErrorEquals`: some names, among which `States.ALL` stands alone, and last of all.
fn error_equals(fields: &Fields<'_>, is_last: bool) -> Option<Vec<String>> {
    const FIELD: &str = "ErrorEquals";
    fields.required(FIELD)?;
    let values = fields.filled_array(FIELD)?;
    let names: Option<Vec<String>> =
        values.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    if names.is_none() || values.contains(&Value::from("")) {
        fields.problem(FIELD, "must be an array of error names");
    }
    let names = names?;
    if names.iter().any(|name| name == ALL) {
        if names.len() > 1 {
            fields.problem(FIELD, "States.ALL must stand alone");
        }
        if !is_last {
            fields.problem(FIELD, "States.ALL must come last");
        }
    }
    Some(names)
}
