//! What is worth knowing.
//!
//! The confidence says how far the numbers carry the statement:
//!
//! | about | high | medium | low |
//! |---|---|---|---|
//! | the leading group | its lead is beyond chance: `(a - b)² ≥ 4 (a + b)` | it leads, with at least 10 records | it shares the lead, or is a small sample |
//! | a measure, segments, texts | at least 100 values | at least 30 | fewer |

use pipeline_core::analysis::Level;

use super::Analyst;
use crate::{
    claim::{Amount, Claim, Id, Kind, SMALL_SAMPLE, Statistic, Subject, is_beyond_chance},
    plan::{Ask, Topic},
    statement::Statement,
};

impl Analyst<'_> {
    pub(crate) fn insight(&self, ask: &Ask) -> Statement {
        let (claims, level) = match &ask.topic {
            Topic::Dimension(field) => self.leading(field, ask.top),
            Topic::Measure(field) => self.spread_of(field),
            Topic::Segments(field) => self.compared_segments(field),
            Topic::Segment { measure, label } => self.one_segment(measure, label, ask.top),
            Topic::Text(_) => self.texts(0),
            Topic::TextBy { dimension, .. } => {
                self.texts(self.texts_by(dimension).unwrap_or_default())
            }
        };
        self.said_or_nothing(ask, level, claims, "")
    }

    /// The statement; where none of its claims holds, that there is nothing, or how much there is.
    pub(super) fn said_or_nothing(
        &self,
        ask: &Ask,
        level: Level,
        claims: Vec<Claim>,
        words: &str,
    ) -> Statement {
        if claims.iter().any(|claim| self.proven(claim.clone()).is_some()) {
            return self.said(&ask.kind, level, claims, words);
        }
        let of_list = |id| [Claim::of(Kind::Nothing, [id]), Claim::of(Kind::Distinct, [id])];
        let instead = self.empty(&ask.topic).into_iter().flat_map(of_list).collect();
        self.said(&ask.kind, Level::Low, instead, "")
    }

    fn leading(&self, field: &str, places: usize) -> (Vec<Claim>, Level) {
        let Some(list) = self.dimension(field) else { return (Vec::new(), Level::Low) };
        let mut claims: Vec<_> = self.lead(list, places).into_iter().collect();
        if !claims.is_empty() {
            claims.push(Claim::of(Kind::Distinct, [list]));
        }
        (claims, self.confidence_in_lead(list))
    }

    fn confidence_in_lead(&self, list: Id) -> Level {
        let Some(family) = self.book.family(list) else { return Level::Low };
        let ranking = family.ranking(Statistic::Records, None);
        let [(_, best)] = ranking.first() else { return Level::Low };
        let best = best.to_f64();
        let second = ranking.next(1).first().map(|(_, second)| second.to_f64());
        if best < SMALL_SAMPLE {
            Level::Low
        } else if second.is_some_and(|second| !is_beyond_chance(best, second)) {
            Level::Medium
        } else {
            Level::High
        }
    }

    fn spread_of(&self, field: &str) -> (Vec<Claim>, Level) {
        let Some(m) = self.measure(field) else { return (Vec::new(), Level::Low) };
        let level = by_sample(self.book.facts.measures[m].total.count);
        (vec![Claim::of(Kind::Distribution, [Id::Measure(m)])], level)
    }

    fn compared_segments(&self, field: &str) -> (Vec<Claim>, Level) {
        let Some(m) = self.measure(field) else { return (Vec::new(), Level::Low) };
        let measure = &self.book.facts.measures[m];
        let mut claims = Vec::new();
        if let Some(family) = self.book.family(Id::Measure(m)) {
            let all = family.ranking(Statistic::Records, None).places(usize::MAX, 0);
            let has_records =
                |id: &Id| matches!(id, Id::Segment(_, s) if measure.segments[*s].records > 0);
            let filled: Vec<_> = all.into_iter().filter(has_records).collect();
            let kind = if filled.len() == 1 { Kind::Value } else { Kind::Order };
            claims.push(Claim::of(kind, filled));
        }
        claims.extend(self.heaviest(m));
        let empty = (0..measure.segments.len()).filter(|s| measure.segments[*s].records == 0);
        claims.extend(empty.map(|s| Claim::of(Kind::Nothing, [Id::Segment(m, s)])));
        (claims, by_sample(measure.total.count))
    }

    /// The segment that has the most of its measure's sum.
    pub(super) fn heaviest(&self, m: usize) -> Option<Claim> {
        let field = &self.book.facts.measures.get(m)?.field;
        let ranking = self.book.family(Id::Measure(m))?.ranking(Statistic::Sum, Some(field));
        let (first, _) = ranking.first().first()?;
        Some(Claim::of(Kind::Leader, [first.id]).by(Statistic::Sum))
    }

    fn one_segment(&self, field: &str, label: &str, places: usize) -> (Vec<Claim>, Level) {
        let Some([m, s]) = self.segment(field, label) else { return (Vec::new(), Level::Low) };
        let records = self.book.facts.measures[m].segments[s].records;
        if records == 0 {
            return (Vec::new(), Level::Low);
        }
        let mut claims = vec![
            Claim::of(Kind::Value, [Id::Segment(m, s)]),
            Claim::of(Kind::Value, [Id::Segment(m, s)]).by(Statistic::Mean),
        ];
        claims.extend(self.lead(Id::SegmentGroup(m, s, 0), places));
        (claims, by_sample(records))
    }

    /// How texts sound, and of which groups they sound best and worst.
    fn texts(&self, x: usize) -> (Vec<Claim>, Level) {
        let texts = self.book.facts.text.as_ref().map_or(0, |text| text.overall.count);
        let mut claims = vec![Claim::of(Kind::Sentiment, [Id::Text])];
        if let Some(family) = self.book.family(Id::TextBy(x)) {
            let ranking = family.ranking(Statistic::Score, None);
            let ids = |places: &[(Subject<'_>, Amount)]| {
                places.iter().map(|(subject, _)| subject.id).take(3).collect::<Vec<_>>()
            };
            let (best, worst) = (ids(ranking.first()), ids(ranking.last()));
            let kind = if best.len() > 1 { Kind::SharedLead } else { Kind::Leader };
            claims.push(Claim::of(kind, best));
            claims.push(Claim::of(Kind::Last, worst));
        }
        (claims, by_sample(texts))
    }
}

fn by_sample(records: u64) -> Level {
    match records {
        100.. => Level::High,
        30.. => Level::Medium,
        _ => Level::Low,
    }
}
