//! The records over time, as columns of a chart and as a table.

use contract::wording::{count, share};
use pipeline_core::facts::TimeFacts;

use crate::{
    figure::ratio,
    report::{
        bar::Bar,
        cell::{dash, value},
        view::Limits,
    },
};

/// The records over time.
pub(crate) struct Time {
    pub(crate) field: String,
    pub(crate) by: String,
    pub(crate) first: String,
    pub(crate) last: String,
    /// The period with most records, and how many.
    pub(crate) peak: Option<(String, String)>,
    /// The latest periods, in order of time.
    pub(crate) columns: Vec<Column>,
    /// Records in earlier periods that are not listed, if any.
    pub(crate) other_records: Option<String>,
    /// Records without a value, if any.
    pub(crate) undated_records: Option<String>,
}

/// One period. Lengths are in percent of the chart.
pub(crate) struct Column {
    pub(crate) period: String,
    pub(crate) records: String,
    pub(crate) share: String,
    pub(crate) bar: Bar,
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) width: String,
    pub(crate) height: String,
}

impl Time {
    pub(super) fn new(time: &TimeFacts, limits: Limits) -> Self {
        let dated: Vec<_> = time
            .periods
            .iter()
            .filter_map(|group| group.value.as_deref().map(|period| (period, group)))
            .collect();
        let undated = time.periods.iter().filter(|group| group.value.is_none());
        let undated = undated.fold(0_u64, |sum, group| sum.saturating_add(group.records));
        let (hidden, shown) = dated.split_at(dated.len().saturating_sub(limits.periods));
        let hidden = hidden
            .iter()
            .fold(time.other_records, |sum, (_, group)| sum.saturating_add(group.records));
        // The first of the largest, so that equal data names the same period.
        let peak = dated.iter().rev().max_by_key(|(_, group)| group.records);
        let most = shown.iter().map(|(_, group)| group.records).max().unwrap_or(0);
        let step = 100.0 / shown.len().max(1) as f64;
        let columns = shown.iter().enumerate().map(|(index, (period, group))| {
            let height = 100.0 * ratio(group.records, most);
            Column {
                period: value(period),
                records: count(group.records),
                share: share(group.share),
                bar: Bar::new(group.records, most),
                x: format!("{:.3}", step * (index as f64 + 0.1)),
                y: format!("{:.3}", 100.0 - height),
                width: format!("{:.3}", step * 0.8),
                height: format!("{height:.3}"),
            }
        });
        let shown_value = |bound: Option<&String>| bound.map_or_else(dash, |v| value(v));
        Self {
            field: value(&time.field),
            by: value(&time.by),
            first: shown_value(time.first.as_ref()),
            last: shown_value(time.last.as_ref()),
            peak: peak.map(|(period, group)| (value(period), count(group.records))),
            columns: columns.collect(),
            other_records: (hidden > 0).then(|| count(hidden)),
            undated_records: (undated > 0).then(|| count(undated)),
        }
    }
}
