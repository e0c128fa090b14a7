//! What to do, and by which numbers.
//!
//! | about | high | medium | low |
//! |---|---|---|---|
//! | a dimension | the leading group has a third of the records | a tenth | less, or so many share the lead that none can be preferred |
//! | a segment | it has a third of the records | a tenth | less, or the same |
//! | segments | the first has half of the sum | a third | less |
//! | a measure | | | always |
//! | texts | the lowest mean score is 0.3 below the overall one | 0.1 | less |
//!
//! What rests on a small sample of texts is one level lower.

use pipeline_core::analysis::Level;

use super::{Analyst, lower};
use crate::{
    claim::{Amount, Claim, Id, Kind, SMALL_SAMPLE, Statistic},
    plan::{Ask, Topic},
    statement::Statement,
};

/// The share of records in groups that are not listed from which on a broad range is advised.
const BROAD: f64 = 0.5;

impl Analyst<'_> {
    pub(crate) fn recommendation(&self, ask: &Ask) -> Statement {
        let said = match &ask.topic {
            Topic::Dimension(field) => self.favour_leading(field, ask.top),
            Topic::Measure(field) => self.review_range(field),
            Topic::Segments(field) => self.favour_segment(field),
            Topic::Segment { measure, label } => self.favour_in_segment(measure, label, ask.top),
            Topic::Text(_) => self.look_into(0),
            Topic::TextBy { dimension, .. } => {
                self.texts_by(dimension).and_then(|x| self.look_into(x))
            }
        };
        let (claims, level, words) = said.unwrap_or((Vec::new(), Level::Low, ""));
        self.said_or_nothing(ask, level, claims, words)
    }

    fn favour_leading(
        &self,
        field: &str,
        places: usize,
    ) -> Option<(Vec<Claim>, Level, &'static str)> {
        let list = self.dimension(field)?;
        let (Id::Dimension(d), facts) = (list, self.book.facts) else { return None };
        let dimension = &facts.dimensions[d];
        let lead = self.lead(list, places)?;
        let is_flat = self.is_flat(list, places);
        let words = if is_flat { "None of them can be preferred yet." } else { "Plan for {1}." };
        let leading = dimension.groups.iter().filter(|group| group.value.is_some());
        let share = leading.map(|group| group.share).fold(0.0, f64::max);
        let others = dimension.other_records as f64 / facts.records.valid.max(1) as f64;
        let unlisted = (others >= BROAD).then(|| Claim::of(Kind::Unlisted, [list]));
        let level = if is_flat { Level::Low } else { by_share(share, 1.0 / 3.0, 0.1) };
        Some(([lead].into_iter().chain(unlisted).collect(), level, words))
    }

    fn favour_in_segment(
        &self,
        field: &str,
        label: &str,
        places: usize,
    ) -> Option<(Vec<Claim>, Level, &'static str)> {
        let [m, s] = self.segment(field, label)?;
        let list = Id::SegmentGroup(m, s, 0);
        let lead = self.lead(list, places)?;
        let is_flat = self.is_flat(list, places);
        let words = if is_flat { "None of them can be preferred yet." } else { "Put {1} forward." };
        let share = self.book.facts.measures[m].segments[s].share;
        let level = if is_flat { Level::Low } else { by_share(share, 1.0 / 3.0, 0.1) };
        Some((vec![lead, Claim::of(Kind::Value, [Id::Segment(m, s)])], level, words))
    }

    /// Whether so many share the lead that naming them all would be arbitrary.
    fn is_flat(&self, list: Id, places: usize) -> bool {
        let family = self.book.family(list);
        let first = family.map(|family| family.ranking(Statistic::Records, None).first().len());
        first.is_some_and(|first| first > places + super::MOST_SHARING)
    }

    fn favour_segment(&self, field: &str) -> Option<(Vec<Claim>, Level, &'static str)> {
        let m = self.measure(field)?;
        let claim = self.heaviest(m)?;
        let heaviest = self.book.subject(claim.ids[0])?;
        let (sum, total) = (Statistic::Sum, self.book.subject(Id::Measure(m))?);
        let part = heaviest.amount(sum, Some(field))?;
        let share = total.amount(sum, Some(field)).and_then(|total| Amount::part(&part, &total));
        let level = share.map_or(Level::Low, |share| by_share(share.to_f64(), 0.5, 1.0 / 3.0));
        let value = Claim::of(Kind::Value, [heaviest.id]);
        Some((vec![claim, value], level, "Give {1} its weight."))
    }

    fn review_range(&self, field: &str) -> Option<(Vec<Claim>, Level, &'static str)> {
        let claim = Claim::of(Kind::Distribution, [Id::Measure(self.measure(field)?)]);
        Some((vec![claim], Level::Low, "Check the values at its ends."))
    }

    fn look_into(&self, x: usize) -> Option<(Vec<Claim>, Level, &'static str)> {
        let overall = self.book.facts.text.as_ref()?.overall.mean_score;
        let ranking = self.book.family(Id::TextBy(x));
        let ranking = ranking.map(|family| family.ranking(Statistic::Score, None));
        let worst = ranking.as_ref().filter(|ranking| ranking.last().len() < ranking.entries.len());
        let Some((worst, score)) = worst.and_then(|ranking| ranking.last().first()) else {
            return Some((vec![Claim::of(Kind::Sentiment, [Id::Text])], Level::Low, ""));
        };
        let claim = Claim::of(Kind::AgainstTotal, [worst.id]).by(Statistic::Score);
        let level = by_share(overall - score.to_f64(), 0.3, 0.1);
        let is_small = worst.records().is_some_and(|texts| texts.to_f64() < SMALL_SAMPLE);
        let level = if is_small { lower(level) } else { level };
        Some((vec![claim], level, "Look into what was written about {1}."))
    }
}

fn by_share(share: f64, high: f64, medium: f64) -> Level {
    if share >= high {
        Level::High
    } else if share >= medium {
        Level::Medium
    } else {
        Level::Low
    }
}
