//! What is counted, batch by batch: the groups that the contract asks for.

use std::{
    sync::mpsc::{SyncSender, sync_channel},
    thread::JoinHandle,
};

use contract::{DimensionIndex, FactsPlan};
use pipeline_core::error::{ErrorKind, StepError, StepResult};
use rayon::prelude::*;

use crate::{
    batch::Batch,
    histogram::{Count, Counts, Distribution, Histogram},
    quotes::Quotes,
    sentiment::Scorer,
};

/// What the groups of a histogram are: the column of a batch that has their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// All records are one group.
    Nothing,
    Dimension(DimensionIndex),
    Pair(usize),
    /// A measure's segment with the value of the first dimension.
    Segment(usize),
    Time,
}

impl By {
    fn codes(self, batch: &Batch) -> Option<&[u32]> {
        match self {
            Self::Nothing => None,
            Self::Dimension(index) => Some(&batch.dimensions[index.position()]),
            Self::Pair(index) => batch.pairs.get(index).map(Vec::as_slice),
            Self::Segment(index) => batch.segments.get(index).map(Vec::as_slice),
            Self::Time => batch.time.as_deref(),
        }
    }
}

/// What the values of a histogram are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Nothing,
    Measure(usize),
    Score,
}

/// A histogram in the making.
struct Counter {
    by: By,
    of: Of,
    histogram: Histogram,
}

impl Counter {
    fn add(&mut self, batch: &Batch, scores: Option<&[u32]>) -> StepResult<()> {
        let values = match self.of {
            Of::Nothing => None,
            Of::Measure(index) => batch.measures.get(index).map(Vec::as_slice),
            Of::Score => scores,
        };
        self.histogram.add(batch.rows, self.by.codes(batch), values)
    }
}

/// Counts what the contract asks for.
struct Counters {
    histograms: Vec<Counter>,
    scorer: Option<Scorer>,
    quotes: Quotes,
}

impl Counters {
    fn new(plan: &FactsPlan) -> Self {
        let pairs = (0..plan.pairs.len()).map(By::Pair);
        let segments = (0..plan.measures.len())
            .filter(|index| !plan.dimensions.is_empty() && !plan.measures[*index].bins.is_empty());
        let groups = [By::Nothing]
            .into_iter()
            .chain(plan.dimension_indexes().map(By::Dimension))
            .chain(pairs)
            .chain(segments.map(By::Segment))
            .chain(plan.time.map(|_| By::Time));
        let values = || (0..plan.measures.len()).map(Of::Measure);
        let mut wanted: Vec<(By, Of)> = groups
            .flat_map(|by| {
                let without = plan.measures.is_empty().then_some((by, Of::Nothing));
                values().map(move |of| (by, of)).chain(without)
            })
            .collect();
        if let Some(text) = &plan.text {
            wanted.push((By::Nothing, Of::Score));
            wanted.extend(text.by.iter().map(|index| (By::Dimension(*index), Of::Score)));
        }
        let counter = |(by, of)| Counter { by, of, histogram: Histogram::default() };
        Self {
            histograms: wanted.into_iter().map(counter).collect(),
            scorer: plan.text.as_ref().map(|_| Scorer::default()),
            quotes: Quotes::default(),
        }
    }

    fn add(&mut self, batch: &Batch) -> StepResult<()> {
        let Self { histograms, scorer, quotes } = self;
        let scores = match (scorer, &batch.texts) {
            (Some(scorer), Some(texts)) => {
                let about = batch.dimensions.first();
                Some(scorer.codes(texts.iter(), |place, text, score| {
                    let about = about.and_then(|codes| codes.get(place)).copied();
                    quotes.offer(text, score, about.unwrap_or_default());
                }))
            }
            _ => None,
        };
        let scores = scores.as_deref();
        histograms.par_iter_mut().try_for_each(|counter| counter.add(batch, scores))
    }

    fn finish(self) -> StepResult<Views> {
        let finish = |counter: Counter| Ok((counter.by, counter.of, counter.histogram.finish()?));
        let counts = self.histograms.into_iter().map(finish).collect::<StepResult<_>>()?;
        Ok(Views { counts, quotes: self.quotes })
    }
}

/// Everything that was counted for one contract.
pub(crate) struct Views {
    counts: Vec<(By, Of, Counts)>,
    pub(crate) quotes: Quotes,
}

impl Views {
    fn view(&self, by: By) -> View<'_> {
        let is_view =
            |(counted_by, of, _): &&(By, Of, Counts)| *counted_by == by && *of != Of::Score;
        View(self.counts.iter().filter(is_view).map(|(_, _, counts)| counts).collect())
    }

    fn scores(&self, by: By) -> Option<&Counts> {
        let found =
            self.counts.iter().find(|(counted_by, of, _)| *counted_by == by && *of == Of::Score);
        found.map(|(_, _, counts)| counts)
    }

    /// All records.
    pub(crate) fn total(&self) -> View<'_> {
        self.view(By::Nothing)
    }

    /// By the codes of a dimension.
    pub(crate) fn dimension(&self, index: DimensionIndex) -> View<'_> {
        self.view(By::Dimension(index))
    }

    /// By the codes of a pair of dimensions.
    pub(crate) fn pair(&self, index: usize) -> View<'_> {
        self.view(By::Pair(index))
    }

    /// By the codes of a measure's segments with the first dimension; empty without either.
    pub(crate) fn segment(&self, measure: usize) -> View<'_> {
        self.view(By::Segment(measure))
    }

    /// By the codes of the periods.
    pub(crate) fn time(&self) -> View<'_> {
        self.view(By::Time)
    }

    /// The scores of all texts.
    pub(crate) fn all_scores(&self) -> Option<&Counts> {
        self.scores(By::Nothing)
    }

    /// The scores of the texts by the codes of a dimension.
    pub(crate) fn scores_by(&self, dimension: DimensionIndex) -> Option<&Counts> {
        self.scores(By::Dimension(dimension))
    }
}

/// A way of grouping the records: the counts of each measure's values, or if there are no measures
/// of the records alone.
pub(crate) struct View<'v>(Vec<&'v Counts>);

impl View<'_> {
    /// Every group and its records, in no order.
    pub(crate) fn groups(&self) -> StepResult<Vec<Count>> {
        self.0.first().map_or_else(|| Ok(Vec::new()), |counts| counts.groups())
    }

    /// By measure, by position: see [`Counts::distributions`].
    pub(crate) fn distributions(
        &self,
        positions: &[(u32, u32)],
        count: usize,
    ) -> StepResult<Vec<Vec<Distribution>>> {
        self.0.iter().map(|counts| counts.distributions(positions, count)).collect()
    }
}

/// Counts batches on a thread of its own, while the next one is read.
pub(crate) struct Counting {
    batches: SyncSender<Batch>,
    thread: JoinHandle<StepResult<Views>>,
}

impl Counting {
    /// Begins to count. One batch waits at most.
    pub(crate) fn start(plan: &FactsPlan) -> Self {
        let mut counters = Counters::new(plan);
        let (batches, waiting) = sync_channel::<Batch>(1);
        let thread = std::thread::spawn(move || {
            for batch in waiting {
                counters.add(&batch)?;
            }
            counters.finish()
        });
        Self { batches, thread }
    }

    /// Hands a batch over; false if counting has ended, with an error that [`Self::finish`] tells.
    pub(crate) fn add(&self, batch: Batch) -> bool {
        self.batches.send(batch).is_ok()
    }

    /// What was counted.
    pub(crate) fn finish(self) -> StepResult<Views> {
        drop(self.batches);
        self.thread.join().map_err(|_| {
            StepError::new(ErrorKind::Internal, "the thread that counts the records panicked")
        })?
    }
}
