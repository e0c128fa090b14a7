//! A statement as it is read: the claims, which are proven, and beside them the words, which are not.

use contract::wording::bounded;
use pipeline_core::analysis::{Author, Basis, Claim, Figure};

use super::source::Sources;
use crate::report::view::Limits;

/// What a statement says.
pub(crate) struct Said {
    /// The text of the claims.
    pub(crate) claims: Vec<Piece>,
    /// Whether a model chose the claims.
    pub(crate) chosen_by_model: bool,
    pub(crate) words: Option<String>,
    /// Whether the words are a model's.
    pub(crate) words_by_model: bool,
    /// That this one stands in for a model's statement, and why.
    pub(crate) replaced: Option<String>,
}

/// A piece of a claim's text.
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Of a figure: the number of its source.
    pub(crate) source: Option<usize>,
}

impl Said {
    pub(super) fn new<'a>(basis: &'a Basis, sources: &mut Sources<'a>, limits: Limits) -> Self {
        Self {
            claims: pieces(&basis.claims, sources, limits.statement_chars),
            chosen_by_model: basis.claims_by == Author::Model && !basis.claims.is_empty(),
            words: basis.words.as_deref().map(|words| bounded(words, limits.words_chars)),
            words_by_model: basis.words_by == Author::Model,
            replaced: replaced(&basis.replaced_because, limits.reasons_chars),
        }
    }

    /// A text of version 1.0, which has no claims.
    pub(super) fn unproven(text: &str, limits: Limits) -> Self {
        Self {
            claims: Vec::new(),
            chosen_by_model: false,
            words: Some(bounded(text, limits.statement_chars)),
            // Who wrote it, that version did not say: also beside a model some texts were computed.
            words_by_model: false,
            replaced: None,
        }
    }

    /// How long it is.
    pub(super) fn chars(&self) -> usize {
        let claims = self.claims.iter().map(|piece| piece.text.as_str());
        let texts = claims.chain(self.words.as_deref()).chain(self.replaced.as_deref());
        texts.map(|text| text.chars().count()).sum()
    }
}

fn replaced(reasons: &[String], max_chars: usize) -> Option<String> {
    let reasons = (!reasons.is_empty()).then(|| bounded(&reasons.join("; "), max_chars))?;
    Some(format!(
        "The model's statement could not be used, and this one stands in for it. Why: {reasons}"
    ))
}

/// The texts of the claims up to so many characters. A figure is whole, or it is left out.
fn pieces<'a>(claims: &'a [Claim], sources: &mut Sources<'a>, max_chars: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut left = max_chars;
    let spaced = claims.iter().enumerate().flat_map(|(at, claim)| {
        let space = (at > 0).then_some((" ", None));
        space.into_iter().chain(split(claim))
    });
    for (text, figure) in spaced {
        let chars = text.chars().count();
        if chars > left {
            let text = if figure.is_some() { "…".to_owned() } else { bounded(text, left) };
            pieces.push(Piece { text, source: None });
            break;
        }
        left -= chars;
        let source = figure.and_then(|figure| sources.number(figure));
        pieces.push(Piece { text: text.to_owned(), source });
    }
    pieces
}

/// The text of a claim, its figures apart. From the first figure that does not stand where it says, the
/// text stays in one piece.
fn split(claim: &Claim) -> Vec<(&str, Option<&Figure>)> {
    let mut parts = Vec::new();
    let mut rest = claim.text.as_str();
    let mut place = 0;
    for figure in &claim.figures {
        let Some((before, after)) = around(figure, rest, place) else { break };
        parts.extend([(before, None), (figure.shown.as_str(), Some(figure))]);
        place = figure.at + figure.shown.chars().count() as u64;
        rest = after;
    }
    parts.push((rest, None));
    parts
}

/// What of the text, which begins at this place, is before the figure and after it.
fn around<'t>(figure: &Figure, text: &'t str, place: u64) -> Option<(&'t str, &'t str)> {
    let skipped = usize::try_from(figure.at.checked_sub(place)?).ok()?;
    let (begin, _) = text.char_indices().nth(skipped)?;
    let (before, from) = text.split_at_checked(begin)?;
    let after = from.strip_prefix(figure.shown.as_str())?;
    (!figure.shown.is_empty()).then_some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1_000;

    fn claim(text: &str, figures: &[(u64, &str)]) -> Claim {
        let figure = |(at, shown): &(u64, &str)| Figure {
            at: *at,
            shown: (*shown).to_owned(),
            value: (*shown).to_owned(),
            facts: vec!["/records/valid".to_owned()],
        };
        Claim {
            claim: "value".to_owned(),
            ids: vec!["f".to_owned()],
            statistic: None,
            measure: None,
            text: text.to_owned(),
            figures: figures.iter().map(figure).collect(),
        }
    }

    /// The text as it is read, with each figure as `[figure:number]`.
    fn read(claims: &[Claim], max_chars: usize, max_figures: usize) -> String {
        let pieces = pieces(claims, &mut Sources::new(max_figures), max_chars);
        let read = pieces.into_iter().map(|piece| match piece.source {
            Some(number) => format!("[{}:{number}]", piece.text),
            None => piece.text,
        });
        read.collect()
    }

    #[test]
    fn figures_are_found_by_their_characters() {
        let claims = [
            claim("Größe: 12 of 90, 12 left.", &[(7, "12"), (13, "90"), (17, "12")]),
            claim("90.", &[(0, "90")]),
        ];
        assert_eq!(read(&claims, LIMIT, 9), "Größe: [12:1] of [90:2], [12:1] left. [90:2].");
        assert_eq!(read(&claims, LIMIT, 1), "Größe: [12:1] of 90, [12:1] left. 90.");
    }

    #[test]
    fn from_a_figure_that_is_elsewhere_the_text_is_plain() {
        for (figures, expected) in [
            (&[(1, "12"), (6, "90")][..], "12 of 90"),
            (&[(0, "12"), (5, "90")], "[12:1] of 90"),
            (&[(6, "90"), (0, "12")], "12 of [90:1]"),
            (&[(0, "12"), (1, "2")], "[12:1] of 90"),
            (&[(0, "12"), (u64::MAX, "90")], "[12:1] of 90"),
            (&[(0, "")], "12 of 90"),
            (&[(0, "12 of 90 and more")], "12 of 90"),
            (&[(8, "")], "12 of 90"),
        ] {
            assert_eq!(read(&[claim("12 of 90", figures)], LIMIT, 9), expected, "{figures:?}");
        }
    }

    #[test]
    fn a_text_is_cut_before_a_figure_but_never_in_it() {
        let claims = [claim("Of 1,234 in all", &[(3, "1,234")])];
        for (max_chars, expected) in [
            (2, "Of…"),
            (3, "Of …"),
            (7, "Of …"),
            (8, "Of [1,234:1]…"),
            (15, "Of [1,234:1] in all"),
        ] {
            assert_eq!(read(&claims, max_chars, 9), expected);
        }
    }
}
