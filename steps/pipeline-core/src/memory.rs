//! In-memory adapters of the ports, for tests of the steps. They keep the promises of the ports,
//! proven by the suites of [`mod@crate::conformance`], and let a test look inside.

mod analysis_store;
mod clock;
mod event_bus;
mod executions;
mod ledger;
mod mailer;
mod object_store;
mod text_model;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use analysis_store::MemoryAnalysisStore;
pub use clock::SettableClock;
pub use event_bus::RecordedEvents;
pub use executions::MemoryExecutions;
pub use ledger::{MemoryLedger, MemorySendLog};
pub use mailer::{MailAnswer, ScriptedMailer};
pub use object_store::MemoryStore;
pub use text_model::ScriptedModel;

/// A panic in one test thread must not hide behind a poisoned lock in another.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
