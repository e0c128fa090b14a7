//! Time: real, or virtual for runs that must not wait.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;

/// What the time is, and how to wait: Wait states, retries and timeouts go through it.
pub trait Clock {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;

    /// Completes at `at`, or at once if that is past. Dropping the future cancels the timer.
    fn sleep_until(&self, at: DateTime<Utc>) -> LocalBoxFuture<'_, ()>;
}

/// The machine's clock; its timers need a Tokio runtime with time enabled.
#[derive(Debug, Default, Clone, Copy)]
pub struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> LocalBoxFuture<'_, ()> {
        Box::pin(async move {
            // A negative distance is a time already past.
            if let Ok(wait) = (at - Utc::now()).to_std() {
                tokio::time::sleep(wait).await;
            }
        })
    }
}

/// A clock that stands still while anything can run, and then jumps to the next timer.
///
/// Runs under [`VirtualClock::block_on`] take no real time and are the same every time.
#[derive(Debug)]
pub struct VirtualClock {
    now: Cell<DateTime<Utc>>,
    next_timer: Cell<u64>,
    /// By due time, then by the order in which they were set.
    timers: RefCell<BTreeMap<(DateTime<Utc>, u64), Waker>>,
}

/// Nothing can run and no timer is set, so the future would never complete: it waits for
/// something outside of virtual time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the execution waits for something that no virtual timer will bring")]
pub struct Stalled;

impl VirtualClock {
    /// A clock that starts at `start`.
    pub fn new(start: DateTime<Utc>) -> Self {
        Self { now: Cell::new(start), next_timer: Cell::new(0), timers: RefCell::default() }
    }

    /// Runs `future` to its end, moving the time forward whenever everything waits.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> Result<T, Stalled> {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return Ok(output);
            }
            if woken.0.swap(false, Ordering::SeqCst) {
                continue;
            }
            let due = self.timers.borrow_mut().pop_first();
            let Some(((at, _), timer)) = due else { return Err(Stalled) };
            self.now.set(self.now.get().max(at));
            timer.wake();
        }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> LocalBoxFuture<'_, ()> {
        let timer = self.next_timer.get();
        self.next_timer.set(timer + 1);
        Box::pin(VirtualSleep { clock: self, key: (at, timer) })
    }
}

struct VirtualSleep<'a> {
    clock: &'a VirtualClock,
    key: (DateTime<Utc>, u64),
}

impl Future for VirtualSleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.clock.now.get() >= self.key.0 {
            return Poll::Ready(());
        }
        self.clock.timers.borrow_mut().insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for VirtualSleep<'_> {
    fn drop(&mut self) {
        self.clock.timers.borrow_mut().remove(&self.key);
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use futures_util::future::{join, select};

    use super::*;

    #[test]
    fn time_jumps_to_the_earliest_timer() {
        let clock = VirtualClock::new(DateTime::UNIX_EPOCH);
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let order = RefCell::new(Vec::new());
        let wait = |seconds| {
            let (clock, order) = (&clock, &order);
            async move {
                clock.sleep_until(at(seconds)).await;
                order.borrow_mut().push((seconds, clock.now()));
            }
        };
        clock.block_on(join(wait(50), wait(7))).unwrap();
        assert_eq!(order.into_inner(), [(7, at(7)), (50, at(50))]);
    }

    #[test]
    fn a_dropped_timer_does_not_move_the_time() {
        let clock = VirtualClock::new(DateTime::UNIX_EPOCH);
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        clock
            .block_on(async {
                drop(select(clock.sleep_until(at(9)), clock.sleep_until(at(1))).await);
                clock.sleep_until(at(2)).await;
            })
            .unwrap();
        assert_eq!(clock.now(), at(2));
    }

    #[test]
    fn waiting_for_nothing_is_an_error() {
        let clock = VirtualClock::new(DateTime::UNIX_EPOCH);
        assert_eq!(clock.block_on(std::future::pending::<()>()), Err(Stalled));
    }
}
