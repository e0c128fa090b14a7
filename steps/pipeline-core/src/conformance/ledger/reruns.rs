//! What a wish to run again does, and does not do.

use super::expected::{claimed, complete, fail, first_claim, held, record};
use crate::{
    conformance::samples::{claim, execution},
    ports::{ClaimRequest, Ledger, LedgerState},
};

/// A rerun of a completed record is a new run of the caller's own, and repeats like any claim.
pub(super) async fn a_rerun_begins_a_new_run(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    complete(ledger, &first).await;

    let second = ClaimRequest { rerun: true, ..claim(&execution("second"), "a.csv") };
    for _ in 0..2 {
        assert_eq!(claimed(ledger, &second).await, (second.run.clone(), false));
    }
    let running = record(ledger, &second).await;
    assert_eq!((running.state, running.owner), (LedgerState::InProgress, second.owner.clone()));
    assert_eq!((running.results, running.completed_at), (None, None));
    complete(ledger, &second).await;
    assert_eq!(record(ledger, &second).await.run, second.run);
}

/// A claim that asks for a rerun and is repeated does not begin it twice: not even after another
/// execution has taken it over, and completed it or failed.
pub(super) async fn a_rerun_is_begun_once(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    complete(ledger, &first).await;
    let second = ClaimRequest { rerun: true, ..claim(&execution("second"), "a.csv") };
    claimed(ledger, &second).await;
    let mut third = claim(&execution("third"), "a.csv");
    third.dead_owner = Some(second.owner.id.clone());
    claimed(ledger, &third).await;

    fail(ledger, &third).await;
    let mut again = second.clone();
    again.run.contract.sha256 = "1".repeat(64);
    assert_eq!(claimed(ledger, &again).await, (second.run.clone(), false));
    complete(ledger, &second).await;

    let fourth = ClaimRequest { rerun: true, ..claim(&execution("fourth"), "a.csv") };
    claimed(ledger, &fourth).await;
    let mut fifth = claim(&execution("fifth"), "a.csv");
    fifth.dead_owner = Some(fourth.owner.id.clone());
    claimed(ledger, &fifth).await;
    complete(ledger, &fifth).await;
    let shown = held(ledger, &fourth).await;
    assert_eq!((shown.owner, shown.run), (fifth.owner, fourth.run));
}

/// A rerun waits like anybody else while another execution works.
pub(super) async fn a_rerun_does_not_take_a_live_claim(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    let second = ClaimRequest { rerun: true, ..claim(&execution("second"), "a.csv") };
    held(ledger, &second).await;
    assert_eq!(record(ledger, &first).await.owner, first.owner);
}

/// With a rerun a failed run gives way to the caller's own.
pub(super) async fn a_rerun_of_a_failed_run_begins_anew(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    fail(ledger, &first).await;

    let second = ClaimRequest { rerun: true, ..claim(&execution("second"), "a.csv") };
    assert_eq!(claimed(ledger, &second).await, (second.run.clone(), false));
    fail(ledger, &second).await;
    assert_eq!(claimed(ledger, &second).await, (second.run.clone(), false));
}
