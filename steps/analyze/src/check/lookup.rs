//! Looking up the numbers of a text.

use std::{collections::BTreeSet, ops::Range};

use pipeline_core::number::Number;

use super::{
    book::{Book, Subject},
    matching::Fact,
    names::{Mention, NAME_CHARS, Owner},
    token::{Sense, Token, Written, tokens},
};
use crate::plan::Topic;

impl Book {
    /// The numbers of a text that the facts do not hold, as they are written, each once.
    ///
    /// `topic` is what the statement is about, where the contract says so.
    pub(crate) fn unverified(&self, text: &str, topic: Option<&Topic>) -> Vec<String> {
        let text: Vec<char> = text.chars().collect();
        let numbers = tokens(&text);
        let mentions = self.names.mentions(&text, &numbers);
        let quotations = self.quotations(&text);
        let columns = self.owners_of(&mentions, true);
        let topic = topic.and_then(|topic| self.topic(topic));
        let mut unverified: Vec<String> = Vec::new();
        let mut groups = BTreeSet::new();
        let mut start = 0;
        for end in sentence_ends(&text, &mentions) {
            let here = |place: usize| (start..end).contains(&place);
            let named = mentions.iter().filter(|mention| here(mention.span.start));
            let named = self.owners_of(named, false);
            if !named.is_empty() {
                groups = named;
            }
            let about: BTreeSet<_> = groups.iter().chain(&columns).chain(&topic).copied().collect();
            for token in numbers.iter().filter(|token| here(token.span.start)) {
                let inside = |span: &Range<usize>| {
                    span.start <= token.span.start && token.span.end <= span.end
                };
                let hidden = mentions.iter().any(|mention| inside(&mention.span))
                    || quotations.iter().any(inside);
                if !hidden && !self.holds(token, &about) {
                    unverified.push(text[token.span.clone()].iter().take(NAME_CHARS).collect());
                }
            }
            start = end;
        }
        let mut seen = BTreeSet::new();
        unverified.retain(|number| seen.insert(number.clone()));
        unverified
    }

    fn owners_of<'m, 'n: 'm>(
        &self,
        mentions: impl IntoIterator<Item = &'m Mention<'n>>,
        columns: bool,
    ) -> BTreeSet<Owner> {
        let owners = mentions.into_iter().flat_map(|mention| mention.owners).copied();
        owners.filter(|owner| self.columns.contains(owner) == columns).collect()
    }

    fn topic(&self, topic: &Topic) -> Option<Owner> {
        let Topic::Segment { measure, label } = topic else { return None };
        let subject = Subject::Segment { measure: measure.clone(), label: label.clone() };
        self.owners.get(&subject).copied()
    }

    fn holds(&self, token: &Token, about: &BTreeSet<Owner>) -> bool {
        match &token.written {
            None => false,
            Some(Written::Date(date)) => self.dates.contains(date),
            Some(Written::Number { value, unit: 0, sense: Sense::Selection }) => {
                let longest = i64::try_from(self.longest_list).unwrap_or(i64::MAX);
                *value >= Number::from(1_i64) && *value <= Number::from(longest)
            }
            Some(written) => {
                let is_year = || match written {
                    Written::Number { value, unit: 0, sense: Sense::Plain } => {
                        self.dates.contains(&value.to_string())
                    }
                    _ => false,
                };
                let is_named = |fact: &Fact| fact.about.iter().all(|owner| about.contains(owner));
                self.facts.iter().any(|fact| is_named(fact) && fact.is_written(written)) || is_year()
            }
        }
    }

    /// Quotations of at least a few characters that stand in a quote of the facts, word for word.
    fn quotations(&self, text: &[char]) -> Vec<Range<usize>> {
        const SHORTEST: usize = 8;
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(open) = text.get(at..).and_then(|rest| rest.iter().position(is_quotation_mark)) {
            let open = at + open;
            let rest = &text[open + 1..];
            let Some(length) = rest.iter().position(is_quotation_mark) else { break };
            let quotation: String = rest[..length].iter().collect::<String>().to_lowercase();
            let is_known = || self.quotes.iter().any(|quote| quote.contains(&quotation));
            at = open + 1 + length;
            if length >= SHORTEST && is_known() {
                found.push(open..at + 1);
                at += 1;
            }
        }
        found
    }

    /// Whether a text names these leading groups: every one that is ahead of the last place, and as
    /// many as there are places, where several may share the last.
    pub(crate) fn names_leaders(&self, text: &str, leaders: &Leaders) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mentions = self.names.mentions(&text, &tokens(&text));
        let named = self.owners_of(&mentions, false);
        let is_named = |value: &String| {
            let (field, value) = (leaders.field.clone(), Some(value.clone()));
            self.owners.get(&Subject::Group { field, value }).is_some_and(|owner| named.contains(owner))
        };
        let sharing = leaders.sharing.iter().filter(|value| is_named(value)).count();
        leaders.ahead.iter().all(is_named) && leaders.ahead.len() + sharing >= leaders.places
    }
}

/// The groups that a statement about the leading ones must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaders {
    pub(crate) field: String,
    /// Ahead of the last place: all of them must be named.
    pub(crate) ahead: Vec<String>,
    /// Level at the last place: any of them will do.
    pub(crate) sharing: Vec<String>,
    pub(crate) places: usize,
}

fn is_quotation_mark(char: &char) -> bool {
    matches!(char, '"' | '“' | '”' | '«' | '»')
}

/// Where the sentences of a text end: after `.`, `!`, `?` or `…` before a blank, and at line breaks,
/// but not within a name.
fn sentence_ends(text: &[char], mentions: &[Mention<'_>]) -> Vec<usize> {
    let mut ends: Vec<usize> = (1..text.len())
        .filter(|&at| {
            let is_end = matches!(text[at - 1], '.' | '!' | '?' | '…') && text[at].is_whitespace();
            (is_end || text[at - 1] == '\n')
                && !mentions.iter().any(|mention| mention.span.start < at && at < mention.span.end)
        })
        .collect();
    ends.push(text.len());
    ends
}
