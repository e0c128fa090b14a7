//! The port that tells the time.

use chrono::{DateTime, Utc};

/// The time of day, for leases and durations. No output depends on it: those carry the run's start.
pub trait Clock: Send + Sync {
    /// Now. The machine's clock may be set back at any moment, so the difference of two readings can be
    /// negative.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
