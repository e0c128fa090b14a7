//! The closed list of what words may not say, and how it is looked for in them.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

const VOCABULARY: &str = include_str!("../../vocabulary.txt");

/// The sections of the vocabulary that are not stopped as they stand.
const INNOCENT: &str = "innocent";
const ADJECTIVES: &str = "adjectives";

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::read(VOCABULARY));

/// The vocabulary.
#[derive(Default)]
struct Phrases {
    /// By the first word.
    by_word: HashMap<String, Vec<Phrase>>,
    /// Those that begin with a pattern.
    others: Vec<Phrase>,
}

/// An entry of the vocabulary.
struct Phrase {
    section: &'static str,
    words: Vec<Pattern>,
}

#[derive(PartialEq)]
enum Pattern {
    Word(String),
    Stem(String),
    Ending(&'static str),
    Any,
}

/// The entries of the vocabulary that a sentence holds: section and entry. An innocent one excuses those that
/// it overlaps and that are no longer.
pub(super) fn stopped(tokens: &[String]) -> Vec<(&'static str, String)> {
    let forms: Vec<_> = tokens.iter().map(|token| [token.clone(), squashed(token)]).collect();
    let found = (0..tokens.len()).flat_map(|at| {
        PHRASES.at(&forms, at).map(move |found| (at..at + found.words.len(), found))
    });
    let found: Vec<_> = found.collect();
    let innocent = |span: &Range<usize>| {
        let excuses = |(other, phrase): &(Range<usize>, &Phrase)| {
            let overlaps = other.start < span.end && span.start < other.end;
            phrase.section == INNOCENT && overlaps && span.len() <= other.len()
        };
        found.iter().any(excuses)
    };
    let stopped = found.iter().filter(|(span, _)| !innocent(span));
    stopped.map(|(span, phrase)| (phrase.section, tokens[span.clone()].join(" "))).collect()
}

/// A word as it compares: without the `'s` of a genitive, and so that usual misspellings of long words are
/// no way around the list.
fn squashed(word: &str) -> String {
    const LONG_CHARS: usize = 6;
    let word = word.strip_suffix("'s").unwrap_or(word);
    if word.chars().count() < LONG_CHARS {
        return word.to_owned();
    }
    let mut chars: Vec<char> = word.replace("ck", "k").replace("ph", "f").chars().collect();
    chars.dedup();
    chars.into_iter().collect()
}

impl Phrases {
    /// The entries that begin at this word, of which there is each as it is written and squashed.
    fn at<'t>(
        &self,
        tokens: &'t [[String; 2]],
        at: usize,
    ) -> impl Iterator<Item = &Phrase> + use<'_, 't> {
        let by_word = self.by_word.get(&tokens[at][1]);
        let some = by_word.into_iter().flatten().chain(&self.others);
        some.filter(move |phrase| phrase.is_at(tokens, at))
    }

    /// Reads the vocabulary. Of adjectives, the comparative and the superlative are made.
    fn read(vocabulary: &'static str) -> Self {
        let mut phrases = Self::default();
        let mut section = "";
        for line in vocabulary.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']');
                continue;
            }
            for entry in line.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
                if section == ADJECTIVES {
                    for form in compared(entry) {
                        phrases.add("comparison", vec![Pattern::Word(squashed(&form))]);
                    }
                } else {
                    for words in alternatives(entry) {
                        phrases.add(section, words.into_iter().map(Pattern::read).collect());
                    }
                }
            }
        }
        phrases
    }

    fn add(&mut self, section: &'static str, words: Vec<Pattern>) {
        let list = match words.first() {
            Some(Pattern::Word(word)) => self.by_word.entry(word.clone()).or_default(),
            _ => &mut self.others,
        };
        list.push(Phrase { section, words });
    }
}

impl Phrase {
    fn is_at(&self, tokens: &[[String; 2]], at: usize) -> bool {
        let tokens = tokens.get(at..at + self.words.len());
        tokens.is_some_and(|tokens| {
            self.words.iter().zip(tokens).all(|(pattern, token)| pattern.fits(token))
        })
    }
}

impl Pattern {
    fn read(word: &'static str) -> Self {
        match (word.strip_prefix('*'), word.strip_suffix('*')) {
            (Some(""), _) => Self::Any,
            (Some(ending), _) => Self::Ending(ending),
            (_, Some(stem)) => Self::Stem(squashed(stem)),
            _ => Self::Word(squashed(word)),
        }
    }

    fn fits(&self, [token, squashed]: &[String; 2]) -> bool {
        match self {
            Self::Word(word) => word == squashed,
            Self::Stem(stem) => token.starts_with(stem) || squashed.starts_with(stem),
            Self::Ending(ending) => token.ends_with(ending),
            Self::Any => token != "{}",
        }
    }
}

/// What an entry stands for: `lost|loses its way` is `lost its way` and `loses its way`.
fn alternatives(entry: &'static str) -> Vec<Vec<&'static str>> {
    entry.split(' ').fold(vec![Vec::new()], |all, word| {
        let choices = |begun: &Vec<&'static str>| {
            let begun = begun.clone();
            word.split('|').map(move |choice| [&begun[..], &[choice]].concat())
        };
        all.iter().flat_map(choices).collect()
    })
}

/// `happier` and `happiest`, `bigger` and `biggest`, `larger` and `largest`: whichever there could be.
fn compared(adjective: &str) -> Vec<String> {
    let last = adjective.chars().last().unwrap_or_default();
    let stems = [
        adjective.to_owned(),
        format!("{adjective}{last}"),
        adjective.strip_suffix('e').unwrap_or(adjective).to_owned(),
        adjective.strip_suffix('y').map_or_else(|| adjective.to_owned(), |stem| format!("{stem}i")),
    ];
    stems.iter().flat_map(|stem| [format!("{stem}er"), format!("{stem}est")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_of_a_known_section() {
        let sections: std::collections::BTreeSet<_> = VOCABULARY
            .lines()
            .filter_map(|line| line.strip_prefix('['))
            .map(|line| line.trim_end_matches(']'))
            .collect();
        let known = [
            ADJECTIVES,
            "comparison",
            INNOCENT,
            "multiple",
            "number",
            "proportion",
            "ranking",
            "request",
            "superlative",
            "trend",
        ];
        assert!(sections.iter().eq(&known), "{sections:?}");
    }
}
