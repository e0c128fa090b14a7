//! How often each value occurs in each group: the one question that is put to Polars.
//!
//! Everything in the facts follows from such counts: the records of a group, and with the codes of
//! a measure as values its sum, extremes and exact median. Counts of batches add up, so the result
//! does not depend on where the batches begin. Memory grows with the distinct pairs of group and
//! value, not with the rows.

use pipeline_core::error::{ErrorKind, StepError, StepResult};
use polars::prelude::*;

use crate::codes::MISSING;

/// The codes of a group and a value in one integer, which Polars groups faster than two columns.
const PAIR: &str = "pair";
const GROUP: &str = "group";
const VALUE: &str = "value";
const COUNT: &str = "count";
const POSITION: &str = "position";

/// Partial counts are merged once there are so many, and at least as many as merged ones, which
/// keeps the work linear in the number of rows but for a logarithm.
const PENDING_ROWS: usize = 1 << 16;

/// A group and its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) group: u32,
    pub(crate) records: u64,
}

/// How often each value code occurs in a group, in no order.
pub(crate) type Distribution = Vec<(u32, u64)>;

/// Counts of the pairs of group and value, gathered batch by batch.
#[derive(Default)]
pub(crate) struct Histogram {
    merged: Option<DataFrame>,
    pending: Option<DataFrame>,
}

impl Histogram {
    /// Counts `rows` rows by the codes of their groups and values. Without groups everything is in
    /// group 0, without values every value is [`MISSING`].
    pub(crate) fn add(
        &mut self,
        rows: usize,
        groups: Option<&[u32]>,
        values: Option<&[u32]>,
    ) -> StepResult<()> {
        let pair = |group: u32, value: u32| u64::from(group) << 32 | u64::from(value);
        let pairs: Vec<u64> = match (groups, values) {
            (Some(groups), Some(values)) => {
                groups.iter().zip(values).map(|(group, value)| pair(*group, *value)).collect()
            }
            (Some(groups), None) => groups.iter().map(|group| pair(*group, MISSING)).collect(),
            (None, Some(values)) => values.iter().map(|value| pair(0, *value)).collect(),
            (None, None) => vec![pair(0, MISSING); rows],
        };
        let count = len().cast(DataType::UInt64).alias(COUNT);
        let partial =
            DataFrame::new(rows, vec![UInt64Chunked::from_vec(PAIR.into(), pairs).into_column()])
                .and_then(|batch| batch.lazy().group_by([col(PAIR)]).agg([count]).collect())
                .map_err(|error| failure("the batch could not be counted", error))?;
        match &mut self.pending {
            None => self.pending = Some(partial),
            Some(pending) => {
                pending
                    .vstack_mut_owned(partial)
                    .map_err(|error| failure("the counts could not be stacked", error))?;
            }
        }
        let height = |frame: &Option<DataFrame>| frame.as_ref().map_or(0, DataFrame::height);
        if height(&self.pending) > height(&self.merged).max(PENDING_ROWS) {
            self.merge()?;
        }
        Ok(())
    }

    fn merge(&mut self) -> StepResult<()> {
        let Some(mut all) = self.pending.take() else { return Ok(()) };
        let stacked = match self.merged.take() {
            None => Ok(()),
            Some(merged) => all.vstack_mut_owned(merged).map(|_| ()),
        };
        let merged = stacked
            .and_then(|()| all.lazy().group_by([col(PAIR)]).agg([col(COUNT).sum()]).collect())
            .map_err(|error| failure("the counts could not be merged", error))?;
        self.merged = Some(merged);
        Ok(())
    }

    /// The counts of all batches, to be asked.
    pub(crate) fn finish(mut self) -> StepResult<Counts> {
        self.merge()?;
        let Some(mut merged) = self.merged else { return Ok(Counts(None)) };
        let mut unpack = || {
            merged.rechunk_mut_par();
            let counts = merged.column(COUNT)?.clone();
            let pairs = merged.column(PAIR)?.u64()?.cont_slice()?;
            #[expect(clippy::cast_possible_truncation, reason = "each half of a pair has 32 bits")]
            let codes = |name: &str, code: fn(u64) -> u64| {
                let codes = pairs.iter().map(|pair| code(*pair) as u32).collect();
                UInt32Chunked::from_vec(name.into(), codes).into_column()
            };
            let groups = codes(GROUP, |pair| pair >> 32);
            let values = codes(VALUE, |pair| pair & u64::from(u32::MAX));
            DataFrame::new(pairs.len(), vec![groups, values, counts])
        };
        let counts =
            unpack().map_err(|error| failure("the counts could not be unpacked", error))?;
        Ok(Counts(Some(counts)))
    }
}

/// The counts of all batches.
pub(crate) struct Counts(Option<DataFrame>);

impl Counts {
    /// Every group and its records, in no order.
    pub(crate) fn groups(&self) -> StepResult<Vec<Count>> {
        Self::grouped(self.0.clone().map(DataFrame::lazy))
    }

    /// Every group that has records with a value, and those of its records, in no order.
    pub(crate) fn groups_with_value(&self) -> StepResult<Vec<Count>> {
        let has_value = col(VALUE).neq(lit(MISSING));
        Self::grouped(self.0.clone().map(|counts| counts.lazy().filter(has_value)))
    }

    fn grouped(counts: Option<LazyFrame>) -> StepResult<Vec<Count>> {
        let Some(counts) = counts else { return Ok(Vec::new()) };
        let read = || {
            let mut frame = counts.group_by([col(GROUP)]).agg([col(COUNT).sum()]).collect()?;
            frame.rechunk_mut_par();
            let groups = frame.column(GROUP)?.u32()?.cont_slice()?;
            let records = frame.column(COUNT)?.u64()?.cont_slice()?;
            let counts = groups.iter().zip(records);
            Ok(counts.map(|(&group, &records)| Count { group, records }).collect())
        };
        read().map_err(|error| failure("the groups could not be counted", error))
    }

    /// The distribution of the values in each of `count` positions, where `positions` says to which
    /// position a group belongs. Groups that are not in it are left out.
    pub(crate) fn distributions(
        &self,
        positions: &[(u32, u32)],
        count: usize,
    ) -> StepResult<Vec<Distribution>> {
        let mut distributions = vec![Distribution::new(); count];
        let Some(counts) = &self.0 else { return Ok(distributions) };
        let mut read = || {
            let (groups, places): (Vec<u32>, Vec<u32>) = positions.iter().copied().unzip();
            let wanted = DataFrame::new(
                positions.len(),
                vec![
                    UInt32Chunked::from_vec(GROUP.into(), groups).into_column(),
                    UInt32Chunked::from_vec(POSITION.into(), places).into_column(),
                ],
            )?;
            let counts = counts.clone().lazy();
            let mut frame = counts.inner_join(wanted.lazy(), col(GROUP), col(GROUP)).collect()?;
            frame.rechunk_mut_par();
            let positions = frame.column(POSITION)?.u32()?.cont_slice()?;
            let values = frame.column(VALUE)?.u32()?.cont_slice()?;
            let counts = frame.column(COUNT)?.u64()?.cont_slice()?;
            for ((position, value), count) in positions.iter().zip(values).zip(counts) {
                if let Some(distribution) = distributions.get_mut(*position as usize) {
                    distribution.push((*value, *count));
                }
            }
            Ok(())
        };
        read().map_err(|error| failure("the distributions could not be read", error))?;
        Ok(distributions)
    }

    /// The distribution of the values over all groups, where there is only group 0.
    pub(crate) fn distribution(&self) -> StepResult<Distribution> {
        Ok(self.distributions(&[(0, 0)], 1)?.pop().unwrap_or_default())
    }
}

fn failure(message: &str, error: PolarsError) -> StepError {
    StepError::new(ErrorKind::Internal, message).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_batches_add_up() {
        let mut histogram = Histogram::default();
        histogram.add(3, Some(&[1, 2, 1]), Some(&[10, 10, 10])).unwrap();
        histogram.add(0, Some(&[]), Some(&[])).unwrap();
        histogram.add(3, Some(&[1, 0, u32::MAX]), Some(&[11, MISSING, u32::MAX])).unwrap();
        let counts = histogram.finish().unwrap();

        let groups = |mut groups: Vec<Count>| {
            groups.sort_by_key(|count| count.group);
            groups.iter().map(|count| (count.group, count.records)).collect::<Vec<_>>()
        };
        assert_eq!(groups(counts.groups().unwrap()), [(0, 1), (1, 3), (2, 1), (u32::MAX, 1)]);
        assert_eq!(groups(counts.groups_with_value().unwrap()), [(1, 3), (2, 1), (u32::MAX, 1)]);

        let mut found = counts.distributions(&[(1, 0), (0, 1), (2, 1)], 2).unwrap();
        for distribution in &mut found {
            distribution.sort_unstable();
        }
        assert_eq!(found, [vec![(10, 2), (11, 1)], vec![(0, 1), (10, 1)]]);
    }

    #[test]
    fn partial_counts_are_merged_as_they_grow() {
        let rows = u32::try_from(PENDING_ROWS).unwrap();
        let mut histogram = Histogram::default();
        for _ in 0..3 {
            let values: Vec<u32> = (0..rows).collect();
            histogram.add(values.len(), None, Some(&values)).unwrap();
            assert!(histogram.pending.as_ref().is_none_or(|frame| frame.height() <= PENDING_ROWS));
        }
        let distribution = histogram.finish().unwrap().distribution().unwrap();
        assert_eq!(distribution.len(), PENDING_ROWS);
        assert!(distribution.iter().all(|(_, count)| *count == 3));
    }

    #[test]
    fn without_groups_and_values_the_rows_are_counted() {
        let mut histogram = Histogram::default();
        histogram.add(4, None, None).unwrap();
        histogram.add(3, None, None).unwrap();
        let counts = histogram.finish().unwrap();
        assert_eq!(counts.groups().unwrap(), [Count { group: 0, records: 7 }]);
        assert_eq!(counts.distribution().unwrap(), [(MISSING, 7)]);
        assert!(Histogram::default().finish().unwrap().groups().unwrap().is_empty());
    }
}
