//! Calls of a ledger, and the answers that a behaviour expects of them.

use crate::{
    conformance::samples::{claim, execution, results, start},
    ports::{Claim, ClaimRequest, Ledger, LedgerRecord},
    run::Run,
};

/// Claims, and expects success. Gives the run, and whether it was adopted.
pub(super) async fn claimed(ledger: &dyn Ledger, request: &ClaimRequest) -> (Run, bool) {
    match ledger.claim(request).await.unwrap() {
        Claim::Claimed { run, adopted } => (*run, adopted),
        Claim::Held(record) => panic!("held by {}", record.owner.name),
    }
}

/// Claims `a.csv` for a first execution, and gives what it asked for.
pub(super) async fn first_claim(ledger: &dyn Ledger) -> ClaimRequest {
    let first = claim(&execution("first"), "a.csv");
    claimed(ledger, &first).await;
    first
}

/// Claims, and expects to be turned away. Gives the record that stood in the way.
pub(super) async fn held(ledger: &dyn Ledger, request: &ClaimRequest) -> LedgerRecord {
    match ledger.claim(request).await.unwrap() {
        Claim::Held(record) => *record,
        Claim::Claimed { run, .. } => panic!("{} is claimed", run.correlation_id),
    }
}

pub(super) async fn record(ledger: &dyn Ledger, request: &ClaimRequest) -> LedgerRecord {
    ledger.get(&request.content_id).await.unwrap().unwrap()
}

pub(super) async fn complete(ledger: &dyn Ledger, request: &ClaimRequest) {
    let results = results(&request.run);
    ledger.complete(&request.content_id, &request.owner, &results, start()).await.unwrap();
}

pub(super) async fn fail(ledger: &dyn Ledger, request: &ClaimRequest) {
    let owner = &request.owner.id;
    assert!(ledger.fail(&request.content_id, owner, "InternalError", start()).await.unwrap());
}
