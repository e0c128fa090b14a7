//! Who owns a content: claims, take-overs, what is found and reserved.

use chrono::TimeDelta;

use super::expected::{claimed, complete, fail, first_claim, held, record};
use crate::{
    conformance::{
        assert_kind,
        samples::{claim, execution, results, start},
    },
    error::ErrorKind,
    ports::{Ledger, LedgerRecord, LedgerState},
};

/// The first claim of a content succeeds and the record says what it fixed.
pub(super) async fn the_first_claim_fixes_the_run(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "größe 'a\" \u{1f4f1}.csv");
    assert_eq!(ledger.get(&first.content_id).await.unwrap(), None);

    let (run, adopted) = claimed(ledger, &first).await;

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
pub(super) async fn a_live_claim_withstands_others(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    let before = record(ledger, &first).await;

    let mut second = claim(&execution("second"), "a.csv");
    second.now = first.lease_expires_at;
    second.dead_owner = Some(execution("somebody-else").id);
    let shown = held(ledger, &second).await;

    assert_eq!(shown, before);
    assert_eq!(record(ledger, &first).await, before);
}

/// A claim repeated by its owner succeeds, gives the run as first fixed, and renews the lease.
pub(super) async fn a_repeated_claim_gets_the_same_answer(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;

    let mut again = first.clone();
    again.run.contract.sha256 = "1".repeat(64);
    again.lease_expires_at += TimeDelta::minutes(1);
    for rerun in [false, true] {
        again.rerun = rerun;
        let answer = claimed(ledger, &again).await;
        assert_eq!(answer, (first.run.clone(), false), "rerun {rerun}");
    }
    assert_eq!(record(ledger, &first).await.lease_expires_at, again.lease_expires_at);
}

/// A claim of one content says nothing about another.
pub(super) async fn contents_are_claimed_apart(ledger: &dyn Ledger) {
    let one = claim(&execution("one"), "a.csv");
    let mut other = claim(&execution("other"), "a.csv");
    other.run.source.checksum = "crc64nvme:AAAAAAAAAAE=".into();
    other.content_id = crate::ports::ContentId::of(&other.run.source);

    claimed(ledger, &one).await;
    assert_eq!(claimed(ledger, &other).await, (other.run.clone(), false));
    assert_eq!(record(ledger, &one).await.owner, one.owner);
}

/// Once the lease has lapsed, another execution may take over; it adopts the run.
pub(super) async fn a_lapsed_claim_is_taken_over(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;

    let mut second = claim(&execution("second"), "a.csv");
    second.now = first.lease_expires_at + TimeDelta::milliseconds(1);
    second.lease_expires_at = second.now + TimeDelta::hours(1);
    second.rerun = true;
    assert_eq!(claimed(ledger, &second).await, (first.run.clone(), true));

    let taken = record(ledger, &first).await;
    assert_eq!((taken.owner, taken.state), (second.owner.clone(), LedgerState::InProgress));
    assert_eq!(taken.lease_expires_at, second.lease_expires_at);
    // The retry of the take-over gets the same answer.
    assert_eq!(claimed(ledger, &second).await, (first.run, true));
}

/// The claim of an owner that is proven dead is void at once, and only for that owner.
pub(super) async fn a_dead_owners_claim_is_taken_over(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;

    let mut second = claim(&execution("second"), "a.csv");
    second.dead_owner = Some(first.owner.id.clone());
    assert_eq!(claimed(ledger, &second).await, (first.run.clone(), true));

    let mut third = claim(&execution("third"), "a.csv");
    third.dead_owner = Some(first.owner.id.clone());
    let shown = held(ledger, &third).await;
    assert_eq!((shown.owner, shown.run), (second.owner, first.run));
}

/// An owner that was taken over can neither complete, nor fail, nor claim back.
pub(super) async fn a_stale_owner_is_fenced(ledger: &dyn Ledger) {
    let first = first_claim(ledger).await;
    let mut second = claim(&execution("second"), "a.csv");
    second.dead_owner = Some(first.owner.id.clone());
    claimed(ledger, &second).await;
    let before = record(ledger, &first).await;

    let late = results(&first.run);
    let completion = ledger.complete(&first.content_id, &first.owner, &late, start()).await;
    assert_kind(completion, ErrorKind::PreconditionFailed);
    let failed = ledger.fail(&first.content_id, &first.owner.id, "InternalError", start()).await;
    assert!(!failed.unwrap());
    held(ledger, &first).await;

    assert_eq!(record(ledger, &first).await, before);
    complete(ledger, &second).await;
}

/// A record is found by the execution that owns it, whatever its state, and by no former owner.
pub(super) async fn a_record_is_found_by_its_owner(ledger: &dyn Ledger) {
    let first = claim(&execution("first"), "a.csv");
    assert_eq!(ledger.by_owner(&first.owner.id).await.unwrap(), None);
    claimed(ledger, &first).await;
    let found = ledger.by_owner(&first.owner.id).await.unwrap();
    assert_eq!(found, Some(record(ledger, &first).await));
    fail(ledger, &first).await;
    let found = ledger.by_owner(&first.owner.id).await.unwrap();
    assert_eq!(found, Some(record(ledger, &first).await));

    let second = claim(&execution("second"), "a.csv");
    claimed(ledger, &second).await;
    complete(ledger, &second).await;
    assert_eq!(ledger.by_owner(&first.owner.id).await.unwrap(), None);
    let found = ledger.by_owner(&second.owner.id).await.unwrap();
    assert_eq!(found, Some(record(ledger, &first).await));
}

/// A name belongs to the first run that reserves it, for ever.
pub(super) async fn a_name_is_reserved_once(ledger: &dyn Ledger) {
    assert!(ledger.reserve_name("a/x_20241004_000000", "first").await.unwrap());
    assert!(!ledger.reserve_name("a/x_20241004_000000", "second").await.unwrap());
    assert!(ledger.reserve_name("a/x_20241004_000000", "first").await.unwrap());
    assert!(ledger.reserve_name("a/x_20241004_000001", "second").await.unwrap());
    assert!(ledger.reserve_name("a/X_20241004_000000", "second").await.unwrap());
}
