//! Points in time, as far as a field tells them.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use contract::{Period, Value};

/// A day, month or year: the month and the day are 0 where they are not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment {
    year: i32,
    month: u32,
    day: u32,
}

impl Moment {
    pub(crate) fn of(value: &Value<'_>) -> Option<Self> {
        let day =
            |date: NaiveDate| Self { year: date.year(), month: date.month(), day: date.day() };
        match value {
            Value::Date(date) => Some(day(*date)),
            Value::DateTime(at) => Some(day(at.local.date())),
            Value::YearMonth { year, month } => Some(Self { year: *year, month: *month, day: 0 }),
            Value::Year(year) => Some(Self { year: *year, month: 0, day: 0 }),
            _ => None,
        }
    }

    /// The period that it lies in.
    pub(crate) fn period(self, by: Period) -> Self {
        match by {
            Period::Day => self,
            Period::Month => Self { day: 0, ..self },
            Period::Year => Self { month: 0, day: 0, ..self },
        }
    }
}

/// ISO 8601, as far as it is told.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        match (month, day) {
            (0, _) => write!(out, "{year:04}"),
            (_, 0) => write!(out, "{year:04}-{month:02}"),
            _ => write!(out, "{year:04}-{month:02}-{day:02}"),
        }
    }
}
