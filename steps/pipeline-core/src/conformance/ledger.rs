//! [`Ledger`](crate::ports::Ledger): one owner at a time, one run for all of them, and nothing done twice.

mod claims;
mod contention;
mod ends;
mod expected;
mod reruns;

#[allow(
    clippy::wildcard_imports,
    reason = "behaviours are listed in one place; Clippy minds only without tests"
)]
use self::{claims::*, contention::*, ends::*, reruns::*};

behaviours!(ledger, publish);
