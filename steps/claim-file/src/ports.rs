//! The ports of the step.

use pipeline_core::ports::{Clock, EventBus, ExecutionProbe, Ledger, ObjectStore, SendLog};

/// What the step needs from the world.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The bucket.
    pub store: &'a dyn ObjectStore,
    /// The table of claims.
    pub ledger: &'a dyn Ledger,
    /// The marks of the mails: whether the report of a completed run is due.
    pub send_log: &'a dyn SendLog,
    /// Whether an owner still lives.
    pub executions: &'a dyn ExecutionProbe,
    /// Where domain events go.
    pub events: &'a dyn EventBus,
    /// The time, for leases and the manifest's `completed_at`.
    pub clock: &'a dyn Clock,
}
