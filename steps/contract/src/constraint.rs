//! The constraints that a value of a field can break.

use std::collections::HashSet;
use std::fmt::{self, Write as _};

use regex::Regex;

use crate::types::value::Value;

/// A constraint of a field, of the standard's name. `Display` is the rule for people: `must be at
/// most 32`.
#[derive(Debug, Clone)]
pub struct Constraint {
    rule: Rule,
    text: Box<str>,
}

#[derive(Debug, Clone)]
pub(super) enum Rule {
    MinLength(usize),
    MaxLength(usize),
    Pattern { source: String, whole: Regex },
    Minimum(Value<'static>),
    Maximum(Value<'static>),
    ExclusiveMinimum(Value<'static>),
    ExclusiveMaximum(Value<'static>),
    Enum(Choices),
}

/// The values of an `enum`: a few are compared one by one, many are looked up.
#[derive(Debug, Clone)]
pub(super) enum Choices {
    Few(Vec<Value<'static>>),
    Many(HashSet<Value<'static>>),
}

impl Choices {
    const FEW: usize = 8;

    pub(super) fn new(values: Vec<Value<'static>>) -> Self {
        if values.len() <= Self::FEW {
            Self::Few(values)
        } else {
            Self::Many(values.into_iter().collect())
        }
    }

    fn contains<'v>(&'v self, value: &Value<'v>) -> bool {
        match self {
            Self::Few(values) => values.iter().any(|choice| choice == value),
            Self::Many(values) => {
                let values: &HashSet<Value<'v>> = values;
                values.contains(value)
            }
        }
    }
}

impl Constraint {
    /// `values` are those of an `enum` in the contract's order, for the text.
    pub(super) fn new(rule: Rule, values: &[Value<'static>]) -> Self {
        let text = match &rule {
            Rule::MinLength(length) => format!("must have at least {length} characters"),
            Rule::MaxLength(length) => format!("must have at most {length} characters"),
            Rule::Pattern { source, .. } => format!("must match the pattern {source}"),
            Rule::Minimum(bound) => format!("must be at least {bound}"),
            Rule::Maximum(bound) => format!("must be at most {bound}"),
            Rule::ExclusiveMinimum(bound) => format!("must be more than {bound}"),
            Rule::ExclusiveMaximum(bound) => format!("must be less than {bound}"),
            Rule::Enum(_) => choices_text(values),
        };
        Self { rule, text: text.into() }
    }

    /// Its name in the standard, such as `maximum`.
    pub fn name(&self) -> &'static str {
        match &self.rule {
            Rule::MinLength(_) => "minLength",
            Rule::MaxLength(_) => "maxLength",
            Rule::Pattern { .. } => "pattern",
            Rule::Minimum(_) => "minimum",
            Rule::Maximum(_) => "maximum",
            Rule::ExclusiveMinimum(_) => "exclusiveMinimum",
            Rule::ExclusiveMaximum(_) => "exclusiveMaximum",
            Rule::Enum(_) => "enum",
        }
    }

    /// Whether the value keeps it. A value that has no order with a bound breaks it.
    pub(super) fn holds(&self, value: &Value<'_>) -> bool {
        match &self.rule {
            Rule::MinLength(length) => characters(value) >= *length,
            Rule::MaxLength(length) => characters(value) <= *length,
            Rule::Pattern { whole, .. } => match value {
                Value::String(text) | Value::Any(text) => whole.is_match(text),
                _ => false,
            },
            Rule::Minimum(bound) => value.compare(bound).is_some_and(std::cmp::Ordering::is_ge),
            Rule::Maximum(bound) => value.compare(bound).is_some_and(std::cmp::Ordering::is_le),
            Rule::ExclusiveMinimum(bound) => {
                value.compare(bound).is_some_and(std::cmp::Ordering::is_gt)
            }
            Rule::ExclusiveMaximum(bound) => {
                value.compare(bound).is_some_and(std::cmp::Ordering::is_lt)
            }
            Rule::Enum(choices) => choices.contains(value),
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Unicode characters of a text.
fn characters(value: &Value<'_>) -> usize {
    match value {
        Value::String(text) | Value::Any(text) => text.chars().count(),
        _ => 0,
    }
}

fn choices_text(values: &[Value<'static>]) -> String {
    const SHOWN: usize = 12;
    let mut text = String::from("must be one of ");
    for (index, value) in values.iter().take(SHOWN).enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        // A write into a string cannot fail.
        let _ = write!(text, "{separator}{value}");
    }
    if values.len() > SHOWN {
        let _ = write!(text, " and {} more", values.len() - SHOWN);
    }
    text
}
