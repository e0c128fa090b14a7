//! A cell's content as a value of its field's type.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use crate::number::Number;

/// A date and a time of day, with or without a zone.
#[derive(Debug, Clone, Copy)]
pub struct DateTime {
    /// As written.
    pub local: NaiveDateTime,
    /// Seconds east of UTC, if a zone was written.
    pub offset_seconds: Option<i32>,
}

/// A time of day, with or without a zone.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    /// As written.
    pub local: NaiveTime,
    /// Seconds east of UTC, if a zone was written.
    pub offset_seconds: Option<i32>,
}

/// A value of one of the field types.
///
/// Values of one field are compared with each other as what they mean: `01` and `1` are one
/// integer, `10:00+02:00` and `08:00Z` one time. Values with a zone and without one are never
/// equal and have no order, and neither do values of different types.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// Text as it stands.
    String(Cow<'a, str>),
    /// A whole number.
    Integer(Number),
    /// A decimal number.
    Number(Number),
    /// True or false.
    Boolean(bool),
    /// A day of the Gregorian calendar.
    Date(NaiveDate),
    /// A date and a time of day.
    DateTime(DateTime),
    /// A time of day.
    Time(Time),
    /// A calendar year.
    Year(i32),
    /// A calendar month.
    YearMonth {
        /// The calendar year.
        year: i32,
        /// From 1 to 12.
        month: u32,
    },
    /// Text of a field that has no type.
    Any(Cow<'a, str>),
}

/// What makes two values equal, in a form that can be compared, hashed and written.
enum Identity<'v> {
    Text(&'v str),
    Number(&'v Number),
    /// Whether there is a zone, and a whole quantity that orders the values of the type.
    Point {
        zoned: bool,
        at: i64,
    },
}

const MICROS: i64 = 1_000_000;

impl Value<'_> {
    fn identity(&self) -> (u8, Identity<'_>) {
        let point = |at| Identity::Point { zoned: false, at };
        match self {
            Self::String(text) => (1, Identity::Text(text)),
            Self::Any(text) => (2, Identity::Text(text)),
            Self::Integer(number) => (3, Identity::Number(number)),
            Self::Number(number) => (4, Identity::Number(number)),
            Self::Boolean(value) => (5, point((*value).into())),
            Self::Date(date) => (6, point(date.num_days_from_ce().into())),
            Self::DateTime(value) => {
                let offset = i64::from(value.offset_seconds.unwrap_or(0)) * MICROS;
                let at = value.local.and_utc().timestamp_micros() - offset;
                (7, Identity::Point { zoned: value.offset_seconds.is_some(), at })
            }
            Self::Time(value) => {
                let seconds = i64::from(value.local.num_seconds_from_midnight())
                    - i64::from(value.offset_seconds.unwrap_or(0));
                let at = seconds * MICROS + i64::from(value.local.nanosecond() / 1000);
                (8, Identity::Point { zoned: value.offset_seconds.is_some(), at })
            }
            Self::Year(year) => (9, point((*year).into())),
            Self::YearMonth { year, month } => {
                (10, point(i64::from(*year) * 12 + i64::from(*month)))
            }
        }
    }

    /// Appends bytes that are the same for equal values and different for others. They delimit
    /// themselves: keys that are appended one after the other are equal only if each of them is.
    pub fn write_key(&self, out: &mut Vec<u8>) {
        let (tag, identity) = self.identity();
        out.push(tag);
        match identity {
            Identity::Text(text) => {
                out.extend_from_slice(&(text.len() as u64).to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            Identity::Number(number) => number.write_key(out),
            Identity::Point { zoned, at } => {
                out.push(zoned.into());
                out.extend_from_slice(&at.to_be_bytes());
            }
        }
    }

    /// The order of two values of one type, if they have one.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        let ((tag, left), (other_tag, right)) = (self.identity(), other.identity());
        if tag != other_tag {
            return None;
        }
        match (left, right) {
            (Identity::Text(left), Identity::Text(right)) => Some(left.cmp(right)),
            (Identity::Number(left), Identity::Number(right)) => Some(left.cmp(right)),
            (
                Identity::Point { zoned: left_zoned, at: left },
                Identity::Point { zoned: right_zoned, at: right },
            ) if left_zoned == right_zoned => Some(left.cmp(&right)),
            _ => None,
        }
    }

    /// The number of a numeric value.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Integer(number) | Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The same value, owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Self::Any(text) => Value::Any(Cow::Owned(text.into_owned())),
            Self::Integer(number) => Value::Integer(number),
            Self::Number(number) => Value::Number(number),
            Self::Boolean(value) => Value::Boolean(value),
            Self::Date(date) => Value::Date(date),
            Self::DateTime(value) => Value::DateTime(value),
            Self::Time(value) => Value::Time(value),
            Self::Year(year) => Value::Year(year),
            Self::YearMonth { year, month } => Value::YearMonth { year, month },
        }
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other) == Some(Ordering::Equal)
    }
}

impl Eq for Value<'_> {}

impl Hash for Value<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (tag, identity) = self.identity();
        tag.hash(state);
        match identity {
            Identity::Text(text) => text.hash(state),
            Identity::Number(number) => number.hash(state),
            Identity::Point { zoned, at } => (zoned, at).hash(state),
        }
    }
}

/// The value in the notation of the standard's default formats.
impl fmt::Display for Value<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) | Self::Any(text) => out.write_str(text),
            Self::Integer(number) | Self::Number(number) => number.fmt(out),
            Self::Boolean(value) => value.fmt(out),
            Self::Date(date) => write!(out, "{date:?}"),
            Self::DateTime(value) => {
                write!(out, "{:?}", value.local)?;
                write_offset(value.offset_seconds, out)
            }
            Self::Time(value) => {
                write!(out, "{:?}", value.local)?;
                write_offset(value.offset_seconds, out)
            }
            Self::Year(year) => write!(out, "{year:04}"),
            Self::YearMonth { year, month } => write!(out, "{year:04}-{month:02}"),
        }
    }
}

fn write_offset(offset_seconds: Option<i32>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(offset) = offset_seconds else { return Ok(()) };
    if offset == 0 {
        return out.write_str("Z");
    }
    let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    write!(out, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
    match seconds % 60 {
        0 => Ok(()),
        rest => write!(out, ":{rest:02}"),
    }
}
