//! A claim under proof.

use super::{
    amount::Amount,
    book::Book,
    family::Family,
    grammar::{Claim, Kind, Statistic},
    id::Id,
    name::{column, several},
    subject::Subject,
};
use crate::wording::list;

/// Fewer records or texts than this are a small sample, and said to be.
pub(crate) const SMALL_SAMPLE: f64 = 10.0;

/// A claim under proof: what its ids stand for.
pub(super) struct Case<'b, 'f> {
    pub(super) book: &'b Book<'f>,
    pub(super) kind: Kind,
    pub(super) subjects: Vec<Subject<'f>>,
    pub(super) statistic: Statistic,
    /// The measure's field; empty where there is no measure.
    pub(super) field: &'f str,
}

impl<'b, 'f> Case<'b, 'f> {
    pub(super) fn of(book: &'b Book<'f>, claim: &Claim) -> Result<Self, String> {
        if claim.ids.is_empty() {
            return Err("needs an id".to_owned());
        }
        let family = book.family(claim.ids[0]);
        let subject = |id: &Id| {
            let members = family.as_ref().map_or(&[][..], |family| &family.members);
            let member = members.iter().find(|member| member.id == *id).cloned();
            member.or_else(|| book.subject(*id)).ok_or_else(|| format!("there is no {id}"))
        };
        let subjects = claim.ids.iter().map(subject).collect::<Result<Vec<_>, _>>()?;
        if claim.ids.iter().enumerate().any(|(at, id)| claim.ids[..at].contains(id)) {
            return Err("names an id twice".to_owned());
        }
        if let Some(id) = claim.measure.filter(|id| !matches!(id, Id::Measure(_))) {
            return Err(format!("{id} is no measure"));
        }
        let measure = claim.of_measure();
        let field = book.facts.measures.get(measure).map(|measure| measure.field.as_str());
        if field.is_none() && claim.measure.is_some() {
            return Err(format!("there is no m{measure}"));
        }
        let default = match (claim.kind, claim.ids[0]) {
            (Kind::Outlier, _) => Statistic::Highest,
            (Kind::AgainstTotal, Id::Group(..) | Id::Segment(..) | Id::Period(_)) => {
                Statistic::Mean
            }
            (_, Id::TextGroup(..) | Id::Text) => Statistic::Score,
            _ => Statistic::Records,
        };
        let statistic = claim.statistic.unwrap_or(default);
        let field = field.unwrap_or_default();
        Ok(Self { book, kind: claim.kind, subjects, statistic, field })
    }

    /// Where the subjects are found: `by model, `, `in Budget, `. Two lists may hold the same names.
    pub(super) fn place(&self) -> String {
        let family = self.book.family(self.first().id);
        match (self.first().id, family) {
            (Id::SegmentGroup(..), Some(Family { within: Some(segment), .. })) => {
                format!("in {segment}, ")
            }
            (
                Id::Group(..) | Id::PairGroup(..) | Id::Segment(..) | Id::TextGroup(..),
                Some(family),
            ) => {
                format!("by {}, ", family.by)
            }
            _ => String::new(),
        }
    }

    /// The reason, where one of these periods may not be whole: nothing is compared with a part.
    pub(super) fn whole_periods(&self, periods: &[&Subject<'f>]) -> Result<(), String> {
        let Some(time) = &self.book.facts.time else { return Ok(()) };
        let ends = |end: &Option<String>, period: &Subject<'f>| {
            end.as_ref().is_none_or(|end| end.starts_with(&period.name))
        };
        let cut = periods.iter().find(|period| {
            matches!(period.id, Id::Period(_))
                && (ends(&time.first, period) || ends(&time.last, period))
        });
        match cut {
            Some(period) => Err(format!("{} may not be whole: it ends the span", period.id)),
            None => Ok(()),
        }
    }

    /// What words call the subject: of a comparison the first, else all.
    pub(super) fn named(&self) -> String {
        let is_comparison = matches!(
            self.kind,
            Kind::More | Kind::Less | Kind::Times | Kind::Change | Kind::Distinct
        );
        let count = if is_comparison { 1 } else { self.subjects.len() };
        let names: Vec<_> = self.subjects.iter().take(count).map(|s| s.name.clone()).collect();
        list(&names)
    }

    pub(super) fn first(&self) -> &Subject<'f> {
        // `of` refuses a claim without ids.
        &self.subjects[0]
    }

    /// The only subject.
    pub(super) fn one(&self) -> Result<&Subject<'f>, String> {
        match self.subjects.as_slice() {
            [one] => Ok(one),
            _ => Err("takes one id".to_owned()),
        }
    }

    pub(super) fn two(&self) -> Result<[&Subject<'f>; 2], String> {
        match self.subjects.as_slice() {
            [first, second] => Ok([first, second]),
            _ => Err("takes two ids".to_owned()),
        }
    }

    /// The list that all of the subjects are of.
    pub(super) fn family(&self) -> Result<Family<'f>, String> {
        let family = self.book.family(self.first().id).ok_or("takes groups of one list")?;
        let is_member =
            |subject: &Subject<'f>| family.members.iter().any(|member| member.id == subject.id);
        if self.subjects.iter().all(is_member) {
            Ok(family)
        } else {
            Err("takes groups of one list, with a value".to_owned())
        }
    }

    pub(super) fn amount(&self, subject: &Subject<'f>) -> Result<Amount, String> {
        subject
            .amount(self.statistic, Some(self.field))
            .ok_or_else(|| format!("{} has no {}", subject.id, self.statistic.as_str()))
    }

    /// `sales`, or what texts are called where the claim is about them.
    pub(super) fn unit(&self) -> String {
        match self.first().id {
            Id::Text | Id::TextBy(_) | Id::TextGroup(..) | Id::Quote(_) => {
                self.book.facts.text.as_ref().map(|text| several(&text.field)).unwrap_or_default()
            }
            Id::Reject(_) => "errors".to_owned(),
            _ => self.book.record.many.clone(),
        }
    }

    /// `12 sales`, `1 sale`
    pub(super) fn counted(&self, amount: &Amount) -> String {
        if amount.shown != "1" {
            return format!("{amount} {}", self.unit());
        }
        let unit = match self.first().id {
            Id::Text | Id::TextBy(_) | Id::TextGroup(..) | Id::Quote(_) => {
                self.book.facts.text.as_ref().map(|text| column(&text.field)).unwrap_or_default()
            }
            Id::Reject(_) => "error".to_owned(),
            _ => self.book.record.one.clone(),
        };
        format!("{amount} {unit}")
    }

    /// `, a small sample`, where what the statistic rests on is one.
    pub(super) fn if_small(&self, subject: &Subject<'f>) -> &'static str {
        let sample = subject.sample(self.statistic, Some(self.field));
        let is_small = sample.is_some_and(|sample| sample.to_f64() < SMALL_SAMPLE);
        if is_small { ", a small sample" } else { "" }
    }

    pub(super) fn noun(&self) -> String {
        self.statistic.noun(self.field, &self.unit())
    }
}
