//! The port that tells whether an execution still runs.

use async_trait::async_trait;

use crate::error::StepResult;

/// Whether an execution still runs.
///
/// A claim is taken from an execution that does not, so a wrong "no" lets two write at once, while a wrong
/// "yes" only makes a file wait until the claim lapses.
#[async_trait]
pub trait ExecutionProbe: Send + Sync {
    /// False only if it is proven that the execution has ended, however long ago. True otherwise, also of
    /// an execution that is not known: it may have started a moment ago.
    async fn is_running(&self, execution_id: &str) -> StepResult<bool>;
}
