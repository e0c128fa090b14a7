//! The sentiment of free text by VADER's lexicon: English, deterministic, without a model.

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use pipeline_core::facts::Sentiment;
use rayon::prelude::*;
use vader_parity::SentimentIntensityAnalyzer;

use crate::{
    codes::{MISSING, Memo},
    histogram::Distribution,
};

/// The lexicon and its version, as the facts name it.
pub(crate) const METHOD: &str = "VADER 3.3.2";

/// VADER rounds its compound score to four decimals: as a whole number of ten-thousandths, sums of
/// scores are exact and a mean does not depend on the order of the texts.
const SCALE: i32 = 10_000;

/// From 0.05 on a text is positive, from -0.05 down negative: the thresholds of VADER's authors.
const POSITIVE: i32 = 500;
const NEGATIVE: i32 = -POSITIVE;

/// A score, -1 to 1, in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score(i32);

/// What a score means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Positive,
    Neutral,
    Negative,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Positive, Self::Neutral, Self::Negative];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
        }
    }
}

impl Score {
    #[expect(clippy::cast_possible_truncation, reason = "the compound score is within -1 and 1")]
    fn of(compound: f64) -> Self {
        Self((compound * f64::from(SCALE)).round() as i32)
    }

    pub(crate) const fn kind(self) -> Kind {
        match self.0 {
            POSITIVE.. => Kind::Positive,
            ..=NEGATIVE => Kind::Negative,
            _ => Kind::Neutral,
        }
    }

    /// How far from neutral.
    pub(crate) const fn strength(self) -> u32 {
        self.0.unsigned_abs()
    }

    pub(crate) fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(SCALE)
    }

    fn code(self) -> u32 {
        (self.0 + SCALE).unsigned_abs() + 1
    }

    fn from_code(code: u32) -> Option<Self> {
        let above = i32::try_from(code.checked_sub(1)?).ok()?;
        Some(Self(above - SCALE))
    }
}

/// The sentiment of the texts whose scores are in the distribution.
pub(crate) fn sentiment(distribution: &Distribution) -> Sentiment {
    let (mut sentiment, mut sum) = (Sentiment::default(), 0_i128);
    for &(code, count) in distribution {
        let Some(score) = Score::from_code(code) else { continue };
        sentiment.count += count;
        sum += i128::from(score.0) * i128::from(count);
        *match score.kind() {
            Kind::Positive => &mut sentiment.positive,
            Kind::Neutral => &mut sentiment.neutral,
            Kind::Negative => &mut sentiment.negative,
        } += count;
    }
    if sentiment.count > 0 {
        let whole = i128::from(sentiment.count) * i128::from(SCALE);
        sentiment.mean_score = sum as f64 / whole as f64;
    }
    sentiment
}

/// Scores texts, on all cores, each different one of a batch once, and remembers many of them.
pub(crate) struct Scorer {
    analyzer: SentimentIntensityAnalyzer,
    memo: Memo<Score>,
}

impl Default for Scorer {
    fn default() -> Self {
        Self { analyzer: SentimentIntensityAnalyzer::new(), memo: Memo::new(1 << 16, 1 << 24) }
    }
}

impl Scorer {
    #[cfg(test)]
    pub(crate) fn score(&self, text: &str) -> Score {
        Score::of(self.analyzer.polarity_scores(text).compound)
    }

    /// The code of each text's score, [`MISSING`] where there is none. `new` is told of texts, in
    /// order, with their place and score: of each different one at least once, and then first.
    pub(crate) fn codes<'t>(
        &mut self,
        texts: impl Iterator<Item = Option<&'t str>>,
        mut new: impl FnMut(usize, &'t str, Score),
    ) -> Vec<u32> {
        /// Where a text's score comes from.
        enum Source {
            Missing,
            Known(Score),
            New(usize),
        }
        let mut unknown: IndexSet<&str, RandomState> = IndexSet::default();
        let mut firsts = Vec::new();
        let sources: Vec<Source> = texts
            .enumerate()
            .map(|(place, text)| {
                let Some(text) = text else { return Source::Missing };
                if let Some(score) = self.memo.get(text) {
                    return Source::Known(score);
                }
                let (index, is_new) = unknown.insert_full(text);
                if is_new {
                    firsts.push(place);
                }
                Source::New(index)
            })
            .collect();
        let analyzer = &self.analyzer;
        let texts: Vec<&str> = unknown.into_iter().collect();
        let scores: Vec<Score> = texts
            .par_iter()
            .map(|text| Score::of(analyzer.polarity_scores(text).compound))
            .collect();
        for ((place, text), score) in firsts.into_iter().zip(texts).zip(&scores) {
            self.memo.insert(text, *score);
            new(place, text, *score);
        }
        sources
            .into_iter()
            .map(|source| match source {
                Source::Missing => MISSING,
                Source::Known(score) => score.code(),
                Source::New(index) => scores.get(index).map_or(MISSING, |score| score.code()),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_scored_and_counted() {
        let texts = [
            Some("Great phone, I love it!"),
            None,
            Some("It has a screen."),
            Some("Terrible battery."),
            Some("Great phone, I love it!"),
        ];
        let mut scorer = Scorer::default();
        let mut met = Vec::new();
        let codes =
            scorer.codes(texts.into_iter(), |place, _, score| met.push((place, score.kind())));
        assert_eq!(met, [(0, Kind::Positive), (2, Kind::Neutral), (3, Kind::Negative)]);
        assert_eq!(codes[0], codes[4]);
        assert_eq!(codes[1], MISSING);
        assert_eq!(scorer.codes(texts.into_iter(), |_, _, _| panic!("all are known")), codes);

        let found = sentiment(&codes.iter().map(|code| (*code, 1)).collect());
        assert_eq!((found.count, found.positive, found.neutral, found.negative), (4, 2, 1, 1));
    }

    #[test]
    fn a_score_is_its_code() {
        for score in [-SCALE, -500, -499, 0, 499, 500, SCALE].map(Score) {
            assert_eq!(Score::from_code(score.code()), Some(score));
        }
        assert_eq!(Score::from_code(MISSING), None);
        let kinds = [-500, -499, 499, 500].map(|score| Score(score).kind());
        assert_eq!(kinds, [Kind::Negative, Kind::Neutral, Kind::Neutral, Kind::Positive]);
        assert_eq!(Score::of(-0.0572), Score(-572));
    }
}
