//! The facts, as they are shown: computed, and only computed.

mod sentiment;
mod time;

use std::collections::BTreeMap;

use contract::wording::{count, decimal, mean, share};
use pipeline_core::facts::{Facts, Group, MeasureFacts, PairGroup, SegmentFacts, Stats};

use self::{sentiment::Text, time::Time};
use super::{
    bar::Bar,
    capped::Capped,
    cell::{dash, value},
    view::Limits,
};

/// The facts.
pub(crate) struct Computed {
    pub(crate) measures: Capped<Measure>,
    pub(crate) dimensions: Capped<Breakdown>,
    pub(crate) pairs: Capped<Breakdown>,
    pub(crate) time: Option<Time>,
    pub(crate) text: Option<Text>,
    /// Columns that have missing values, in the contract's order.
    pub(crate) incomplete: Capped<Column>,
    /// How many columns have none.
    pub(crate) complete: usize,
}

/// The distribution of a measure, as text; a dash where there is no value.
pub(crate) struct Figures {
    pub(crate) count: String,
    pub(crate) sum: String,
    pub(crate) mean: String,
    pub(crate) median: String,
    pub(crate) min: String,
    pub(crate) max: String,
}

/// A measure and its segments.
pub(crate) struct Measure {
    pub(crate) field: String,
    pub(crate) total: Figures,
    pub(crate) segments: Capped<Segment>,
}

/// One bin of a measure.
pub(crate) struct Segment {
    pub(crate) label: String,
    pub(crate) records: String,
    pub(crate) share: String,
    pub(crate) bar: Bar,
    pub(crate) figures: Figures,
    /// The groups that it holds most of, with their records.
    pub(crate) top: Vec<(String, String)>,
}

/// The records by one dimension, or by a pair.
pub(crate) struct Breakdown {
    /// `region`, or `brand and region`.
    pub(crate) title: String,
    /// The names of the one or two fields.
    pub(crate) fields: Vec<String>,
    pub(crate) distinct: String,
    /// The measures whose columns [`GroupRow::figures`] fills.
    pub(crate) measures: Vec<String>,
    pub(crate) groups: Capped<GroupRow>,
    /// Records in groups that are not listed, if any.
    pub(crate) other_records: Option<String>,
}

/// The records that share a value, or a pair of values.
pub(crate) struct GroupRow {
    /// `None` is a missing value.
    pub(crate) values: Vec<Option<String>>,
    pub(crate) records: String,
    pub(crate) share: String,
    pub(crate) bar: Bar,
    pub(crate) figures: Vec<Figures>,
}

/// How complete a column is.
pub(crate) struct Column {
    pub(crate) field: String,
    pub(crate) missing: String,
    pub(crate) share: String,
    pub(crate) bar: Bar,
}

/// More measures than this would not fit beside each other in a table of groups.
const MEASURE_COLUMNS: usize = 2;

impl Computed {
    pub(super) fn new(facts: &Facts, limits: Limits) -> Self {
        let measures: Vec<&str> =
            facts.measures.iter().map(|m| m.field.as_str()).take(MEASURE_COLUMNS).collect();
        let dimensions = facts.dimensions.iter().map(|dimension| {
            let groups: Vec<_> = dimension.groups.iter().map(Row::from).collect();
            let fields = std::slice::from_ref(&dimension.field);
            let counts = (dimension.distinct, dimension.other_records);
            Breakdown::new(fields, counts, &groups, &measures, limits.groups)
        });
        let pairs = facts.pairs.iter().map(|pair| {
            let groups: Vec<_> = pair.groups.iter().map(Row::from).collect();
            let counts = (pair.distinct, pair.other_records);
            Breakdown::new(&pair.fields, counts, &groups, &measures, limits.groups)
        });
        let columns = facts.completeness.iter().filter(|column| column.missing > 0);
        let incomplete = columns.map(|column| Column {
            field: value(&column.field),
            missing: count(column.missing),
            share: share(column.share),
            bar: Bar::of(column.share),
        });
        Self {
            measures: Capped::new(
                facts.measures.iter().map(|measure| Measure::new(measure, limits)),
                limits.measures,
            ),
            dimensions: Capped::new(dimensions, limits.dimensions),
            pairs: Capped::new(pairs, limits.pairs),
            time: facts.time.as_ref().map(|time| Time::new(time, limits)),
            text: facts.text.as_ref().map(|text| Text::new(text, limits)),
            incomplete: Capped::new(incomplete, limits.columns),
            complete: facts.completeness.iter().filter(|column| column.missing == 0).count(),
        }
    }
}

impl Figures {
    fn new(stats: Option<&Stats>) -> Self {
        let exact = |value: Option<&String>| value.map_or_else(dash, |exact| decimal(exact));
        let rounded = |value: Option<f64>| value.map_or_else(dash, mean);
        Self {
            count: count(stats.map_or(0, |stats| stats.count)),
            sum: exact(stats.and_then(|stats| stats.sum.as_ref())),
            mean: rounded(stats.and_then(|stats| stats.mean)),
            median: rounded(stats.and_then(|stats| stats.median)),
            min: exact(stats.and_then(|stats| stats.min.as_ref())),
            max: exact(stats.and_then(|stats| stats.max.as_ref())),
        }
    }
}

impl Measure {
    fn new(measure: &MeasureFacts, limits: Limits) -> Self {
        let segments = measure.segments.iter().map(|segment| Segment::new(segment, limits.top));
        Self {
            field: value(&measure.field),
            total: Figures::new(Some(&measure.total)),
            segments: Capped::new(segments, limits.segments),
        }
    }
}

impl Segment {
    fn new(segment: &SegmentFacts, limit: usize) -> Self {
        let top = segment.top.iter().take(limit).map(|group| {
            let name = group.value.as_deref().map_or_else(|| "(missing)".to_owned(), value);
            (name, count(group.records))
        });
        Self {
            label: value(&segment.label),
            records: count(segment.records),
            share: share(segment.share),
            bar: Bar::of(segment.share),
            figures: Figures::new(Some(&segment.stats)),
            top: top.collect(),
        }
    }
}

/// A group of one dimension or of a pair.
struct Row<'a> {
    values: &'a [Option<String>],
    records: u64,
    share: f64,
    measures: &'a BTreeMap<String, Stats>,
}

impl<'a> From<&'a Group> for Row<'a> {
    fn from(group: &'a Group) -> Self {
        let Group { value, records, share, measures } = group;
        Self { values: std::slice::from_ref(value), records: *records, share: *share, measures }
    }
}

impl<'a> From<&'a PairGroup> for Row<'a> {
    fn from(group: &'a PairGroup) -> Self {
        let PairGroup { values, records, share, measures } = group;
        Self { values, records: *records, share: *share, measures }
    }
}

impl Breakdown {
    fn new(
        fields: &[String],
        (distinct, other_records): (u64, u64),
        groups: &[Row<'_>],
        measures: &[&str],
        limit: usize,
    ) -> Self {
        let most = groups.iter().map(|group| group.records).max().unwrap_or(0);
        let rows = groups.iter().map(|group| GroupRow {
            values: group.values.iter().map(|v| v.as_deref().map(value)).collect(),
            records: count(group.records),
            share: share(group.share),
            bar: Bar::new(group.records, most),
            figures: measures.iter().map(|name| Figures::new(group.measures.get(*name))).collect(),
        });
        // What the facts leave out and what is left out here is one remainder for the reader.
        let hidden = groups
            .iter()
            .skip(limit)
            .fold(other_records, |sum, group| sum.saturating_add(group.records));
        let fields: Vec<String> = fields.iter().map(|field| value(field)).collect();
        Self {
            title: fields.join(" and "),
            fields,
            distinct: count(distinct),
            measures: measures.iter().map(|name| value(name)).collect(),
            groups: Capped::new(rows, limit),
            other_records: (hidden > 0).then(|| count(hidden)),
        }
    }
}
