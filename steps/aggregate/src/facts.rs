//! The facts, from what was counted.

use std::collections::BTreeMap;

use contract::{Contract, DimensionIndex, FactsPlan, FieldIndex, FreeText, Period, TimeAxis};
use pipeline_core::{
    error::StepResult,
    facts::{
        Completeness, DimensionFacts, Facts, Group, MeasureFacts, PairFacts, PairGroup,
        SCHEMA_VERSION, SegmentFacts, SentimentBy, SentimentGroup, Stats, TextFacts, TimeFacts,
    },
    steps::aggregate::Input,
};

use crate::{
    codes::MISSING,
    columns::{Columns, DimensionValue},
    histogram::{Count, Distribution},
    moment::Moment,
    sentiment::{METHOD, sentiment},
    stats::Values,
    views::{View, Views},
};

/// Periods that are listed at most: a year of days, a generation of months.
const MAX_PERIODS: usize = 400;

/// Where the numbers of the facts come from.
struct Source<'c> {
    contract: &'c Contract,
    columns: &'c Columns<'c>,
    views: &'c Views,
    measures: Vec<Values<'c>>,
    plan: &'c FactsPlan,
}

/// Puts the facts together.
pub(crate) fn facts(
    input: &Input,
    contract: &Contract,
    columns: &Columns<'_>,
    views: &Views,
) -> StepResult<Facts> {
    let plan = &contract.sluice().facts;
    let measures = columns.measures().iter();
    let source = Source {
        contract,
        columns,
        views,
        measures: measures
            .map(|column| Values::new(contract.field(column.field()).name(), column.codes()))
            .collect(),
        plan,
    };
    let records = input.validation.records;
    Ok(Facts {
        schema_version: SCHEMA_VERSION.to_owned(),
        dataset: input.run.contract.dataset.clone(),
        correlation_id: input.run.correlation_id.clone(),
        source_file: input.run.source.key.clone(),
        processed_file: input.run.outputs.processed.clone(),
        records,
        reject_rate: share(records.rejected, records.read),
        rejects: input.validation.rejects.clone(),
        completeness: source.completeness(),
        measures: source.measures()?,
        dimensions: plan
            .dimension_indexes()
            .map(|index| source.dimension(index))
            .collect::<StepResult<_>>()?,
        pairs: (0..plan.pairs.len()).map(|index| source.pair(index)).collect::<StepResult<_>>()?,
        time: plan.time.as_ref().map(|time| source.time(*time)).transpose()?,
        text: plan.text.as_ref().map(|text| source.text(text)).transpose()?,
    })
}

/// 0 of nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The `n` largest groups, most first, then by value.
fn largest<K: Ord>(mut groups: Vec<Count>, n: usize, value: impl Fn(u32) -> K) -> Vec<Count> {
    let order = |left: &Count, right: &Count| {
        let records = right.records.cmp(&left.records);
        records.then_with(|| value(left.group).cmp(&value(right.group)))
    };
    if groups.len() > n {
        groups.select_nth_unstable_by(n, order);
        groups.truncate(n);
    }
    groups.sort_unstable_by(order);
    groups
}

fn total(groups: &[Count]) -> u64 {
    groups.iter().map(|group| group.records).sum()
}

/// Each group to its own position.
fn one_by_one(groups: &[Count]) -> Vec<(u32, u32)> {
    groups.iter().map(|count| count.group).zip(0..).collect()
}

impl Source<'_> {
    fn completeness(&self) -> Vec<Completeness> {
        let records = self.columns.rows();
        let fields = self.contract.fields().iter().zip(self.columns.missing());
        fields
            .map(|(field, &missing)| {
                let present = records.saturating_sub(missing);
                let field = field.name().to_owned();
                Completeness { field, present, missing, share: share(present, records) }
            })
            .collect()
    }

    fn name(&self, field: FieldIndex) -> String {
        self.contract.field(field).name().to_owned()
    }

    fn field_of(&self, dimension: DimensionIndex) -> String {
        self.name(self.plan.dimension(dimension).field)
    }

    /// By position: the statistics of every measure, by field.
    fn stats(
        &self,
        view: &View<'_>,
        positions: &[(u32, u32)],
        count: usize,
    ) -> StepResult<Vec<BTreeMap<String, Stats>>> {
        let mut stats = vec![BTreeMap::new(); count];
        let distributions = view.distributions(positions, count)?;
        for (values, distributions) in self.measures.iter().zip(distributions) {
            for (stats, distribution) in stats.iter_mut().zip(distributions) {
                stats.insert(values.field.to_owned(), values.stats(distribution));
            }
        }
        Ok(stats)
    }

    /// The largest groups with their statistics. `value` tells what a group has in common.
    fn top<'v>(
        &self,
        view: &View<'_>,
        counts: Vec<Count>,
        whole: u64,
        value: impl Fn(u32) -> DimensionValue<'v>,
    ) -> StepResult<Vec<Group>> {
        let top = largest(counts, self.plan.top_n, &value);
        let stats = self.stats(view, &one_by_one(&top), top.len())?;
        let groups = top.iter().zip(stats).map(|(count, measures)| Group {
            value: value(count.group).shown(),
            records: count.records,
            share: share(count.records, whole),
            measures,
        });
        Ok(groups.collect())
    }

    fn dimension(&self, index: DimensionIndex) -> StepResult<DimensionFacts> {
        let view = self.views.dimension(index);
        let counts = view.groups()?;
        let records = self.columns.rows();
        let distinct = counts.iter().filter(|count| count.group != MISSING).count();
        let groups = self.top(&view, counts, records, |code| self.columns.value(index, code))?;
        Ok(DimensionFacts {
            field: self.field_of(index),
            distinct: distinct as u64,
            other_records: records - groups.iter().map(|group| group.records).sum::<u64>(),
            groups,
        })
    }

    fn pair(&self, index: usize) -> StepResult<PairFacts> {
        let view = self.views.pair(index);
        let counts = view.groups()?;
        let records = self.columns.rows();
        let values = |code| self.columns.pair(index, code);
        let is_complete = |count: &&Count| !values(count.group).contains(&DimensionValue::Missing);
        let distinct = counts.iter().filter(is_complete).count();
        let top = largest(counts, self.plan.top_n, values);
        let stats = self.stats(&view, &one_by_one(&top), top.len())?;
        let groups = top.iter().zip(stats).map(|(count, measures)| PairGroup {
            values: values(count.group).map(DimensionValue::shown),
            records: count.records,
            share: share(count.records, records),
            measures,
        });
        Ok(PairFacts {
            fields: self.plan.pairs[index].map(|dimension| self.field_of(dimension)),
            distinct: distinct as u64,
            groups: groups.collect(),
            other_records: records - total(&top),
        })
    }

    fn measures(&self) -> StepResult<Vec<MeasureFacts>> {
        let distributions = self.views.total().distributions(&[(0, 0)], 1)?;
        let measures = self.measures.iter().enumerate().zip(distributions);
        measures
            .map(|((index, values), distribution)| {
                let distribution = distribution.into_iter().next().unwrap_or_default();
                Ok(MeasureFacts {
                    field: values.field.to_owned(),
                    segments: self.segments(index, &distribution)?,
                    total: values.stats(distribution),
                })
            })
            .collect()
    }

    fn segments(
        &self,
        measure: usize,
        distribution: &Distribution,
    ) -> StepResult<Vec<SegmentFacts>> {
        let column = &self.columns.measures()[measure];
        let view = self.views.segment(measure);
        let mut counts = view.groups()?;
        let valued = distribution.iter().filter(|(code, _)| *code != MISSING);
        let valued: u64 = valued.map(|(_, count)| count).sum();
        let bins = column.bins().iter();
        bins.map(|bin| {
            let inside: Distribution = (distribution.iter().copied())
                .filter(|(code, _)| column.segment(*code) == bin.number)
                .collect();
            let records = inside.iter().map(|(_, count)| count).sum();
            let is_here = |count: &mut Count| column.in_segment(count.group)[0] == bin.number;
            let here = counts.extract_if(.., is_here).collect();
            Ok(SegmentFacts {
                label: bin.label.clone(),
                records,
                share: share(records, valued),
                stats: self.measures[measure].stats(inside),
                top: self.top(&view, here, records, |code| {
                    self.columns.first_value(column.in_segment(code)[1])
                })?,
            })
        })
        .collect()
    }

    fn time(&self, TimeAxis { field, by: asked }: TimeAxis) -> StepResult<TimeFacts> {
        let view = self.views.time();
        let records = self.columns.rows();
        let counts = view.groups()?;
        let moment = |count: &Count| self.columns.moment(count.group);
        let (by, periods) = periods(&counts, asked, moment);
        // Records without a value come after the periods.
        let missing = counts.iter().filter(|count| moment(count).is_none());
        let missing: u64 = missing.map(|count| count.records).sum();
        let position = |count: &Count| match moment(count) {
            Some(moment) => {
                periods.binary_search_by_key(&moment.period(by), |(period, _)| *period).ok()
            }
            None => Some(periods.len()),
        };
        let positions: Vec<(u32, u32)> = counts
            .iter()
            .filter_map(|count| Some((count.group, u32::try_from(position(count)?).ok()?)))
            .collect();
        let stats = self.stats(&view, &positions, periods.len() + 1)?;
        let listed = periods.iter().map(|(period, records)| (Some(period.to_string()), *records));
        let groups: Vec<Group> = listed
            .chain((missing > 0).then_some((None, missing)))
            .zip(stats)
            .map(|((value, group), measures)| Group {
                value,
                records: group,
                share: share(group, records),
                measures,
            })
            .collect();
        let range = self.columns.time_range();
        Ok(TimeFacts {
            field: self.name(field),
            by: by.as_str().to_owned(),
            first: range.map(|(first, _)| first.to_string()),
            last: range.map(|(_, last)| last.to_string()),
            other_records: records - groups.iter().map(|group| group.records).sum::<u64>(),
            periods: groups,
        })
    }

    fn text(&self, FreeText { field, by }: &FreeText) -> StepResult<TextFacts> {
        let overall = match self.views.all_scores() {
            Some(scores) => scores.distribution()?,
            None => Distribution::new(),
        };
        let by = by.iter().map(|&dimension| {
            let Some(scores) = self.views.scores_by(dimension) else { return Ok(None) };
            let counts = scores.groups_with_value()?;
            let texts = total(&counts);
            let value = |code| self.columns.value(dimension, code);
            let top = largest(counts, self.plan.top_n, value);
            let distributions = scores.distributions(&one_by_one(&top), top.len())?;
            let groups =
                top.iter().zip(&distributions).map(|(count, distribution)| SentimentGroup {
                    value: value(count.group).shown(),
                    sentiment: sentiment(distribution),
                });
            Ok(Some(SentimentBy {
                field: self.field_of(dimension),
                groups: groups.collect(),
                other_texts: texts - total(&top),
            }))
        });
        Ok(TextFacts {
            field: self.name(*field),
            method: METHOD.to_owned(),
            overall: sentiment(&overall),
            by: by.filter_map(Result::transpose).collect::<StepResult<_>>()?,
            quotes: self.views.quotes.finish(|code| self.columns.first_value(code).shown()),
        })
    }
}

/// The periods and their records in order of time: at most [`MAX_PERIODS`], in longer periods than
/// was asked for if there would be more, and if there are more years than that the last ones.
fn periods(
    counts: &[Count],
    asked: Period,
    moment: impl Fn(&Count) -> Option<Moment>,
) -> (Period, Vec<(Moment, u64)>) {
    let count_by = |by: Period| {
        let mut periods: BTreeMap<Moment, u64> = BTreeMap::new();
        for count in counts {
            if let Some(moment) = moment(count) {
                *periods.entry(moment.period(by)).or_default() += count.records;
            }
        }
        Vec::from_iter(periods)
    };
    let longer = [Period::Day, Period::Month, Period::Year].into_iter().filter(|by| *by > asked);
    let mut found = (asked, count_by(asked));
    for by in longer {
        if found.1.len() <= MAX_PERIODS {
            break;
        }
        found = (by, count_by(by));
    }
    let earliest = found.1.len().saturating_sub(MAX_PERIODS);
    found.1.drain(..earliest);
    found
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Days, NaiveDate};
    use contract::Value;

    use super::*;

    fn found(days: u64, step: u64, asked: Period) -> (Period, Vec<(Moment, u64)>) {
        let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
        let moment = |count: &Count| {
            let day = first.checked_add_days(Days::new(u64::from(count.group) * step)).unwrap();
            Moment::of(&Value::Date(day)).filter(|_| day.year() < 9999)
        };
        let counts: Vec<Count> =
            (0..days).map(|day| Count { group: u32::try_from(day).unwrap(), records: 2 }).collect();
        periods(&counts, asked, moment)
    }

    #[test]
    fn periods_are_as_long_as_it_takes_to_list_them() {
        fn check(days: u64, step: u64, asked: Period, expect: (Period, usize, u64)) {
            let (by, periods) = found(days, step, asked);
            let records = periods.iter().map(|(_, records)| records).sum::<u64>();
            assert_eq!((by, periods.len(), records), expect);
            assert!(periods.is_sorted());
        }
        check(400, 1, Period::Day, (Period::Day, 400, 800));
        check(401, 1, Period::Day, (Period::Month, 14, 802));
        check(400, 40, Period::Year, (Period::Year, 44, 800));
        check(500, 31, Period::Day, (Period::Year, 43, 1000));
        check(1000, 366, Period::Day, (Period::Year, 400, 800));
    }
}
