//! What the steps need from the world, as narrow traits. Adapters live in `pipeline-local` (a
//! folder, an embedded ledger, an outbox) and in the AWS crate.
//!
//! Each port has one behaviour suite in [`mod@crate::conformance`], which every adapter passes.

mod analysis_store;
mod clock;
mod event_bus;
mod execution_probe;
mod ledger;
mod mailer;
mod object_key;
mod object_store;
mod text_model;

pub use analysis_store::AnalysisStore;
pub use clock::{Clock, SystemClock};
pub use event_bus::EventBus;
pub use execution_probe::ExecutionProbe;
pub use ledger::{
    Claim, ClaimRequest, ContentId, Ledger, LedgerRecord, LedgerState, MAIL_DISABLED, SendLog,
    SendMark, SendState,
};
pub use mailer::{Mailer, RawEmail, SendError};
pub use object_key::key_fault;
pub use object_store::{
    Metadata, ObjectInfo, ObjectReader, ObjectStore, ObjectWriter, Publication, check_metadata,
    read_all,
};
pub use text_model::{ModelReply, ModelRequest, TextModel, ToolSpec};
