//! Many at once: each contender is asked whether it won, and exactly one may say so.

use crate::{
    conformance::samples::{claim, execution, run},
    ports::{Claim, Ledger},
};

/// Whether this contender's claim of one content wins.
pub(super) async fn of_many_claims_one_wins(ledger: &dyn Ledger, contender: usize) -> bool {
    let request = claim(&execution(&format!("contender-{contender}")), "a.csv");
    match ledger.claim(&request).await.unwrap() {
        Claim::Claimed { run, adopted } => {
            assert_eq!((*run, adopted), (request.run, false));
            true
        }
        Claim::Held(record) => {
            assert_eq!(record.run.correlation_id, record.owner.name);
            false
        }
    }
}

/// Whether this contender takes over from a dead owner. Whoever comes first makes that owner.
pub(super) async fn of_many_take_overs_one_wins(ledger: &dyn Ledger, contender: usize) -> bool {
    let dead = execution("dead");
    ledger.claim(&claim(&dead, "a.csv")).await.unwrap();
    let mut request = claim(&execution(&format!("contender-{contender}")), "a.csv");
    request.dead_owner = Some(dead.id.clone());
    match ledger.claim(&request).await.unwrap() {
        Claim::Claimed { run: taken, adopted } => {
            assert_eq!((*taken, adopted), (run(&dead, "a.csv"), true));
            true
        }
        Claim::Held(_) => false,
    }
}

/// Whether this contender gets the name.
pub(super) async fn a_name_has_one_winner(ledger: &dyn Ledger, contender: usize) -> bool {
    ledger.reserve_name("a/x_20241004_000000", &format!("contender-{contender}")).await.unwrap()
}
