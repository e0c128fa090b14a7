//! The constraints of the standard: their names, which types have them, and whether a value keeps them.
//!
//! To add one, add its name to [`ConstraintName`]; the compiler leads to the rest.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt::{self, Write as _};

use regex::Regex;

use crate::field_type::FieldType;
use crate::named_enum;
use crate::types::value::Value;

named_enum! {
    /// The name of a constraint in the standard, in the order in which constraints are checked.
    pub enum ConstraintName {
        /// There must be a value.
        Required = "required",
        /// Each value is there once in a file.
        Unique = "unique",
        /// Characters at least.
        MinLength = "minLength",
        /// Characters at most.
        MaxLength = "maxLength",
        /// A regular expression that the whole value matches.
        Pattern = "pattern",
        /// The smallest value.
        Minimum = "minimum",
        /// The greatest value.
        Maximum = "maximum",
        /// What values are greater than.
        ExclusiveMinimum = "exclusiveMinimum",
        /// What values are smaller than.
        ExclusiveMaximum = "exclusiveMaximum",
        /// Every value that is allowed.
        Enum = "enum",
    }
}

impl ConstraintName {
    /// Whether a field of this type can have the constraint.
    pub const fn applies_to(self, field_type: FieldType) -> bool {
        match self {
            Self::Required | Self::Unique | Self::Enum => true,
            Self::MinLength | Self::MaxLength | Self::Pattern => {
                matches!(field_type, FieldType::String)
            }
            Self::Minimum | Self::Maximum | Self::ExclusiveMinimum | Self::ExclusiveMaximum => {
                field_type.has_order()
            }
        }
    }
}

/// A constraint that a value of a field can break. `Display` is the rule for people: `must be at most
/// 32`.
#[derive(Debug, Clone)]
pub struct Constraint {
    rule: Rule,
    text: Box<str>,
}

#[derive(Debug, Clone)]
pub(super) enum Rule {
    MinLength(usize),
    MaxLength(usize),
    Pattern {
        source: String,
        whole: Regex,
    },
    Minimum(Value<'static>),
    Maximum(Value<'static>),
    ExclusiveMinimum(Value<'static>),
    ExclusiveMaximum(Value<'static>),
    Enum {
        /// The choices for people, in the contract's order, which [`Choices`] may not keep.
        text: String,
        choices: Choices,
    },
}

/// The values of an `enum`. A few are compared one by one, many are looked up.
#[derive(Debug, Clone)]
pub(super) enum Choices {
    Few(Vec<Value<'static>>),
    Many(HashSet<Value<'static>>),
}

impl Choices {
    const FEW: usize = 8;

    fn new(values: Vec<Value<'static>>) -> Self {
        if values.len() <= Self::FEW {
            Self::Few(values)
        } else {
            Self::Many(values.into_iter().collect())
        }
    }

    fn contains<'v>(&'v self, value: &Value<'v>) -> bool {
        match self {
            Self::Few(values) => values.contains(value),
            Self::Many(values) => {
                let values: &HashSet<Value<'v>> = values;
                values.contains(value)
            }
        }
    }
}

impl Rule {
    /// The value is one of these, which are in the contract's order.
    pub(super) fn one_of(values: Vec<Value<'static>>) -> Self {
        Self::Enum { text: choices_text(&values), choices: Choices::new(values) }
    }
}

impl Constraint {
    pub(super) fn new(rule: Rule) -> Self {
        let text = match &rule {
            Rule::MinLength(length) => format!("must have at least {length} characters"),
            Rule::MaxLength(length) => format!("must have at most {length} characters"),
            Rule::Pattern { source, .. } => format!("must match the pattern {source}"),
            Rule::Minimum(bound) => format!("must be at least {bound}"),
            Rule::Maximum(bound) => format!("must be at most {bound}"),
            Rule::ExclusiveMinimum(bound) => format!("must be more than {bound}"),
            Rule::ExclusiveMaximum(bound) => format!("must be less than {bound}"),
            Rule::Enum { text, .. } => text.clone(),
        };
        Self { rule, text: text.into() }
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
            Rule::Minimum(bound) => value.compare(bound).is_some_and(Ordering::is_ge),
            Rule::Maximum(bound) => value.compare(bound).is_some_and(Ordering::is_le),
            Rule::ExclusiveMinimum(bound) => value.compare(bound).is_some_and(Ordering::is_gt),
            Rule::ExclusiveMaximum(bound) => value.compare(bound).is_some_and(Ordering::is_lt),
            Rule::Enum { choices, .. } => choices.contains(value),
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
