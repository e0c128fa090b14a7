//! Executions that a test starts and ends.

use std::{collections::BTreeSet, sync::Mutex};

use async_trait::async_trait;

use super::lock;
use crate::{error::StepResult, ports::ExecutionProbe};

/// Knows which executions have ended: those that a test has ended and not started again.
#[derive(Debug, Default)]
pub struct MemoryExecutions(Mutex<BTreeSet<String>>);

impl MemoryExecutions {
    /// From now on the execution runs, for the first time or by a redrive.
    pub fn start(&self, execution_id: &str) {
        lock(&self.0).remove(execution_id);
    }

    /// From now on it does not.
    pub fn end(&self, execution_id: &str) {
        lock(&self.0).insert(execution_id.to_owned());
    }
}

#[async_trait]
impl ExecutionProbe for MemoryExecutions {
    async fn is_running(&self, execution_id: &str) -> StepResult<bool> {
        Ok(!lock(&self.0).contains(execution_id))
    }
}
