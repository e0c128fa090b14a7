//! One execution while it runs: what every state of it shares.

use std::cell::RefCell;

use chrono::TimeDelta;

use super::context::Execution;
use super::journal::Journal;
use super::request::Environment;
use crate::random::Random;

/// One execution while it runs.
pub(super) struct Run<'a> {
    pub(super) environment: Environment<'a>,
    pub(super) journal: Journal<'a>,
    pub(super) execution: Execution,
    pub(super) random: Random,
    pub(super) last_state: RefCell<Option<String>>,
}

impl<'a> Run<'a> {
    pub(super) fn new(environment: Environment<'a>, execution: Execution, random: Random) -> Self {
        let journal = Journal::new(environment.clock, environment.observer);
        Self { environment, journal, execution, random, last_state: RefCell::default() }
    }

    /// The time `seconds` from now; `None` if that is beyond all calendars.
    pub(super) fn after(&self, seconds: u64) -> Option<chrono::DateTime<chrono::Utc>> {
        let delta = TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?;
        self.environment.clock.now().checked_add_signed(delta)
    }
}
