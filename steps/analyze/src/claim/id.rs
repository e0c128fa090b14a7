//! The short names of facts: what a model chooses by, and where each stands in `facts.json`.

use std::fmt;

/// A fact or a list of facts. Numbers count from 0, as JSON pointers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Id {
    /// `file`: everything that was read.
    File,
    /// `d0`: a dimension.
    Dimension(usize),
    /// `d0g1`: a group of it.
    Group(usize, usize),
    /// `p0`: a pair of dimensions.
    Pair(usize),
    /// `p0g1`: a group of it.
    PairGroup(usize, usize),
    /// `m0`: a measure.
    Measure(usize),
    /// `m0s1`: a segment of it.
    Segment(usize, usize),
    /// `m0s1g2`: a group of the first dimension in that segment.
    SegmentGroup(usize, usize, usize),
    /// `t`: the time axis.
    Time,
    /// `t3`: a period.
    Period(usize),
    /// `x`: the free text.
    Text,
    /// `x0`: the free text by a dimension.
    TextBy(usize),
    /// `x0g1`: the texts of a group.
    TextGroup(usize, usize),
    /// `c3`: how complete a column is.
    Column(usize),
    /// `e2`: an error of rejected records.
    Reject(usize),
    /// `q4`: a quote.
    Quote(usize),
}

impl Id {
    /// `None` if the text is no id.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match parts(text)?.as_slice() {
            [] if text == "file" => Self::File,
            [] if text == "t" => Self::Time,
            [] if text == "x" => Self::Text,
            [('d', d)] => Self::Dimension(*d),
            [('d', d), ('g', g)] => Self::Group(*d, *g),
            [('p', p)] => Self::Pair(*p),
            [('p', p), ('g', g)] => Self::PairGroup(*p, *g),
            [('m', m)] => Self::Measure(*m),
            [('m', m), ('s', s)] => Self::Segment(*m, *s),
            [('m', m), ('s', s), ('g', g)] => Self::SegmentGroup(*m, *s, *g),
            [('t', t)] => Self::Period(*t),
            [('x', x)] => Self::TextBy(*x),
            [('x', x), ('g', g)] => Self::TextGroup(*x, *g),
            [('c', c)] => Self::Column(*c),
            [('e', e)] => Self::Reject(*e),
            [('q', q)] => Self::Quote(*q),
            _ => return None,
        })
    }

    /// Whether it is called by values of the file, which are never spelt otherwise.
    pub(super) fn is_of_values(self) -> bool {
        matches!(
            self,
            Self::Group(..)
                | Self::PairGroup(..)
                | Self::Segment(..)
                | Self::SegmentGroup(..)
                | Self::Period(_)
                | Self::TextGroup(..)
        )
    }

    /// Whether it stands for texts.
    pub(crate) fn is_of_texts(self) -> bool {
        matches!(self, Self::Text | Self::TextGroup(..))
    }

    /// Where it stands in `facts.json`.
    pub(super) fn pointer(self) -> String {
        match self {
            Self::File => "/records".to_owned(),
            Self::Dimension(d) => format!("/dimensions/{d}"),
            Self::Group(d, g) => format!("/dimensions/{d}/groups/{g}"),
            Self::Pair(p) => format!("/pairs/{p}"),
            Self::PairGroup(p, g) => format!("/pairs/{p}/groups/{g}"),
            Self::Measure(m) => format!("/measures/{m}"),
            Self::Segment(m, s) => format!("/measures/{m}/segments/{s}"),
            Self::SegmentGroup(m, s, g) => format!("/measures/{m}/segments/{s}/top/{g}"),
            Self::Time => "/time".to_owned(),
            Self::Period(t) => format!("/time/periods/{t}"),
            Self::Text => "/text".to_owned(),
            Self::TextBy(x) => format!("/text/by/{x}"),
            Self::TextGroup(x, g) => format!("/text/by/{x}/groups/{g}"),
            Self::Column(c) => format!("/completeness/{c}"),
            Self::Reject(e) => format!("/rejects/{e}"),
            Self::Quote(q) => format!("/text/quotes/{q}"),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file"),
            Self::Dimension(d) => write!(f, "d{d}"),
            Self::Group(d, g) => write!(f, "d{d}g{g}"),
            Self::Pair(p) => write!(f, "p{p}"),
            Self::PairGroup(p, g) => write!(f, "p{p}g{g}"),
            Self::Measure(m) => write!(f, "m{m}"),
            Self::Segment(m, s) => write!(f, "m{m}s{s}"),
            Self::SegmentGroup(m, s, g) => write!(f, "m{m}s{s}g{g}"),
            Self::Time => f.write_str("t"),
            Self::Period(t) => write!(f, "t{t}"),
            Self::Text => f.write_str("x"),
            Self::TextBy(x) => write!(f, "x{x}"),
            Self::TextGroup(x, g) => write!(f, "x{x}g{g}"),
            Self::Column(c) => write!(f, "c{c}"),
            Self::Reject(e) => write!(f, "e{e}"),
            Self::Quote(q) => write!(f, "q{q}"),
        }
    }
}

/// `m0s1` as `m` with 0 and `s` with 1; nothing of a text without digits.
fn parts(text: &str) -> Option<Vec<(char, usize)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.contains(|char: char| char.is_ascii_digit()) {
        let letter = rest.chars().next().filter(char::is_ascii_lowercase)?;
        let after = &rest[1..];
        let end = after.find(|char: char| !char.is_ascii_digit()).unwrap_or(after.len());
        parts.push((letter, after[..end].parse().ok()?));
        rest = &after[end..];
    }
    (parts.is_empty() || rest.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let ids = [
            "file", "d0", "d1g2", "p0", "p3g4", "m0", "m1s2", "m0s1g2", "t", "t7", "x", "x1",
            "x0g1", "c3", "e2", "q40",
        ];
        for id in ids {
            assert_eq!(Id::parse(id).unwrap().to_string(), id);
        }
        for text in ["", "d", "d0g", "g0", "dd0", "d0 ", "d-1", "D0", "t0x", "é1", "d٣", "d0g1s2"]
        {
            assert_eq!(Id::parse(text), None, "{text:?}");
        }
    }
}
