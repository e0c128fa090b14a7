//! [`Clock`]: the time of day, as it passes.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::ports::Clock;

behaviours!(clock, publish);

/// A clock beside another source of the same time.
#[async_trait]
pub trait Timed: Send + Sync {
    /// The clock.
    fn clock(&self) -> &dyn Clock;

    /// What time it is, not by the clock.
    fn time(&self) -> DateTime<Utc>;

    /// Lets at least so much time pass.
    async fn wait(&self, duration: TimeDelta);
}

/// The clock shows the time that it is.
async fn now_is_the_time(timed: &dyn Timed) {
    let (before, now, after) = (timed.time(), timed.clock().now(), timed.time());
    assert!(before <= now && now <= after, "{now} is not between {before} and {after}");
}

/// The clock goes on with the time.
async fn time_passes(timed: &dyn Timed) {
    const STEP: TimeDelta = TimeDelta::milliseconds(20);
    let before = timed.clock().now();
    timed.wait(STEP).await;
    // Half of it, since a machine may slow its clock down to set it.
    assert!(timed.clock().now() - before >= STEP / 2);
    now_is_the_time(timed).await;
}
