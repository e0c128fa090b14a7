//! Figures: values of the facts as texts show them, each with the facts that it is from.

use std::{cmp::Ordering, fmt};

use contract::number::Number;
use pipeline_core::analysis::Figure;

use crate::wording;

/// Marks around a figure in a text that is being composed, and between its members.
/// [`wording::shown`] leaves none in a value of the file.
const BEGINS: char = '\u{e000}';
const ENDS: char = '\u{e001}';
const DIVIDES: char = '\u{e002}';

/// A value of the facts. Written into a text, it takes the facts along that it is from: see
/// [`finished`].
#[derive(Debug, Clone)]
pub(crate) struct Amount {
    /// As texts show it.
    pub(crate) shown: String,
    value: String,
    exact: Number,
    facts: Vec<String>,
}

impl Amount {
    pub(super) fn count(count: u64, fact: String) -> Self {
        Self::derived_count(count, vec![fact])
    }

    /// A count that follows from several facts.
    pub(super) fn derived_count(count: u64, facts: Vec<String>) -> Self {
        let exact = Number::from(i128::from(count));
        Self { shown: wording::count(count), value: count.to_string(), exact, facts }
    }

    /// An exact decimal; `None` if it is no number, or longer than a sentence can say.
    pub(super) fn decimal(text: &str, facts: Vec<String>) -> Option<Self> {
        let exact = Number::parse(text).ok()?;
        let shown = wording::exact(text)?;
        Some(Self { value: shown.replace(',', ""), shown, exact, facts })
    }

    /// A mean, a median or a ratio; `None` where it is beyond what a sentence can say.
    pub(super) fn float(value: f64, facts: Vec<String>) -> Option<Self> {
        Self::rounded(value, wording::float(value)?, facts)
    }

    /// A sentiment; `None` if it is not from -1 to 1.
    pub(super) fn score(value: f64, fact: String) -> Option<Self> {
        Self::rounded(value, wording::score(value)?, vec![fact])
    }

    /// A share; `None` if it is not from 0 to 1, or where its percentage has no digits to show.
    pub(super) fn share(value: f64, facts: Vec<String>) -> Option<Self> {
        Self::rounded(value, wording::percent(value)?, facts)
    }

    /// The part that one count is of another.
    pub(crate) fn part(part: &Self, whole: &Self) -> Option<Self> {
        let (part_value, whole_value) = (part.to_f64(), whole.to_f64());
        let is_part = whole_value > 0.0 && (0.0..=whole_value).contains(&part_value);
        is_part.then(|| Self::share(part_value / whole_value, from(&[part, whole]))).flatten()
    }

    /// A value that is shown otherwise than with all of its digits.
    pub(super) fn rounded(value: f64, shown: String, facts: Vec<String>) -> Option<Self> {
        let text = serde_json::to_string(&value).ok()?;
        Some(Self { shown, exact: Number::parse(&text).ok()?, value: text, facts })
    }

    /// Their difference, exact; `None` if it is not positive or does not fit 128 bits.
    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        let scale = self.exact.scale().max(other.exact.scale());
        let units = |number: &Number| number.to_i128_at_scale(scale);
        let difference = units(&self.exact)?.checked_sub(units(&other.exact)?)?;
        let places = i32::try_from(scale).ok()?;
        let text = format!("{difference}e-{places}");
        let exact = Number::parse(&text).ok().filter(|_| difference > 0)?;
        Self::decimal(&exact.to_string(), from(&[self, other]))
    }

    pub(crate) fn to_f64(&self) -> f64 {
        self.exact.to_f64()
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.exact == Number::ZERO
    }

    /// By value. What reads the same is level, and so is what reads the other way round: nobody could see
    /// the difference. This is no order to sort by; [`Self::exact_cmp`] is.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let exact = self.exact_cmp(other);
        if self.read().cmp(&other.read()) == exact { exact } else { Ordering::Equal }
    }

    /// By value alone.
    pub(super) fn exact_cmp(&self, other: &Self) -> Ordering {
        self.exact.cmp(&other.exact)
    }

    /// The number that a reader sees.
    fn read(&self) -> Option<Number> {
        Number::parse(&self.shown.replace([',', '%'], "")).ok()
    }
}

/// The facts that several amounts are from.
pub(super) fn from(amounts: &[&Amount]) -> Vec<String> {
    amounts.iter().flat_map(|amount| &amount.facts).cloned().collect()
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shown, value, facts, .. } = self;
        write!(f, "{BEGINS}{shown}{DIVIDES}{value}")?;
        for fact in facts {
            write!(f, "{DIVIDES}{}", fact.replace([BEGINS, ENDS, DIVIDES], "?"))?;
        }
        write!(f, "{ENDS}")
    }
}

/// A share behind its number: ` (28.5%)`; nothing where there is none to say.
pub(super) fn in_brackets(share: Option<Amount>) -> String {
    share.map(|share| format!(" ({share})")).unwrap_or_default()
}

/// The text as it is read, and its figures.
pub(super) fn finished(composed: &str) -> (String, Vec<Figure>) {
    let mut text = String::with_capacity(composed.len());
    let mut figures = Vec::new();
    let mut rest = composed;
    while let Some((before, after)) = rest.split_once(BEGINS) {
        let (figure, after) = after.split_once(ENDS).unwrap_or((after, ""));
        text.push_str(before);
        let mut members = figure.split(DIVIDES).map(str::to_owned);
        let shown = members.next().unwrap_or_default();
        let at = text.chars().count() as u64;
        text.push_str(&shown);
        let value = members.next().unwrap_or_default();
        figures.push(Figure { at, shown, value, facts: members.collect() });
        rest = after;
    }
    (text + rest, figures)
}
