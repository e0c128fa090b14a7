//! The names in a text: the values of groups, the labels of segments, the names of columns.

use std::{collections::BTreeMap, ops::Range};

use super::token::{Token, tokens};

/// The longest name that is looked for; longer values are cut before they are shown.
pub(crate) const NAME_CHARS: usize = 80;

/// What numbers can be about: a group, a segment, a period, a column.
pub(crate) type Owner = usize;

/// The known names, and whose they are. A name without an owner only hides its digits.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<Vec<char>, Vec<Owner>>);

/// A name in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mention<'n> {
    pub(crate) span: Range<usize>,
    pub(crate) owners: &'n [Owner],
}

impl Names {
    pub(crate) fn add(&mut self, name: &str, owner: Option<Owner>) {
        let name: Vec<char> = name.chars().map(folded).collect();
        if name.is_empty() {
            return;
        }
        let owners = self.0.entry(name).or_default();
        owners.extend(owner.filter(|owner| !owners.contains(owner)));
    }

    /// Lets a name be called without a name that it begins with: `iPhone 15` for `Apple iPhone 15`
    /// where `Apple` is a name. What would be left as a bare number stays whole.
    pub(crate) fn shorten(&mut self) {
        let mut shorter: Vec<(Vec<char>, Vec<Owner>)> = Vec::new();
        for (name, owners) in &self.0 {
            for (at, _) in name.iter().enumerate().filter(|(_, char)| **char == ' ') {
                let (first, rest) = (&name[..at], &name[at + 1..]);
                if self.0.get(first).is_some_and(|owners| !owners.is_empty()) && is_wordy(rest) {
                    shorter.push((rest.to_vec(), owners.clone()));
                }
            }
        }
        for (name, owners) in shorter {
            let known = self.0.entry(name).or_default();
            for owner in owners {
                if !known.contains(&owner) {
                    known.push(owner);
                }
            }
        }
    }

    /// Finds the names of a text, from left to right and the longest first. A name in quotation marks
    /// is that name whatever stands around it. None begins or ends inside a word or a number.
    pub(crate) fn mentions(&self, text: &[char], numbers: &[Token]) -> Vec<Mention<'_>> {
        let text: Vec<char> = text.iter().copied().map(folded).collect();
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let found = self.quoted(&text, at).or_else(|| self.longest(&text, at, numbers));
            at = found.as_ref().map_or(at + 1, |mention| mention.span.end);
            mentions.extend(found);
        }
        mentions
    }

    fn quoted(&self, text: &[char], at: usize) -> Option<Mention<'_>> {
        if text[at] != '“' {
            return None;
        }
        let length = text[at..].iter().take(NAME_CHARS + 2).position(|char| *char == '”')?;
        let owners = self.0.get(&text[at + 1..at + length])?;
        Some(Mention { span: at..at + length + 1, owners })
    }

    fn longest(&self, text: &[char], at: usize, numbers: &[Token]) -> Option<Mention<'_>> {
        let cuts = |place: usize| {
            let inside = |char: Option<&char>| char.is_some_and(|char| char.is_alphanumeric());
            let within = |token: &Token| token.span.start < place && place < token.span.end;
            (place > 0 && inside(text.get(place - 1)) && inside(text.get(place)))
                || numbers.iter().any(within)
        };
        if cuts(at) {
            return None;
        }
        let rest = &text[at..];
        // Every name that the rest begins with lies in this range, and the longest of them last.
        let first = rest.get(..1)?.to_vec();
        let names = self.0.range(first..=rest.get(..NAME_CHARS.min(rest.len()))?.to_vec()).rev();
        let (name, owners) =
            names.into_iter().find(|(name, _)| rest.starts_with(name) && !cuts(at + name.len()))?;
        Some(Mention { span: at..at + name.len(), owners })
    }
}

/// Case does not tell names apart. One character stays one, so that places stay the same.
fn folded(char: char) -> char {
    let mut lower = char.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => char,
    }
}

/// Whether a name can be told from a number: it has a letter or is a date, and is not a number as a
/// whole, such as `12k` or `ten`.
pub(crate) fn is_wordy(name: &[char]) -> bool {
    let numbers = tokens(name);
    let is_whole = |token: &&Token| token.span == (0..name.len());
    match numbers.iter().find(is_whole) {
        Some(token) => matches!(token.written, Some(super::token::Written::Date(_))),
        None => name.iter().any(|char| char.is_alphabetic()) && !only_a_number(name, &numbers),
    }
}

/// Whether nothing but signs stands beside a number: `12%`, `(5)`, `12th`.
fn only_a_number(name: &[char], numbers: &[Token]) -> bool {
    let [number] = numbers else { return false };
    let rest: String = name[..number.span.start].iter().chain(&name[number.span.end..]).collect();
    let rest = rest.trim_matches(|char: char| !char.is_alphanumeric()).to_lowercase();
    matches!(rest.as_str(), "" | "st" | "nd" | "rd" | "th" | "percent" | "pct" | "per cent" | "top")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Names {
        let mut names = Names::default();
        for (owner, name) in list.iter().enumerate() {
            names.add(name, Some(owner));
        }
        names
    }

    fn found(names: &Names, text: &str) -> Vec<(String, Vec<Owner>)> {
        let text: Vec<char> = text.chars().collect();
        names
            .mentions(&text, &tokens(&text))
            .into_iter()
            .map(|mention| (text[mention.span].iter().collect(), mention.owners.to_vec()))
            .collect()
    }

    #[test]
    fn the_longest_name_is_meant() {
        let names = names(&["Galaxy S24", "Galaxy S24 Ultra", "Budget", "Galaxy"]);
        let expect = |text: &str, owners: &[Owner]| {
            let mentioned: Vec<_> = found(&names, text).into_iter().flat_map(|(_, o)| o).collect();
            assert_eq!(mentioned, owners, "{text:?}");
        };
        expect("The galaxy s24 ultra, then the Galaxy S24.", &[1, 0]);
        expect("Galaxy S245 and Galaxy S24s are others", &[3, 3]);
        expect("budget-friendly, Budgets", &[2]);
        expect("MyGalaxy and 9Budget", &[]);
        expect("Galaxy S24.5 is a number", &[3]);
        expect("“Galaxy” S24", &[3]);
    }

    #[test]
    fn a_name_may_leave_out_the_name_before_it() {
        let mut names = names(&["Apple", "Apple iPhone 15", "OnePlus", "OnePlus 12"]);
        names.shorten();
        assert_eq!(found(&names, "iPhone 15"), [("iPhone 15".to_owned(), vec![1])]);
        assert_eq!(found(&names, "12"), [], "a bare number is no name");
    }

    #[test]
    fn a_number_is_not_a_name() {
        for name in ["8", "12k", "ten", "12%", "#5", "", "-", "top 3", "3rd", "1,5", "½"] {
            assert!(!is_wordy(&name.chars().collect::<Vec<_>>()), "{name:?}");
        }
        for name in ["A", "iPhone 15", "2024-05", "12 GB RAM", "Ten Pro", "S24"] {
            assert!(is_wordy(&name.chars().collect::<Vec<_>>()), "{name:?}");
        }
    }
}
