//! What people wrote, over all and by a dimension.

use pipeline_core::facts::{Sentiment, SentimentBy, TextFacts};

use super::{SMALL_SAMPLE, name, several};
use crate::{
    check::part,
    wording::{count, human, in_brackets, list, score},
};

/// Groups with fewer texts are neither best nor worst of anything.
pub(super) const FEWEST_TEXTS: u64 = 5;

/// How many groups that share a place are named.
const MOST_NAMED: usize = 3;

/// The groups with a value and enough texts.
pub(super) fn comparable(by: &SentimentBy) -> Vec<(&str, &Sentiment)> {
    let groups = by.groups.iter().filter(|group| group.sentiment.count >= FEWEST_TEXTS);
    groups.filter_map(|group| Some((group.value.as_deref()?, &group.sentiment))).collect()
}

/// The groups whose mean score is the one that `pick` prefers, all that share it.
pub(super) fn extreme<'g>(
    groups: &[(&'g str, &'g Sentiment)],
    pick: fn(f64, f64) -> f64,
) -> Vec<(&'g str, &'g Sentiment)> {
    let Some(extreme) = groups.iter().map(|(_, found)| found.mean_score).reduce(pick) else {
        return Vec::new();
    };
    let is_extreme =
        |(_, found): &&(&str, &Sentiment)| found.mean_score.total_cmp(&extreme).is_eq();
    groups.iter().filter(is_extreme).copied().collect()
}

/// `Of 716 customer reviews, 512 (71.5%) are positive, … The mean score is 0.41.`
pub(super) fn shares(text: &TextFacts) -> String {
    let found = &text.overall;
    let counted = |number: u64| with_share(number, found.count);
    let mean = score(found.mean_score)
        .map(|mean| format!("; the mean score is {mean}"))
        .unwrap_or_default();
    format!(
        "Of {}, {} are positive, {} neutral and {} negative{mean}.",
        texts_of(text, found.count),
        counted(found.positive),
        counted(found.neutral),
        counted(found.negative),
    )
}

/// `512 (71.5%)`
pub(super) fn with_share(number: u64, all: u64) -> String {
    format!("{}{}", count(number), part(number, all).map(in_brackets).unwrap_or_default())
}

/// `716 customer reviews`
pub(super) fn texts_of(text: &TextFacts, number: u64) -> String {
    let is_plain = number == 1 && !human(&text.field).chars().any(char::is_numeric);
    let noun = if is_plain { human(&text.field) } else { several(&text.field) };
    format!("{} {noun}", count(number))
}

/// `By brand, the mean score is highest for A (0.60 over 40) and lowest for B (0.12 over 30).`
pub(super) fn best_and_worst(by: &SentimentBy) -> String {
    let groups = comparable(by);
    let best = extreme(&groups, f64::max);
    let worst = extreme(&groups, f64::min);
    let column = name::column(&by.field);
    if groups.len() < 2 || best.len() == groups.len() {
        return format!("By {column}, no group stands out.");
    }
    let (best, worst) = (scores(&by.field, &best), scores(&by.field, &worst));
    format!("By {column}, the mean score is highest for {best} and lowest for {worst}.")
}

/// `A (0.60 over 40) and B (0.60 over 7, a small sample)`
pub(super) fn scores(field: &str, groups: &[(&str, &Sentiment)]) -> String {
    let one = |(value, found): &(&str, &Sentiment)| {
        let mean = score(found.mean_score).unwrap_or_default();
        let small = if found.count < SMALL_SAMPLE { ", a small sample" } else { "" };
        let numbers = format!("{mean} over {}{small}", count(found.count));
        format!("{} ({})", name::group(field, Some(value)), numbers.trim_start())
    };
    let mut names: Vec<_> = groups.iter().take(MOST_NAMED).map(one).collect();
    if groups.len() > MOST_NAMED {
        names.push("others".to_owned());
    }
    list(&names)
}
