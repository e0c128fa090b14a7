//! Claims: what may be said about the facts, proven and worded by code.
//!
//! An author, a model or the deterministic analyst, chooses a kind of claim, the facts that it is about by
//! their ids, and a statistic. It never states a quantity: [`Book::prove`] looks whether the claim holds,
//! and only then words it, with every name and figure taken from the facts. What does not hold has no
//! words and cannot be published.
//!
//! | kind | ids | holds where |
//! |---|---|---|
//! | `value` | the file, a group, segment, period, measure or texts | the facts have the statistic of it |
//! | `leader` | a group | it alone is first of its list |
//! | `shared_lead` | several groups | they, and perhaps others, share the first place |
//! | `last` | one or several groups | they, and perhaps others, share the last place; by records, of a list that is whole |
//! | `order` | groups of one list | none is larger than the one before it |
//! | `more`, `less` | two of one list | the first has more, or less |
//! | `level` | several of one list | all have the same |
//! | `times` | two of one list | the first has at least 1.1 times as much |
//! | `distinct` | a dimension or pair | it has groups |
//! | `unlisted` | a dimension, pair, the time or texts by a dimension | groups are not listed |
//! | `against_total` | a group, segment, period or the texts of a group | mean, median or score: of it and over all |
//! | `against_rest` | the same | records or sum: of it and of all others together |
//! | `distribution` | a measure | it has values |
//! | `outlier` | a group, segment or measure | its highest or lowest value is at least twice as far out as its median, of at least 3 |
//! | `completeness` | a column | there are records |
//! | `sentiment` | texts | there are texts |
//! | `span` | the time | the facts have its first and last moment |
//! | `change` | two periods | whole and adjacent, neither first nor last of the span, with at least 30 records each |
//! | `rejects` | the file or an error | records were read |
//! | `nothing` | a list, segment or measure | nothing is in it |
//! | `quote` | a quote | the facts have it |
//!
//! A rank among groups that are not all listed is worded as one among the most frequent ones, and by records it
//! has no last. Nothing ranks where a group has values whose statistic cannot be said. Periods that end the
//! span may not be whole, and are not compared. Scores rank only groups with at least 5 texts, and say so.
//! What rests on fewer than 10 records or texts is said to be a small sample. What reads the same is level.
//!
//! # What this proves
//! That each sentence of a claim is so: names, figures, order, direction, wholes and scope are those of the
//! facts. It does not prove that the claim is the one that matters most, nor the words that stand
//! beside it: see [`crate::words`].

mod amount;
mod book;
mod case;
mod compare;
mod family;
mod grammar;
mod id;
mod name;
mod rank;
mod subject;
mod tell;

use pipeline_core::analysis;

use self::case::Case;
pub(crate) use self::{
    amount::Amount,
    book::Book,
    case::SMALL_SAMPLE,
    grammar::{Claim, Kind, Statistic, named},
    id::Id,
    rank::is_beyond_chance,
    subject::Subject,
};
use crate::wording::capitalized;

/// A claim that holds, in words.
#[derive(Debug, Clone)]
pub(crate) struct Proven {
    pub(crate) claim: Claim,
    pub(crate) said: analysis::Claim,
    /// What words call the claim's subject.
    pub(crate) subject: Mention,
}

/// What words call the subject of a claim.
#[derive(Debug, Clone)]
pub(crate) struct Mention {
    pub(crate) name: String,
    /// Whether it is a value of the file, which is never spelt otherwise.
    is_verbatim: bool,
}

impl Mention {
    /// At the beginning of a sentence.
    pub(crate) fn leading(&self) -> String {
        if self.is_verbatim { self.name.clone() } else { capitalized(&self.name) }
    }
}

impl Book<'_> {
    /// Words the claim, if it holds; else the reason why it does not, for its author.
    pub(crate) fn prove(&self, claim: Claim) -> Result<Proven, String> {
        let claim = claim.normalized();
        let case = Case::of(self, &claim)?;
        let composed = words(&case)?;
        let is_verbatim = case.subjects.iter().any(|subject| subject.id.is_of_values());
        let subject = Mention { name: case.named(), is_verbatim };
        let begins_with_name = case.subjects.iter().any(|subject| {
            composed.strip_prefix(&subject.name).is_some_and(|rest| rest.starts_with(' '))
        });
        let composed =
            if begins_with_name && is_verbatim { composed } else { capitalized(&composed) };
        let (text, figures) = amount::finished(&composed);
        let said = analysis::Claim {
            claim: claim.kind.as_str().to_owned(),
            ids: claim.ids.iter().map(Id::to_string).collect(),
            statistic: claim.statistic.map(|statistic| statistic.as_str().to_owned()),
            measure: claim.measure.map(|measure| measure.to_string()),
            text,
            figures,
        };
        Ok(Proven { claim, said, subject })
    }
}

/// The claim in words, with its figures marked.
fn words(case: &Case<'_, '_>) -> Result<String, String> {
    match case.kind {
        Kind::Leader => case.leader(),
        Kind::SharedLead => case.shared_lead(),
        Kind::Last => case.last(),
        Kind::Order => case.order(),
        Kind::Distinct => case.distinct(),
        Kind::Unlisted => case.unlisted(),
        Kind::More | Kind::Less => case.more_or_less(),
        Kind::Level => case.level(),
        Kind::Times => case.times(),
        Kind::AgainstTotal => case.against_total(),
        Kind::AgainstRest => case.against_rest(),
        Kind::Change => case.change(),
        Kind::Value => case.value(),
        Kind::Distribution => case.distribution(),
        Kind::Outlier => case.outlier(),
        Kind::Completeness => case.completeness(),
        Kind::Sentiment => case.sentiment(),
        Kind::Span => case.span(),
        Kind::Rejects => case.rejects(),
        Kind::Nothing => case.nothing(),
        Kind::Quote => case.quote(),
    }
}
