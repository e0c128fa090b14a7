//! [`Ledger`]: one owner at a time, one run for all of them, and nothing done twice.

mod claims;
mod contention;
mod ends;
mod reruns;

#[allow(
    clippy::wildcard_imports,
    reason = "behaviours are listed in one place; Clippy minds only without tests"
)]
use self::{claims::*, contention::*, ends::*, reruns::*};
use super::samples::{results, start};
use crate::{
    ports::{Claim, ClaimRequest, Ledger, LedgerRecord},
    run::Run,
};

behaviours!(ledger, publish);

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
