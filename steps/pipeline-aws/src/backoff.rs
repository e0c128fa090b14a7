//! How long to wait before a conflict is tried again.

use std::time::Duration;

/// Waits for a random time below 50 ms, doubled with each attempt, at most 1 s: writers that
/// met once should not meet again.
///
/// Source: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/> (full jitter)
pub(crate) async fn pause(attempt: u32) {
    let most_ms = 50_u64.saturating_mul(1 << attempt.min(5)).min(1_000);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(..most_ms))).await;
}
