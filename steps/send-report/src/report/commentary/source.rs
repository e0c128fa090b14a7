//! Where figures come from: each figure of the claims once, with its value and the facts that it is.

use std::collections::BTreeMap;

use contract::wording::bounded;
use pipeline_core::analysis::Figure;

use crate::report::{capped::Capped, cell::value};

/// More facts than this are not listed for one figure.
const FACTS: usize = 12;

/// A figure, and where it is from.
pub(crate) struct Source {
    /// As the claims show it.
    pub(crate) shown: String,
    /// With all its digits.
    pub(crate) value: String,
    /// Paths into `facts.json`: `facts.json#/records/valid`.
    pub(crate) facts: Capped<String>,
}

/// Numbers figures from 1 in the order in which they are read. The same figure of the same facts has
/// one number.
pub(super) struct Sources<'a> {
    numbers: BTreeMap<(&'a str, &'a str, &'a [String]), usize>,
    limit: usize,
}

impl<'a> Sources<'a> {
    pub(super) fn new(limit: usize) -> Self {
        Self { numbers: BTreeMap::new(), limit }
    }

    /// The figure's number; `None` if there are more figures than are listed.
    pub(super) fn number(&mut self, figure: &'a Figure) -> Option<usize> {
        let next = self.numbers.len() + 1;
        let known = (figure.shown.as_str(), figure.value.as_str(), figure.facts.as_slice());
        let number = *self.numbers.entry(known).or_insert(next);
        (number <= self.limit).then_some(number)
    }

    /// The figures by their numbers.
    pub(super) fn into_rows(self) -> Capped<Source> {
        let mut figures: Vec<_> = self.numbers.into_iter().collect();
        figures.sort_by_key(|(_, number)| *number);
        Capped::new(figures, self.limit).map(|((shown, exact, facts), _)| Source {
            shown: value(shown),
            value: value(exact),
            facts: Capped::new(facts, FACTS)
                .map(|path| format!("facts.json#{}", bounded(path, 200))),
        })
    }
}
