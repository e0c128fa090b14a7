//! A field of a contract: how a cell of its column is read and checked.

use std::borrow::Cow;
use std::sync::Arc;

use crate::constraint::Constraint;
use crate::field_type::FieldType;
use crate::number::Number;
use crate::types::boolean::Words;
use crate::types::numeric::Notation;
use crate::types::strptime::Pattern;
use crate::types::temporal;
use crate::types::text::TextFormat;
use crate::types::value::{Time, Value};

/// A field of a contract by its place. Only the contract makes them, so that no other number is taken for
/// one, and [`Contract::field`](crate::Contract::field) always finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldIndex(pub(super) usize);

impl FieldIndex {
    /// The place among [`Contract::fields`](crate::Contract::fields), from 0: for a table with an entry
    /// for each field.
    pub const fn position(self) -> usize {
        self.0
    }
}

/// A cell that is not of its field's type. `Display` is the rule that it breaks, for people: `is
/// not an integer`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TypeError(pub(super) Arc<str>);

/// A field: a column's name, and what its cells must be.
#[derive(Debug, Clone)]
pub struct Field {
    pub(super) name: String,
    pub(super) missing_values: Vec<String>,
    pub(super) reader: Reader,
    pub(super) type_error: TypeError,
    pub(super) required: bool,
    pub(super) unique: bool,
    pub(super) constraints: Vec<Constraint>,
}

impl Field {
    /// The column's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of its values.
    pub fn field_type(&self) -> FieldType {
        self.reader.field_type()
    }

    /// Whether a missing value is an error.
    pub fn required(&self) -> bool {
        self.required
    }

    /// Whether a value may be there only once in a file.
    pub fn unique(&self) -> bool {
        self.unique
    }

    /// Whether a cell is one of the missing values.
    pub fn is_missing(&self, cell: &str) -> bool {
        self.missing_values.iter().any(|missing| missing == cell)
    }

    /// The value of a cell; `None` if the cell [is missing](Self::is_missing).
    pub fn read<'a>(&self, cell: &'a str) -> Result<Option<Value<'a>>, TypeError> {
        if self.is_missing(cell) {
            return Ok(None);
        }
        match self.reader.read(cell) {
            Some(value) => Ok(Some(value)),
            None => Err(self.type_error.clone()),
        }
    }

    /// Hands every constraint that the value breaks to `broken`, in the order of
    /// [`ConstraintName`](crate::ConstraintName).
    pub fn check(&self, value: &Value<'_>, broken: &mut dyn FnMut(&Constraint)) {
        for constraint in &self.constraints {
            if !constraint.holds(value) {
                broken(constraint);
            }
        }
    }
}

/// How text becomes a value of the field's type and format.
#[derive(Debug, Clone)]
pub(super) enum Reader {
    String(TextFormat),
    Integer(Notation),
    Number(Notation),
    Boolean(Words),
    Date(Option<Pattern>),
    DateTime(Option<Pattern>),
    Time(Option<Pattern>),
    Year,
    YearMonth,
    Any,
}

impl Reader {
    pub(super) fn field_type(&self) -> FieldType {
        match self {
            Self::String(_) => FieldType::String,
            Self::Integer(_) => FieldType::Integer,
            Self::Number(_) => FieldType::Number,
            Self::Boolean(_) => FieldType::Boolean,
            Self::Date(_) => FieldType::Date,
            Self::DateTime(_) => FieldType::DateTime,
            Self::Time(_) => FieldType::Time,
            Self::Year => FieldType::Year,
            Self::YearMonth => FieldType::YearMonth,
            Self::Any => FieldType::Any,
        }
    }

    pub(super) fn read<'a>(&self, text: &'a str) -> Option<Value<'a>> {
        Some(match self {
            Self::String(format) => {
                format.accepts(text).then_some(Value::String(Cow::Borrowed(text)))?
            }
            Self::Integer(notation) => Value::Integer(notation.read(text, Number::parse_integer)?),
            Self::Number(notation) => Value::Number(notation.read(text, Number::parse)?),
            Self::Boolean(words) => Value::Boolean(words.read(text)?),
            Self::Date(None) => Value::Date(temporal::date(text)?),
            Self::Date(Some(pattern)) => Value::Date(pattern.read(text)?.local.date()),
            Self::DateTime(None) => Value::DateTime(temporal::datetime(text)?),
            Self::DateTime(Some(pattern)) => Value::DateTime(pattern.read(text)?),
            Self::Time(None) => Value::Time(temporal::time(text)?),
            Self::Time(Some(pattern)) => {
                let at = pattern.read(text)?;
                Value::Time(Time { local: at.local.time(), offset_seconds: at.offset_seconds })
            }
            Self::Year => Value::Year(temporal::year(text)?),
            Self::YearMonth => {
                let (year, month) = temporal::yearmonth(text)?;
                Value::YearMonth { year, month }
            }
            Self::Any => Value::Any(Cow::Borrowed(text)),
        })
    }
}
