//! Whether a statement's claims are about what is asked: a true claim about something else is no answer.

use super::{Analyst, MOST_SHARING};
use crate::{
    claim::{Id, Kind, Proven, Statistic},
    plan::{Ask, Topic},
};

impl Analyst<'_> {
    /// Whether claims that hold are an answer to what is asked; else what is missing.
    pub(crate) fn answers(&self, ask: &Ask, claims: &[Proven]) -> Result<(), String> {
        let some = |is: &dyn Fn(Kind, &[Id]) -> bool| {
            claims.iter().any(|proven| is(proven.claim.kind, &proven.claim.ids))
        };
        if let Some(empty) = self.empty(&ask.topic)
            && some(&|kind, ids| kind == Kind::Nothing && ids == [empty])
        {
            return Ok(());
        }
        let compares = |kind| {
            use Kind::{Last, Leader, Less, Level, More, Order, SharedLead, Times};
            matches!(kind, Leader | SharedLead | Last | Order | More | Less | Level | Times)
        };
        let (is_answered, missing) = match &ask.topic {
            Topic::Dimension(field) => {
                return self.names_leaders(self.dimension(field), ask, claims);
            }
            Topic::Segment { measure, label } => {
                let [m, s] = self.segment(measure, label).unwrap_or_default();
                return self.names_leaders(Some(Id::SegmentGroup(m, s, 0)), ask, claims);
            }
            Topic::Measure(field) => {
                let m = self.measure(field).unwrap_or_default();
                let is_of = |Proven { claim, .. }: &Proven| match claim.kind {
                    Kind::Distribution => claim.ids == [Id::Measure(m)],
                    Kind::Outlier => claim.of_measure() == m,
                    _ => false,
                };
                (claims.iter().any(is_of), "a distribution or an outlier of the measure")
            }
            Topic::Segments(field) => {
                let m = self.measure(field);
                let is_of = |kind, ids: &[Id]| {
                    compares(kind) && matches!(ids, [Id::Segment(of, _), ..] if Some(*of) == m)
                };
                (some(&is_of), "a claim that compares the segments, such as order or leader")
            }
            Topic::Text(_) => {
                let is_of = |kind, ids: &[Id]| kind == Kind::Sentiment && ids == [Id::Text];
                (some(&is_of), "the claim sentiment of x")
            }
            Topic::TextBy { dimension, .. } => {
                let x = self.texts_by(dimension);
                let family = x.and_then(|x| self.book.family(Id::TextBy(x)));
                let has_groups = family.is_some_and(|family| !family.members.is_empty());
                let is_of = |kind, ids: &[Id]| match ids {
                    // Where no group is there, all texts have to do.
                    [Id::Text] => kind == Kind::Sentiment && !has_groups,
                    [Id::TextGroup(of, _), ..] => {
                        let is_told = matches!(kind, Kind::Sentiment | Kind::AgainstTotal);
                        Some(*of) == x && (is_told || compares(kind))
                    }
                    _ => false,
                };
                (some(&is_of), "a claim about the texts of a group, such as leader by score")
            }
        };
        if is_answered { Ok(()) } else { Err(format!("lacks {missing}")) }
    }

    /// Every group that is ahead of the last place must be named, and as many as there are places, where
    /// several may share the last: this is where a best seller that is none is found out.
    fn names_leaders(&self, list: Option<Id>, ask: &Ask, claims: &[Proven]) -> Result<(), String> {
        let family = list.and_then(|list| self.book.family(list)).ok_or("is about nothing")?;
        let ranking = family.ranking(Statistic::Records, None);
        let named = |id: Id| {
            claims.iter().any(|Proven { claim, .. }| {
                let ranks = matches!(claim.kind, Kind::Leader | Kind::SharedLead | Kind::Order);
                let by_records = claim.statistic.is_none_or(|found| found == Statistic::Records);
                ranks && by_records && claim.ids.contains(&id)
            })
        };
        let places = ask.top.clamp(1, ranking.entries.len().max(1));
        let is_flat = ranking.first().len() > places + MOST_SHARING;
        let Some((_, lowest)) = ranking.entries.get(places - 1) else {
            return Err("lacks the claim nothing".to_owned());
        };
        let mut ahead = ranking.entries.iter().filter(|(_, amount)| amount.compare(lowest).is_gt());
        let through = ranking.entries.iter().filter(|(_, amount)| amount.compare(lowest).is_ge());
        let count = through.filter(|(subject, _)| named(subject.id)).count();
        let needed = if is_flat { 1 } else { places };
        if ahead.all(|(subject, _)| named(subject.id)) && count >= needed {
            return Ok(());
        }
        let ids: Vec<_> = ranking.places(places, 0).iter().map(Id::to_string).collect();
        let ids = ids.join(", ");
        Err(format!("lacks a claim leader, shared_lead or order by records of {ids}"))
    }
}
