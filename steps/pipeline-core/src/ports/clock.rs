//! The port that tells the time.

use chrono::{DateTime, Utc};

/// The time of day, for leases and durations. No output depends on it: those carry the run's start.
pub trait Clock: Send + Sync {
    /// Now. The machine's clock may be set back at any moment, so the difference of two readings can be
    /// negative.
    fn now(&self) -> DateTime<Utc>;

    /// Milliseconds from an earlier reading to now; 0 if the clock was set back in between.
    fn elapsed_ms(&self, since: DateTime<Utc>) -> u64 {
        u64::try_from((self.now() - since).num_milliseconds()).unwrap_or(0)
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
