//! Looking up the numbers of a text.

use std::{collections::BTreeSet, ops::Range};

use contract::number::Number;

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
                self.facts.iter().any(|fact| is_named(fact) && fact.is_written(written))
                    || is_year()
            }
        }
    }

    /// Quotations of at least a few characters that stand in a quote of the facts, word for word.
    fn quotations(&self, text: &[char]) -> Vec<Range<usize>> {
        const SHORTEST: usize = 8;
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(open) =
            text.get(at..).and_then(|rest| rest.iter().position(|char| is_quotation_mark(*char)))
        {
            let open = at + open;
            let rest = &text[open + 1..];
            let Some(length) = rest.iter().position(|char| is_quotation_mark(*char)) else { break };
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
            self.owners
                .get(&Subject::Group { field, value })
                .is_some_and(|owner| named.contains(owner))
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

fn is_quotation_mark(char: char) -> bool {
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

#[cfg(test)]
mod tests {
    use contract::Contract;
    use pipeline_core::facts::Facts;

    use super::*;
    use crate::plan::Plan;

    fn book() -> Book {
        let facts: Facts =
            serde_json::from_str(include_str!("../../tests/smartphone-sales/facts.json")).unwrap();
        let contract =
            include_bytes!("../../../../samples/smartphone-sales/contract.json").as_slice();
        Book::of(&facts, &Plan::of(&Contract::from_json(contract).unwrap()))
    }

    #[test]
    fn a_number_must_belong_to_what_its_sentence_names() {
        let book = book();
        let check = |text: &str, expect: &[&str]| {
            assert_eq!(book.unverified(text, None), expect, "{text:?}");
        };
        // Right.
        check("Apple iPhone 15 sold 12 of 100, or 12.0%, with 38 models in all.", &[]);
        check("The iPhone 15 leads. It sold 12 units at a mean price of 799.", &[]);
        check("Samsung sold 14 phones in Europe, 14% of all sales.", &[]);
        check("Budget holds 45% and runs up to 500; Mid-range has 42.9% of the revenue.", &[]);
        check("Sales ran from 2026-03-02 to 2026-05, in 2026.", &[]);
        check("Of 120 records 83.3% are valid and 16.67 percent rejected.", &[]);
        check("Storage is missing in 25 sales.", &[]);
        check("The top 3 brands sell; Samsung is 1st and Xiaomi 2nd.", &[]);
        check("Vivo scores -0.52, far below 0.41 overall.", &[]);
        check("One buyer of the iPhone 15 wrote “the battery lasts 2 days”.", &[]);
        check("Revenue is $61,250, or $61.3k, or 61.25 thousand.", &[]);
        check("ram 8 stands for 60 sales.", &[]);
        check("Of 2 kinds of ram, the second.", &[]);
        check("Two phones: Galaxy A15 (nine sales) and A15.", &["Two", "15"]);

        // Numbers that are in the facts and belong to others.
        check("Vivo Y28 sold 12 and leads.", &["12"]);
        check("Vivo Y28 leads with 9 sales, 12.0% of all.", &["9", "12.0"]);
        check("Some phone sold 12.", &["12"]);
        check("Galaxy S24 Ultra sold 9.", &["9"]);
        check("Samsung sold 11 in Asia.", &["11"]);
        check("Europe is 2nd.", &["2"]);
        check("It was rejected 15 times.", &["15"]);
        check("2 models.", &["2"]);

        // Numbers that are nowhere.
        check("iPhone 15 sold 13, up 27% since 2025.", &["13", "27", "2025"]);
        check("Sales of 1,234,567 and $700 and ٣.", &["1,234,567", "700", "٣"]);
        check("12 and 0.92 and 1.", &["12", "0.92", "1"]);
        check("The top 50 lead, from 2026-06.", &["50", "2026-06"]);
        check("A buyer wrote “it lasts 11 years and more”.", &["11"]);
        check("iPhone 16 sold 12.", &["16", "12"]);
    }

    #[test]
    fn a_statement_about_a_segment_names_it() {
        let topic =
            |label: &str| Topic::Segment { measure: "price".to_owned(), label: label.to_owned() };
        let text = "Stock Samsung Galaxy A15 (9 of 45).";
        assert_eq!(book().unverified(text, Some(&topic("Budget"))), Vec::<String>::new());
        assert_eq!(book().unverified(text, Some(&topic("Flagship"))), ["45"]);
        assert_eq!(book().unverified(text, None), ["45"]);
    }

    #[test]
    fn the_leading_groups_must_be_named() {
        let book = book();
        let named = |text: &str, ahead: &[&str], sharing: &[&str], places: usize| {
            let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
            let (ahead, sharing) = (owned(ahead), owned(sharing));
            book.names_leaders(text, &Leaders { field: "model".to_owned(), ahead, sharing, places })
        };
        let (best, level) = (["Apple iPhone 15"], ["Samsung Galaxy A15", "Xiaomi Redmi 12"]);
        assert!(named("The iPhone 15 is first.", &[], &best, 1));
        assert!(!named("The Y28 sold 4 and is first.", &[], &best, 1));
        assert!(named("iPhone 15, then the Redmi 12", &best, &level, 2));
        assert!(!named("iPhone 15, then the Y28", &best, &level, 2));
        assert!(!named("Redmi 12 and Galaxy A15", &best, &level, 2));
    }
}
