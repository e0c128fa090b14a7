//! The deterministic analyst: claims what the facts show, by stated rules, without a model.
//!
//! What a statement says follows from what the contract says that it is about, never from its kind's
//! name, so that any dataset is served. An insight and a recommendation are made for each kind that
//! the contract names; where the facts have nothing about it, they say so. An anomaly is only made
//! where a rule of [`anomaly`] shows one. It makes the same claims as a model, and they are proven in the
//! same way: what the facts do not hold is not said.

pub(crate) mod anomaly;
mod answer;
mod insight;
mod recommendation;
mod topic;

use pipeline_core::analysis::{Author, Level};

use crate::{
    claim::{Book, Claim, Id, Kind, Proven, Statistic},
    plan::Plan,
    statement::{Statement, Statements},
};

/// How many more than asked are named where several share the last place.
pub(crate) const MOST_SHARING: usize = 3;

/// The facts, and what is asked of them.
#[derive(Clone, Copy)]
pub(crate) struct Analyst<'a> {
    pub(crate) book: Book<'a>,
    pub(crate) plan: &'a Plan,
}

impl Analyst<'_> {
    /// Everything that the facts show.
    pub(crate) fn analyse(&self) -> Statements {
        Statements {
            insights: self.plan.insights.iter().map(|ask| self.insight(ask)).collect(),
            anomalies: self.anomalies(),
            recommendations: self
                .plan
                .recommendations
                .iter()
                .map(|ask| self.recommendation(ask))
                .collect(),
            summary: self.summary(),
        }
    }

    /// A few sentences for somebody who reads nothing else.
    pub(crate) fn summary(&self) -> Statement {
        let mut claims = vec![Claim::of(Kind::Rejects, [Id::File])];
        claims.extend(self.most_frequent_error());
        claims.extend(self.lead(Id::Dimension(0), 1));
        claims.push(Claim::of(Kind::Distribution, [Id::Measure(0)]));
        claims.push(Claim::of(Kind::Span, [Id::Time]));
        claims.extend(self.lead(Id::Time, 1));
        claims.push(Claim::of(Kind::Sentiment, [Id::Text]));
        self.said("summary", Level::High, claims, "")
    }

    /// The statement of those claims that hold; where none does, how many records there are. The words need
    /// the first of them.
    fn said(&self, kind: &str, level: Level, claims: Vec<Claim>, words: &str) -> Statement {
        let mut proven: Vec<_> = Vec::new();
        let mut holds_first = false;
        for (at, claim) in claims.into_iter().enumerate() {
            let found = self.proven(claim);
            holds_first |= at == 0 && found.is_some();
            proven.extend(found);
        }
        if proven.is_empty() {
            proven.extend(self.proven(Claim::of(Kind::Value, [Id::File])));
        }
        let words = if holds_first { words } else { "" };
        Statement::of(kind, level, Author::Analyst, proven, words)
    }

    fn proven(&self, claim: Claim) -> Option<Proven> {
        self.book.prove(claim).ok()
    }

    /// Who leads this list: so many places, with those that share the last of them. Empty where nobody is
    /// in it.
    pub(crate) fn lead(&self, list: Id, places: usize) -> Option<Claim> {
        let ranking = self.book.family(list)?.ranking(Statistic::Records, None);
        let first: Vec<_> = ranking.first().iter().map(|(subject, _)| subject.id).collect();
        let named = ranking.places(places, MOST_SHARING);
        Some(match (first.as_slice(), named.as_slice()) {
            ([], _) => return None,
            // So many share the lead that naming them all would be arbitrary.
            (shared, _) if shared.len() > places + MOST_SHARING => {
                Claim::of(Kind::SharedLead, &shared[..2])
            }
            (shared, named) if shared.len() > 1 && named.len() <= shared.len() => {
                Claim::of(Kind::SharedLead, shared)
            }
            ([leader], [_]) => Claim::of(Kind::Leader, [*leader]),
            (_, named) => Claim::of(Kind::Order, named),
        })
    }

    /// Nothing where several are as frequent: one of them would be singled out.
    fn most_frequent_error(&self) -> Option<Claim> {
        let rejects = &self.book.facts.rejects;
        let (at, most) = rejects.iter().enumerate().max_by_key(|(_, reject)| reject.count)?;
        let is_alone = rejects.iter().filter(|reject| reject.count == most.count).count() == 1;
        let kind = if rejects.len() > 1 { Kind::Leader } else { Kind::Rejects };
        is_alone.then(|| Claim::of(kind, [Id::Reject(at)]))
    }
}

/// One level lower, for what rests on a small sample.
fn lower(level: Level) -> Level {
    if level == Level::High { Level::Medium } else { Level::Low }
}
