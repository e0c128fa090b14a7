//! A clock that a test sets.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};

use super::lock;
use crate::ports::Clock;

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct SettableClock(Mutex<DateTime<Utc>>);

impl SettableClock {
    /// A clock that shows this time.
    pub fn at(time: DateTime<Utc>) -> Self {
        Self(Mutex::new(time))
    }

    /// Sets the time.
    pub fn set(&self, time: DateTime<Utc>) {
        *lock(&self.0) = time;
    }

    /// Moves the time on.
    pub fn advance(&self, by: TimeDelta) {
        *lock(&self.0) += by;
    }
}

impl Default for SettableClock {
    /// The start of the epoch.
    fn default() -> Self {
        Self::at(DateTime::UNIX_EPOCH)
    }
}

impl Clock for SettableClock {
    fn now(&self) -> DateTime<Utc> {
        *lock(&self.0)
    }
}
