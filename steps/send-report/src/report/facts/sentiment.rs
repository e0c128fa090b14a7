//! What the free text sounds like, and a few of its texts, as data.

use contract::wording::{bounded, count, score, share};
use pipeline_core::facts::{self, TextFacts};

use crate::{
    figure::ratio,
    report::{bar::Bar, capped::Capped, cell::value, view::Limits},
};

/// The free text.
pub(crate) struct Text {
    pub(crate) field: String,
    pub(crate) method: String,
    pub(crate) overall: Mood,
    pub(crate) by: Capped<MoodBy>,
    pub(crate) quotes: Capped<Quote>,
}

/// Sentiment of a set of texts.
pub(crate) struct Mood {
    pub(crate) count: String,
    pub(crate) positive: String,
    pub(crate) neutral: String,
    pub(crate) negative: String,
    pub(crate) positive_share: String,
    pub(crate) negative_share: String,
    pub(crate) positive_bar: Bar,
    pub(crate) negative_bar: Bar,
    /// Where the bar of the negative begins when it ends at the end.
    pub(crate) negative_start: String,
    pub(crate) mean_score: String,
}

/// Sentiment by one dimension.
pub(crate) struct MoodBy {
    pub(crate) field: String,
    pub(crate) groups: Capped<(Option<String>, Mood)>,
    /// Texts in groups that are not listed, if any.
    pub(crate) other_texts: Option<String>,
}

/// A text as somebody wrote it.
pub(crate) struct Quote {
    /// `positive`, `neutral` or `negative`; anything else is `neutral`.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    pub(crate) score: String,
    pub(crate) about: Option<String>,
}

impl Text {
    pub(super) fn new(text: &TextFacts, limits: Limits) -> Self {
        let by = text.by.iter().map(|by| {
            let hidden = by.groups.iter().skip(limits.groups);
            let other = hidden.fold(by.other_texts, |sum, g| sum.saturating_add(g.sentiment.count));
            let groups =
                by.groups.iter().map(|g| (g.value.as_deref().map(value), Mood::new(&g.sentiment)));
            MoodBy {
                field: value(&by.field),
                groups: Capped::new(groups, limits.groups),
                other_texts: (other > 0).then(|| count(other)),
            }
        });
        let quotes = text.quotes.iter().map(|quote| Quote {
            kind: match quote.kind.as_str() {
                "positive" => "positive",
                "negative" => "negative",
                _ => "neutral",
            },
            text: bounded(&quote.text, 400),
            score: score(quote.score),
            about: quote.about.as_deref().map(value),
        });
        Self {
            field: value(&text.field),
            method: bounded(&text.method, 120),
            overall: Mood::new(&text.overall),
            by: Capped::new(by, limits.dimensions),
            quotes: Capped::new(quotes, limits.quotes),
        }
    }
}

impl Mood {
    fn new(sentiment: &facts::Sentiment) -> Self {
        let all = sentiment.count;
        let negative = ratio(sentiment.negative, all);
        Self {
            count: count(all),
            positive: count(sentiment.positive),
            neutral: count(sentiment.neutral),
            negative: count(sentiment.negative),
            positive_share: share(ratio(sentiment.positive, all)),
            negative_share: share(negative),
            positive_bar: Bar::new(sentiment.positive, all),
            negative_bar: Bar::of(negative),
            negative_start: Bar::of(1.0 - negative).percent(),
            mean_score: score(sentiment.mean_score),
        }
    }
}
