//! [`Ledger`]: one owner at a time, one run for all of them, and nothing done twice.

mod contention;

use chrono::TimeDelta;

use super::{
    assert_kind,
    samples::{claim, execution, results, start},
};
use crate::{
    error::ErrorKind,
    ports::{Claim, ClaimRequest, Ledger, LedgerRecord, LedgerState},
    run::{Outcome, Run},
};

pub use contention::{a_name_has_one_winner, of_many_claims_one_wins, of_many_take_overs_one_wins};

/// Claims and expects success. Gives the run, and whether it was adopted.
#[track_caller]
fn claimed(claim: Claim) -> (Run, bool) {
    match claim {
        Claim::Claimed { run, adopted } => (*run, adopted),
        Claim::Held(record) => {
            assert_eq!("claimed", format!("held by {}", record.owner.name));
            (record.run, false)
        }
    }
}

/// Claims and expects to be turned away. Gives the record that stood in the way.
#[track_caller]
fn held(claim: Claim) -> Option<LedgerRecord> {
    match claim {
        Claim::Held(record) => Some(*record),
        Claim::Claimed { .. } => {
            assert_eq!("held", "claimed");
            None
        }
    }
}

async fn record(ledger: &dyn Ledger, request: &ClaimRequest) -> LedgerRecord {
    ledger.get(&request.content_id).await.unwrap().unwrap()
}

async fn complete(ledger: &dyn Ledger, request: &ClaimRequest) {
    let results = results(&request.run);
    ledger.complete(&request.content_id, &request.owner, &results, start()).await.unwrap();
}

async fn fail(ledger: &dyn Ledger, request: &ClaimRequest) {
    let owner = &request.owner.id;
    assert!(ledger.fail(&request.content_id, owner, "InternalError", start()).await.unwrap());
}

/// The first claim of a content succeeds and the record says what it fixed.
pub async fn the_first_claim_fixes_the_run(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "größe 'a\" \u{1f4f1}.csv");
    assert_eq!(ledger.get(&first.content_id).await.unwrap(), None);

    let (run, adopted) = claimed(ledger.claim(&first).await.unwrap());

    assert_eq!((run, adopted), (first.run.clone(), false));
    let expected = LedgerRecord {
        content_id: first.content_id.clone(),
        state: LedgerState::InProgress,
        owner: first.owner.clone(),
        lease_expires_at: first.lease_expires_at,
        run: first.run.clone(),
        results: None,
        completed_at: None,
        error: None,
    };
    assert_eq!(record(ledger, &first).await, expected);
}

/// Another execution is turned away and shown the record, which stays as it is.
pub async fn a_live_claim_withstands_others(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    let before = record(ledger, &first).await;

    let mut second = claim(&execution("second"), "a.csv");
    second.now = first.lease_expires_at;
    second.dead_owner = Some(execution("somebody-else").id);
    let shown = held(ledger.claim(&second).await.unwrap());

    assert_eq!(shown.as_ref(), Some(&before));
    assert_eq!(record(ledger, &first).await, before);
}

/// A claim repeated by its owner succeeds, gives the run as first fixed, and renews the lease.
pub async fn a_repeated_claim_gets_the_same_answer(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());

    let mut again = first.clone();
    again.run.contract.sha256 = "1".repeat(64);
    again.lease_expires_at += TimeDelta::minutes(1);
    for rerun in [false, true] {
        again.rerun = rerun;
        let answer = claimed(ledger.claim(&again).await.unwrap());
        assert_eq!(answer, (first.run.clone(), false), "rerun {rerun}");
    }
    assert_eq!(record(ledger, &first).await.lease_expires_at, again.lease_expires_at);
}

/// A claim of one content says nothing about another.
pub async fn contents_are_claimed_apart(ledger: &dyn Ledger) {
    let one = claim(&execution("one"), "a.csv");
    let mut other = claim(&execution("other"), "a.csv");
    other.run.source.checksum = "crc64nvme:AAAAAAAAAAE=".into();
    other.content_id = crate::ports::ContentId::of(&other.run.source);

    claimed(ledger.claim(&one).await.unwrap());
    assert_eq!(claimed(ledger.claim(&other).await.unwrap()), (other.run.clone(), false));
    assert_eq!(record(ledger, &one).await.owner, one.owner);
}

/// Once the lease has lapsed, another execution may take over; it adopts the run.
pub async fn a_lapsed_claim_is_taken_over(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());

    let mut second = claim(&execution("second"), "a.csv");
    second.now = first.lease_expires_at + TimeDelta::milliseconds(1);
    second.lease_expires_at = second.now + TimeDelta::hours(1);
    second.rerun = true;
    assert_eq!(claimed(ledger.claim(&second).await.unwrap()), (first.run.clone(), true));

    let taken = record(ledger, &first).await;
    assert_eq!((taken.owner, taken.state), (second.owner.clone(), LedgerState::InProgress));
    assert_eq!(taken.lease_expires_at, second.lease_expires_at);
    // The retry of the take-over gets the same answer.
    assert_eq!(claimed(ledger.claim(&second).await.unwrap()), (first.run, true));
}

/// The claim of an owner that is proven dead is void at once, and only for that owner.
pub async fn a_dead_owners_claim_is_taken_over(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());

    let mut second = claim(&execution("second"), "a.csv");
    second.dead_owner = Some(first.owner.id.clone());
    assert_eq!(claimed(ledger.claim(&second).await.unwrap()), (first.run.clone(), true));

    let mut third = claim(&execution("third"), "a.csv");
    third.dead_owner = Some(first.owner.id.clone());
    let shown = held(ledger.claim(&third).await.unwrap()).unwrap();
    assert_eq!((shown.owner, shown.run), (second.owner, first.run));
}

/// An owner that was taken over can neither complete, nor fail, nor claim back.
pub async fn a_stale_owner_is_fenced(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    let mut second = claim(&execution("second"), "a.csv");
    second.dead_owner = Some(first.owner.id.clone());
    claimed(ledger.claim(&second).await.unwrap());
    let before = record(ledger, &first).await;

    let late = results(&first.run);
    let completion = ledger.complete(&first.content_id, &first.owner, &late, start()).await;
    assert_kind(completion, ErrorKind::PreconditionFailed);
    let failed = ledger.fail(&first.content_id, &first.owner.id, "InternalError", start()).await;
    assert!(!failed.unwrap());
    held(ledger.claim(&first).await.unwrap());

    assert_eq!(record(ledger, &first).await, before);
    complete(ledger, &second).await;
}

/// A completed record holds its results to the last digit and character.
pub async fn completion_is_kept(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    complete(ledger, &first).await;

    let record = record(ledger, &first).await;
    assert_eq!(record.state, LedgerState::Completed);
    assert_eq!(record.outcome(), Some(Outcome::Completed));
    assert_eq!(record.results, Some(results(&first.run)));
    assert_eq!(record.completed_at, Some(start()));
    assert_eq!(record.run, first.run);
}

/// A completion that its owner repeats succeeds and changes nothing; nobody else can complete.
pub async fn completion_is_final(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
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
pub async fn completion_needs_the_claim(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    let results = results(&first.run);
    let completion = ledger.complete(&first.content_id, &first.owner, &results, start()).await;
    assert_kind(completion, ErrorKind::PreconditionFailed);
    let failed = ledger.fail(&first.content_id, &first.owner.id, "InternalError", start()).await;
    assert!(!failed.unwrap());
    assert_eq!(ledger.get(&first.content_id).await.unwrap(), None);
}

/// An execution that failed and was redriven may complete, unless it was taken over meanwhile.
pub async fn a_redriven_execution_completes(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    fail(ledger, &first).await;
    complete(ledger, &first).await;
    let done = record(ledger, &first).await;
    assert_eq!((done.state, done.error), (LedgerState::Completed, None));

    let redriven = claim(&execution("redriven"), "b.csv");
    claimed(ledger.claim(&redriven).await.unwrap());
    fail(ledger, &redriven).await;
    claimed(ledger.claim(&claim(&execution("taker"), "b.csv")).await.unwrap());
    let results = results(&redriven.run);
    let late = ledger.complete(&redriven.content_id, &redriven.owner, &results, start()).await;
    assert_kind(late, ErrorKind::PreconditionFailed);
}

/// A completed record is never claimed without a rerun: not by others, not after its lease, not
/// because its owner is gone, and not by its owner.
pub async fn a_completed_record_withstands_claims(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    complete(ledger, &first).await;
    let before = record(ledger, &first).await;

    let mut second = claim(&execution("second"), "a.csv");
    second.now = first.lease_expires_at + TimeDelta::days(365);
    second.dead_owner = Some(first.owner.id.clone());
    assert_eq!(held(ledger.claim(&second).await.unwrap()).as_ref(), Some(&before));
    for rerun in [false, true] {
        let again = ClaimRequest { rerun, ..first.clone() };
        assert_eq!(held(ledger.claim(&again).await.unwrap()).as_ref(), Some(&before));
    }
    assert_eq!(record(ledger, &first).await, before);
}

/// A rerun of a completed record is a new run of the caller's own, and repeats like any claim.
pub async fn a_rerun_begins_a_new_run(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    complete(ledger, &first).await;

    let mut second = claim(&execution("second"), "a.csv");
    second.rerun = true;
    for _ in 0..2 {
        assert_eq!(claimed(ledger.claim(&second).await.unwrap()), (second.run.clone(), false));
    }
    let running = record(ledger, &second).await;
    assert_eq!((running.state, running.owner), (LedgerState::InProgress, second.owner.clone()));
    assert_eq!((running.results, running.completed_at), (None, None));
    complete(ledger, &second).await;
    assert_eq!(record(ledger, &second).await.run, second.run);
}

/// A claim that asks for a rerun and is repeated does not begin it twice: not even after another
/// execution has taken it over, and completed it or failed.
pub async fn a_rerun_is_begun_once(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    complete(ledger, &first).await;
    let mut second = claim(&execution("second"), "a.csv");
    second.rerun = true;
    claimed(ledger.claim(&second).await.unwrap());
    let mut third = claim(&execution("third"), "a.csv");
    third.dead_owner = Some(second.owner.id.clone());
    claimed(ledger.claim(&third).await.unwrap());

    fail(ledger, &third).await;
    let mut again = second.clone();
    again.run.contract.sha256 = "1".repeat(64);
    assert_eq!(claimed(ledger.claim(&again).await.unwrap()), (second.run.clone(), false));
    complete(ledger, &second).await;

    let mut fourth = claim(&execution("fourth"), "a.csv");
    fourth.rerun = true;
    claimed(ledger.claim(&fourth).await.unwrap());
    let mut fifth = claim(&execution("fifth"), "a.csv");
    fifth.dead_owner = Some(fourth.owner.id.clone());
    claimed(ledger.claim(&fifth).await.unwrap());
    complete(ledger, &fifth).await;
    let shown = held(ledger.claim(&fourth).await.unwrap()).unwrap();
    assert_eq!((shown.owner, shown.run), (fifth.owner, fourth.run));
}

/// A rerun waits like anybody else while another execution works.
pub async fn a_rerun_does_not_take_a_live_claim(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    let mut second = claim(&execution("second"), "a.csv");
    second.rerun = true;
    held(ledger.claim(&second).await.unwrap());
    assert_eq!(record(ledger, &first).await.owner, first.owner);
}

/// A failed run is free for any execution at once, which adopts it.
pub async fn a_failed_run_is_adopted(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    fail(ledger, &first).await;
    // Its own execution takes it up again without calling it adopted.
    assert_eq!(claimed(ledger.claim(&first).await.unwrap()), (first.run.clone(), false));
    fail(ledger, &first).await;

    let second = claim(&execution("second"), "a.csv");
    assert_eq!(claimed(ledger.claim(&second).await.unwrap()), (first.run.clone(), true));
    let running = record(ledger, &first).await;
    assert_eq!((running.state, running.error), (LedgerState::InProgress, None));
    fail(ledger, &second).await;

    let third = claim(&execution("third"), "a.csv");
    assert_eq!(claimed(ledger.claim(&third).await.unwrap()), (first.run, true));
}

/// With a rerun a failed run gives way to the caller's own.
pub async fn a_rerun_of_a_failed_run_begins_anew(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
    fail(ledger, &first).await;

    let mut second = claim(&execution("second"), "a.csv");
    second.rerun = true;
    assert_eq!(claimed(ledger.claim(&second).await.unwrap()), (second.run.clone(), false));
    fail(ledger, &second).await;
    assert_eq!(claimed(ledger.claim(&second).await.unwrap()), (second.run.clone(), false));
}

/// Only the owner's failure counts, only while the run is in progress, and it is told once.
pub async fn failure_is_fenced(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger.claim(&first).await.unwrap());
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

/// A record is found by the execution that owns it, whatever its state, and by no former owner.
pub async fn a_record_is_found_by_its_owner(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    assert_eq!(ledger.by_owner(&first.owner.id).await.unwrap(), None);
    claimed(ledger.claim(&first).await.unwrap());
    let found = ledger.by_owner(&first.owner.id).await.unwrap();
    assert_eq!(found, Some(record(ledger, &first).await));
    fail(ledger, &first).await;
    let found = ledger.by_owner(&first.owner.id).await.unwrap();
    assert_eq!(found, Some(record(ledger, &first).await));

    let second = claim(&execution("second"), "a.csv");
    claimed(ledger.claim(&second).await.unwrap());
    complete(ledger, &second).await;
    assert_eq!(ledger.by_owner(&first.owner.id).await.unwrap(), None);
    let found = ledger.by_owner(&second.owner.id).await.unwrap();
    assert_eq!(found, Some(record(ledger, &first).await));
}

/// A name belongs to the first run that reserves it, for ever.
pub async fn a_name_is_reserved_once(ledger: &dyn Ledger) {
    assert!(ledger.reserve_name("a/x_20241004_000000", "first").await.unwrap());
    assert!(!ledger.reserve_name("a/x_20241004_000000", "second").await.unwrap());
    assert!(ledger.reserve_name("a/x_20241004_000000", "first").await.unwrap());
    assert!(ledger.reserve_name("a/x_20241004_000001", "second").await.unwrap());
    assert!(ledger.reserve_name("a/X_20241004_000000", "second").await.unwrap());
}
