//! How long to wait before which retry.

use std::time::Duration;

use crate::definition::Retrier;
use crate::failure::Failure;
use crate::random::Random;

/// The retries of one visit to a state. Each retrier counts for itself; the counts end with the
/// visit.
#[derive(Debug)]
pub(super) struct Retries<'a> {
    retriers: &'a [Retrier],
    used: Vec<u64>,
}

impl<'a> Retries<'a> {
    pub(super) fn new(retriers: &'a [Retrier]) -> Self {
        Self { retriers, used: vec![0; retriers.len()] }
    }

    /// How long to wait before trying again after `failure`, or `None` to give up. The first
    /// retrier that matches decides, also when it has no attempt left.
    pub(super) fn delay(&mut self, failure: &Failure, random: &Random) -> Option<Duration> {
        let index = self.retriers.iter().position(|r| failure.matches(&r.error_equals))?;
        let (retrier, used) = (self.retriers.get(index)?, self.used.get_mut(index)?);
        if *used >= retrier.max_attempts {
            return None;
        }
        let seconds = unjittered(retrier, *used);
        *used += 1;
        let seconds = if retrier.full_jitter { seconds * random.number() } else { seconds };
        Some(Duration::from_secs_f64(seconds))
    }
}

/// The delay in seconds after `used` retries; bounded, however fast it grows.
fn unjittered(retrier: &Retrier, used: u64) -> f64 {
    const MOST: f64 = 99_999_999.0;
    let exponent = i32::try_from(used).unwrap_or(i32::MAX);
    let grown = retrier.interval_seconds as f64 * retrier.backoff_rate.powi(exponent);
    let most = retrier.max_delay_seconds.map_or(MOST, |most| most as f64);
    // An overflow is infinite, and min of it is the bound.
    grown.min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retrier(error: &str) -> Retrier {
        Retrier {
            error_equals: vec![error.to_owned()],
            interval_seconds: 1,
            max_attempts: 3,
            backoff_rate: 2.0,
            max_delay_seconds: None,
            full_jitter: false,
        }
    }

    fn delays(retriers: &[Retrier], errors: &[&str]) -> Vec<Option<f64>> {
        let random = Random::seeded(3);
        let mut counts = Retries::new(retriers);
        let failures = errors.iter().map(|error| Failure::new(*error, ""));
        failures.map(|f| counts.delay(&f, &random).map(|delay| delay.as_secs_f64())).collect()
    }

    #[test]
    fn delays_grow_to_their_bound() {
        let r = retrier("E");
        assert_eq!(delays(&[r], &["E"; 4]), [Some(1.0), Some(2.0), Some(4.0), None]);
        let r = Retrier { max_delay_seconds: Some(3), backoff_rate: 1.5, ..retrier("E") };
        assert_eq!(delays(&[r], &["E"; 3]), [Some(1.0), Some(1.5), Some(2.25)]);
        let r = Retrier { max_attempts: 5000, backoff_rate: 1e300, ..retrier("E") };
        assert_eq!(delays(&[r], &["E"; 3])[2], Some(99_999_999.0));
        let r = Retrier { max_attempts: 0, ..retrier("E") };
        assert_eq!(delays(&[r], &["E"]), [None]);
    }

    #[test]
    fn each_retrier_counts_for_itself() {
        let both = [retrier("A"), Retrier { max_attempts: 1, ..retrier("B") }];
        let expect = [Some(1.0), Some(1.0), Some(2.0), None, Some(4.0)];
        assert_eq!(delays(&both, &["A", "B", "A", "B", "A"]), expect);
        assert_eq!(delays(&both, &["C"]), [None]);
    }

    #[test]
    fn full_jitter_stays_below_the_delay() {
        let r = Retrier { full_jitter: true, max_attempts: 20, backoff_rate: 1.0, ..retrier("E") };
        let jittered: Vec<f64> = delays(&[r], &["E"; 20]).into_iter().flatten().collect();
        assert!(jittered.iter().all(|seconds| (0.0..1.0).contains(seconds)), "{jittered:?}");
        assert!(jittered.windows(2).any(|pair| pair[0] < pair[1]), "{jittered:?}");
    }
}
