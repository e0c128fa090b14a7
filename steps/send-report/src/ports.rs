//! What the step needs from the world.

use pipeline_core::ports::{AnalysisStore, Clock, Mailer, ObjectStore, SendLog};

/// What the step needs from the world.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Where facts, analysis, manifest and rejected rows are read, and the report is written.
    pub store: &'a dyn ObjectStore,
    /// The marks that make a mail go out at most once.
    pub send_log: &'a dyn SendLog,
    /// Where it is noted that the report about an analysis was sent.
    pub analyses: &'a dyn AnalysisStore,
    /// Sends mail; `None` where mail is switched off.
    pub mailer: Option<&'a dyn Mailer>,
    /// For the times of the marks only: a report carries the run's start.
    pub clock: &'a dyn Clock,
}
