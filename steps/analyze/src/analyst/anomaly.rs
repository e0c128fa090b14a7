//! What is odd, by stated thresholds. Without a finding there is no anomaly.
//!
//! | about | odd | low | medium | high |
//! |---|---|---|---|---|
//! | a dimension | the share of its leading group, of at least three | 0.5 | 0.8 | 0.95 |
//! | a dimension | the share of records without a value | 0.2 | 0.5 | 0.8 |
//! | a measure | a group of the first dimension, with at least three records, whose highest value is so many times its median, or whose median so many times its lowest | 2 | 3 | 10 |
//! | a measure | the same of a segment, or of all records where there are no segments | 5 | 10 | 100 |
//! | segments, a segment | it has no record | always | | |
//! | texts | the share of negative ones | | 0.3 | 0.5 |
//! | texts | a group whose mean score is so much below the overall one | | 0.3 | 0.6 |
//!
//! A group of fewer than ten texts is one level lower, and of fewer than five none at all. Groups are
//! those that the facts list. The data itself is looked at whatever the contract asks, under the kind
//! [`DATA_QUALITY`]:
//!
//! | about | odd | low | medium | high |
//! |---|---|---|---|---|
//! | the file | the share of rejected records | | 0.05 | 0.2 |
//! | a column | the share of valid records without a value | 0.2 | 0.5 | |

use contract::number::Number;
use pipeline_core::{
    analysis::{DATA_QUALITY, Level},
    facts::{SentimentBy, Stats},
};

use super::{
    Analyst, SMALL_SAMPLE, lower, name,
    ranking::ranked,
    sentiment::{comparable, texts_of},
};
use crate::{
    plan::Topic,
    statement::Statement,
    wording::{count, exact, float, in_brackets, list, percent, score},
};

/// How many findings one anomaly tells; the others are said to exist.
const MOST_FINDINGS: usize = 5;

/// One thing that is odd, the odder the larger `size`.
struct Finding {
    level: Level,
    size: f64,
    text: String,
}

/// From which size on something is of which level.
struct Thresholds {
    low: f64,
    medium: f64,
    high: f64,
}

const NEVER: f64 = f64::INFINITY;
const LEADING_SHARE: Thresholds = Thresholds { low: 0.5, medium: 0.8, high: 0.95 };
const MISSING_SHARE: Thresholds = Thresholds { low: 0.2, medium: 0.5, high: 0.8 };
const GROUP_SPREAD: Thresholds = Thresholds { low: 2.0, medium: 3.0, high: 10.0 };
const WIDE_SPREAD: Thresholds = Thresholds { low: 5.0, medium: 10.0, high: 100.0 };
const NEGATIVE_SHARE: Thresholds = Thresholds { low: NEVER, medium: 0.3, high: 0.5 };
const SCORE_GAP: Thresholds = Thresholds { low: NEVER, medium: 0.3, high: 0.6 };
const REJECT_RATE: Thresholds = Thresholds { low: NEVER, medium: 0.05, high: 0.2 };
const INCOMPLETE: Thresholds = Thresholds { low: 0.2, medium: 0.5, high: NEVER };

/// The smallest group whose values are compared with its own median.
const FEWEST_VALUES: u64 = 3;

impl Thresholds {
    fn level(&self, size: f64) -> Option<Level> {
        [(self.high, Level::High), (self.medium, Level::Medium), (self.low, Level::Low)]
            .into_iter()
            .find_map(|(threshold, level)| (size >= threshold).then_some(level))
    }
}

impl Finding {
    fn of(thresholds: &Thresholds, size: f64, text: impl FnOnce() -> String) -> Option<Self> {
        thresholds.level(size).map(|level| Self { level, size, text: text() })
    }
}

impl Analyst<'_> {
    pub(super) fn anomaly(&self, topic: &Topic) -> Option<(String, Level)> {
        told(match topic {
            Topic::Dimension(field) => self.odd_shares(field),
            Topic::Measure(field) => self.odd_values(field),
            Topic::Segments(field) => self.empty_segments(field, None),
            Topic::Segment { measure, label } => self.empty_segments(measure, Some(label)),
            Topic::Text(_) => {
                let by = self.facts.text.iter().flat_map(|text| &text.by);
                self.negative_texts()
                    .into_iter()
                    .chain(by.flat_map(|by| self.low_scores(by)))
                    .collect()
            }
            Topic::TextBy { dimension, .. } => {
                self.sentiment_by(Some(dimension)).map(|by| self.low_scores(by)).unwrap_or_default()
            }
        })
    }

    /// What is odd about the data itself.
    pub(crate) fn data_quality(&self) -> Vec<Statement> {
        let findings = [told(self.many_rejects().into_iter().collect()), told(self.gaps())];
        let statement =
            |(text, level): (String, Level)| self.statement(DATA_QUALITY, &text, level, None);
        findings.into_iter().flatten().map(statement).collect()
    }

    fn odd_shares(&self, field: &str) -> Vec<Finding> {
        let Some(dimension) = self.dimension(field) else { return Vec::new() };
        let all = self.records(self.facts.records.valid);
        let tell =
            |records: u64, share: f64| format!("{} of {all}{}", count(records), in_brackets(share));
        let leading = ranked(&dimension.groups).first().copied();
        let leading = leading.filter(|_| dimension.distinct >= 3).and_then(|(value, group)| {
            Finding::of(&LEADING_SHARE, group.share, || {
                let name = name::group(field, Some(value));
                let column = name::column(field);
                format!("{name} alone has {}, by {column}.", tell(group.records, group.share))
            })
        });
        let missing = dimension.groups.iter().find(|group| group.value.is_none());
        let missing = missing.and_then(|group| {
            Finding::of(&MISSING_SHARE, group.share, || {
                let records = tell(group.records, group.share);
                format!("There is {} in {records}.", name::group(field, None))
            })
        });
        leading.into_iter().chain(missing).collect()
    }

    fn odd_values(&self, field: &str) -> Vec<Finding> {
        let Some(measure) = self.measure(field) else { return Vec::new() };
        let dimension = self.facts.dimensions.first();
        let groups = dimension.into_iter().flat_map(|dimension| {
            ranked(&dimension.groups).into_iter().filter_map(|(value, group)| {
                let stats = group.measures.get(field)?;
                let name = || name::group(&dimension.field, Some(value));
                self.spread(field, stats, &GROUP_SPREAD, name)
            })
        });
        let segments = measure.segments.iter().filter_map(|segment| {
            let name = || name::segment(field, &segment.label);
            self.spread(field, &segment.stats, &WIDE_SPREAD, name)
        });
        let total = measure.segments.is_empty().then_some(&measure.total);
        let total = total.and_then(|total| {
            self.spread(field, total, &WIDE_SPREAD, || format!("all {}", self.plan.record.many))
        });
        groups.chain(segments).chain(total).collect()
    }

    /// Values far from the median of their own group.
    fn spread(
        &self,
        field: &str,
        stats: &Stats,
        thresholds: &Thresholds,
        name: impl Fn() -> String,
    ) -> Option<Finding> {
        let number = |text: &Option<String>| Some(Number::parse(text.as_deref()?).ok()?.to_f64());
        let (min, max, median) = (number(&stats.min)?, number(&stats.max)?, stats.median?);
        if stats.count < FEWEST_VALUES || median <= 0.0 || min <= 0.0 {
            return None;
        }
        let (above, below) = (max / median, median / min);
        let (end, value) =
            if above >= below { ("highest", &stats.max) } else { ("lowest", &stats.min) };
        let (value, median) = (exact(value.as_deref()?)?, float(median)?);
        Finding::of(thresholds, above.max(below), || {
            format!(
                "The {end} {} of {} is {value}, against a median of {median} over {}.",
                name::column(field),
                name(),
                self.records(stats.count),
            )
        })
    }

    fn empty_segments(&self, field: &str, only: Option<&str>) -> Vec<Finding> {
        let Some(measure) = self.measure(field) else { return Vec::new() };
        let empty = measure.segments.iter().filter(|segment| segment.records == 0);
        let asked = empty.filter(|segment| only.is_none_or(|label| label == segment.label));
        let names: Vec<_> = asked.map(|segment| name::segment(field, &segment.label)).collect();
        if names.is_empty() {
            return Vec::new();
        }
        let all = self.records(measure.total.count);
        let text = format!("None of the {all} is in {}, by {}.", list(&names), name::column(field));
        vec![Finding { level: Level::Low, size: 0.0, text }]
    }

    fn negative_texts(&self) -> Option<Finding> {
        let text = self.facts.text.as_ref()?;
        let share = crate::check::part(text.overall.negative, text.overall.count)?;
        Finding::of(&NEGATIVE_SHARE, share, || {
            format!(
                "{} of {} ({}) are negative.",
                count(text.overall.negative),
                texts_of(text, text.overall.count),
                percent(share).unwrap_or_default(),
            )
        })
    }

    fn low_scores(&self, by: &SentimentBy) -> Vec<Finding> {
        let Some(text) = &self.facts.text else { return Vec::new() };
        let overall = text.overall.mean_score;
        let finding = |(value, found): (&str, &pipeline_core::facts::Sentiment)| {
            let (mean, against) = (score(found.mean_score)?, score(overall)?);
            let gap = overall - found.mean_score;
            let mut finding = Finding::of(&SCORE_GAP, gap, || {
                let small = if found.count < SMALL_SAMPLE { ", a small sample" } else { "" };
                format!(
                    "The mean score of {} is {mean} over {}{small}, against {against} overall; {} {} \
                     negative.",
                    name::group(&by.field, Some(value)),
                    texts_of(text, found.count),
                    count(found.negative),
                    if found.negative == 1 { "is" } else { "are" },
                )
            })?;
            if found.count < SMALL_SAMPLE {
                finding.level = lower(finding.level);
            }
            Some(finding)
        };
        comparable(by).into_iter().filter_map(finding).collect()
    }

    fn many_rejects(&self) -> Option<Finding> {
        let records = self.facts.records;
        Finding::of(&REJECT_RATE, self.facts.reject_rate, || {
            let most = self.most_frequent_error();
            let most = most.map(|most| format!("; the most frequent error is {most}"));
            format!(
                "{} of {} records{} were rejected{}.",
                count(records.rejected),
                count(records.read),
                in_brackets(self.facts.reject_rate),
                most.unwrap_or_default(),
            )
        })
    }

    /// `constraint-error in ram, found 283 times`
    pub(super) fn most_frequent_error(&self) -> Option<String> {
        // The first of several that are as frequent, so that equal facts give equal text.
        let most = self.facts.rejects.iter().rev().max_by_key(|reject| reject.count)?;
        let field = most.field.as_ref().map(|field| format!(" in {}", name::column(field)));
        let times = if most.count == 1 { "time" } else { "times" };
        let code = most.code.as_str();
        Some(format!("{code}{}, found {} {times}", field.unwrap_or_default(), count(most.count)))
    }

    fn gaps(&self) -> Vec<Finding> {
        let finding = |column: &pipeline_core::facts::Completeness| {
            let missing = 1.0 - column.share;
            (column.missing > 0).then_some(())?;
            Finding::of(&INCOMPLETE, missing, || {
                format!(
                    "{} is missing in {} of {}{}.",
                    name::leading_column(&column.field),
                    count(column.missing),
                    self.records(self.facts.records.valid),
                    in_brackets(missing),
                )
            })
        };
        self.facts.completeness.iter().filter_map(finding).collect()
    }
}

/// All findings in one text, the worst first, with the level of the worst.
fn told(mut findings: Vec<Finding>) -> Option<(String, Level)> {
    findings.sort_by(|a, b| a.level.cmp(&b.level).then(b.size.total_cmp(&a.size)));
    let level = findings.first()?.level;
    let mut texts: Vec<_> = findings.iter().take(MOST_FINDINGS).map(|found| &*found.text).collect();
    if findings.len() > MOST_FINDINGS {
        texts.push("More cross the same threshold.");
    }
    Some((texts.join(" "), level))
}
