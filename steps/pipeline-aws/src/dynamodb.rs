//! [`Ledger`](pipeline_core::ports::Ledger), [`SendLog`](pipeline_core::ports::SendLog) and
//! [`AnalysisStore`](pipeline_core::ports::AnalysisStore) on `DynamoDB`, a table each.
//!
//! Ledger and send log are changed by optimistic locking: every item has a revision that nobody else
//! ever used, a change names the revision that it has seen, and a change that comes late is decided anew
//! on what stands there by then. The rules themselves are pipeline-core's.

mod analyses;
mod ledger;
mod revisions;
mod send_log;
mod table;

pub use analyses::AnalysesTable;
pub use ledger::LedgerTable;
pub use send_log::SendLogTable;
