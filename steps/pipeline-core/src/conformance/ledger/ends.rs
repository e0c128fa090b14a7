//! How a run ends: completed, once and for all, or failed, until somebody takes it up.

use chrono::TimeDelta;

use super::expected::{claimed, complete, fail, first_claim, held, record};
use crate::{
    conformance::{
        assert_kind,
        samples::{claim, execution, results, start},
    },
    error::ErrorKind,
    ports::{ClaimRequest, Ledger, LedgerState},
    run::Outcome,
};

/// A completed record holds its results to the last digit and character.
pub(super) async fn completion_is_kept(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    complete(ledger, &first).await;

    let record = record(ledger, &first).await;
    assert_eq!(record.state, LedgerState::Completed);
    assert_eq!(record.outcome(), Some(Outcome::Completed));
    assert_eq!(record.results, Some(results(&first.run)));
    assert_eq!(record.completed_at, Some(start()));
    assert_eq!(record.run, first.run);
}

/// A completion that its owner repeats succeeds and changes nothing; nobody else can complete.
pub(super) async fn completion_is_final(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    complete(ledger, &first).await;
    let before = record(ledger, &first).await;

    let mut other = results(&first.run);
    other.outcome = Outcome::NoRecords;
    let later = start() + TimeDelta::hours(2);
    ledger.complete(&first.content_id, &first.owner, &other, later).await.unwrap();
    let stranger = execution("stranger");
    let completion = ledger.complete(&first.content_id, &stranger, &other, later).await;
    assert_kind(completion, ErrorKind::PreconditionFailed);
    assert!(!ledger.fail(&first.content_id, &first.owner.id, "Late", later).await.unwrap());

    assert_eq!(record(ledger, &first).await, before);
}

/// What was never claimed cannot be completed or failed.
pub(super) async fn completion_needs_the_claim(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    let results = results(&first.run);
    let completion = ledger.complete(&first.content_id, &first.owner, &results, start()).await;
    assert_kind(completion, ErrorKind::PreconditionFailed);
    let failed = ledger.fail(&first.content_id, &first.owner.id, "InternalError", start()).await;
    assert!(!failed.unwrap());
    assert_eq!(ledger.get(&first.content_id).await.unwrap(), None);
}

/// An execution that failed and was redriven may complete, unless it was taken over meanwhile.
pub(super) async fn a_redriven_execution_completes(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    fail(ledger, &first).await;
    complete(ledger, &first).await;
    let done = record(ledger, &first).await;
    assert_eq!((done.state, done.error), (LedgerState::Completed, None));

    let redriven = claim(&execution("redriven"), "b.csv");
    claimed(ledger, &redriven).await;
    fail(ledger, &redriven).await;
    claimed(ledger, &claim(&execution("taker"), "b.csv")).await;
    let results = results(&redriven.run);
    let late = ledger.complete(&redriven.content_id, &redriven.owner, &results, start()).await;
    assert_kind(late, ErrorKind::PreconditionFailed);
}

/// A completed record is never claimed without a rerun: not by others, not after its lease, not
/// because its owner is gone, and not by its owner.
pub(super) async fn a_completed_record_withstands_claims(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    complete(ledger, &first).await;
    let before = record(ledger, &first).await;

    let mut second = claim(&execution("second"), "a.csv");
    second.now = first.lease_expires_at + TimeDelta::days(365);
    second.dead_owner = Some(first.owner.id.clone());
    assert_eq!(held(ledger, &second).await, before);
    for rerun in [false, true] {
        let again = ClaimRequest { rerun, ..first.clone() };
        assert_eq!(held(ledger, &again).await, before);
    }
    assert_eq!(record(ledger, &first).await, before);
}

/// A failed run is free for any execution at once, which adopts it.
pub(super) async fn a_failed_run_is_adopted(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    fail(ledger, &first).await;
    // Its own execution takes it up again without calling it adopted.
    assert_eq!(claimed(ledger, &first).await, (first.run.clone(), false));
    fail(ledger, &first).await;

    let second = claim(&execution("second"), "a.csv");
    assert_eq!(claimed(ledger, &second).await, (first.run.clone(), true));
    let running = record(ledger, &first).await;
    assert_eq!((running.state, running.error), (LedgerState::InProgress, None));
    fail(ledger, &second).await;

    let third = claim(&execution("third"), "a.csv");
    assert_eq!(claimed(ledger, &third).await, (first.run, true));
}

/// Only the owner's failure counts, only while the run is in progress, and it is told once.
pub(super) async fn failure_is_fenced(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    let stranger = execution("stranger").id;
    assert!(!ledger.fail(&first.content_id, &stranger, "InternalError", start()).await.unwrap());
    assert_eq!(record(ledger, &first).await.state, LedgerState::InProgress);

    fail(ledger, &first).await;
    let failed = record(ledger, &first).await;
    assert_eq!(failed.state, LedgerState::Failed);
    assert_eq!(failed.error.as_deref(), Some("InternalError"));
    assert_eq!((failed.owner, failed.run), (first.owner.clone(), first.run.clone()));
    let again = ledger.fail(&first.content_id, &first.owner.id, "Other", start()).await;
    assert!(!again.unwrap());
}
