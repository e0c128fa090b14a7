//! A few texts that stand for the others: the strongest of each kind.

use std::cmp::Ordering;

use pipeline_core::facts::Quote;

use crate::sentiment::{Kind, Score};

/// Quotes of each kind.
const QUOTES: usize = 3;

/// The length of a quote, in characters; a longer text is cut.
const MAX_CHARS: usize = 280;

/// A text that may be quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    text: String,
    is_cut: bool,
    score: Score,
    /// The code of the first dimension in the first record that has the text.
    about: u32,
}

impl Candidate {
    /// Whole texts come first, then the strongest (of neutral ones the most neutral), then in the
    /// order of the text: nothing that depends on where a batch ends.
    fn order(&self, other: &Self) -> Ordering {
        let strength = |candidate: &Self| match candidate.score.kind() {
            Kind::Neutral => u32::MAX - candidate.score.strength(),
            Kind::Positive | Kind::Negative => candidate.score.strength(),
        };
        (self.is_cut.cmp(&other.is_cut))
            .then_with(|| strength(other).cmp(&strength(self)))
            .then_with(|| self.text.cmp(&other.text))
    }
}

/// The best candidates of each kind so far.
#[derive(Debug, Default)]
pub(crate) struct Quotes([Vec<Candidate>; Kind::ALL.len()]);

impl Quotes {
    /// Considers a text. A text that is offered again changes nothing.
    pub(crate) fn offer(&mut self, text: &str, score: Score, about: u32) {
        let [positive, neutral, negative] = &mut self.0;
        let best = match score.kind() {
            Kind::Positive => positive,
            Kind::Neutral => neutral,
            Kind::Negative => negative,
        };
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let (text, is_cut) = match text.char_indices().nth(MAX_CHARS) {
            None => (text.to_owned(), false),
            Some((end, _)) => {
                (format!("{}…", text.get(..end).unwrap_or_default().trim_end()), true)
            }
        };
        let candidate = Candidate { text, is_cut, score, about };
        if let Some(place) = best.iter().position(|other| other.text == candidate.text) {
            if candidate.order(&best[place]).is_ge() {
                return;
            }
            best.remove(place);
        }
        let place = best.partition_point(|other| other.order(&candidate).is_lt());
        if place < QUOTES {
            best.insert(place, candidate);
            best.truncate(QUOTES);
        }
    }

    /// The quotes: positive, neutral, negative, the best first. `about` names a code.
    pub(crate) fn finish(&self, about: impl Fn(u32) -> Option<String>) -> Vec<Quote> {
        Kind::ALL
            .iter()
            .zip(&self.0)
            .flat_map(|(kind, best)| best.iter().map(move |candidate| (kind, candidate)))
            .map(|(kind, candidate)| Quote {
                kind: kind.as_str().to_owned(),
                text: candidate.text.clone(),
                score: candidate.score.as_f64(),
                about: about(candidate.about),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentiment::Scorer;

    fn quotes(texts: &[&str]) -> Quotes {
        let mut quotes = Quotes::default();
        Scorer::default().codes(texts.iter().copied().map(Some), |place, text, score| {
            quotes.offer(text, score, u32::try_from(place).unwrap() + 1);
        });
        quotes
    }

    fn texts(quotes: &Quotes) -> Vec<(String, String)> {
        quotes.finish(|_| None).into_iter().map(|quote| (quote.kind, quote.text)).collect()
    }

    #[test]
    fn the_strongest_of_each_kind_are_quoted_in_any_order() {
        let mut all = vec![
            "good",
            "great",
            "It is great, I love it",
            "fine",
            "bad",
            "It has a screen",
            "awful, horrible",
            "terrible",
        ];
        let expect = texts(&quotes(&all));
        assert_eq!(
            expect.iter().map(|(kind, text)| (kind.as_str(), text.as_str())).collect::<Vec<_>>(),
            [
                ("positive", "It is great, I love it"),
                ("positive", "great"),
                ("positive", "good"),
                ("neutral", "It has a screen"),
                ("negative", "awful, horrible"),
                ("negative", "bad"),
                ("negative", "terrible"),
            ]
        );
        all.reverse();
        assert_eq!(texts(&quotes(&all)), expect);
        all.extend_from_within(..);
        assert_eq!(texts(&quotes(&all)), expect);
    }

    #[test]
    fn a_long_text_is_cut_and_comes_last() {
        let long = format!("good {}", "é".repeat(400));
        let found = texts(&quotes(&[&long, "good", "  ", ""]));
        assert_eq!(found[0].1, "good");
        assert_eq!(found[1].1.chars().count(), MAX_CHARS + 1);
        assert!(found[1].1.ends_with("é…"));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn of_texts_that_are_cut_alike_the_strongest_is_quoted() {
        let cut = |end: &str| format!("good {} {end}", "so ".repeat(100));
        let (weak, strong) = (cut("nice"), cut("excellent, wonderful"));
        for texts in [[&*weak, &*strong], [&*strong, &*weak]] {
            let found = quotes(&texts).finish(|_| None);
            assert_eq!(found.len(), 1);
            let score = Scorer::default().score(&strong).as_f64();
            assert!((found[0].score - score).abs() < f64::EPSILON, "{found:?}");
        }
    }

    #[test]
    fn a_quote_is_about_the_first_record_that_has_it() {
        let mut found = quotes(&["good", "great"]);
        found.offer("good", Scorer::default().score("good"), 9);
        let about: Vec<_> = found
            .finish(|code| Some(code.to_string()))
            .into_iter()
            .map(|quote| (quote.text, quote.about.unwrap()))
            .collect();
        assert_eq!(
            about,
            [("great".to_owned(), "2".to_owned()), ("good".to_owned(), "1".to_owned())]
        );
    }
}
