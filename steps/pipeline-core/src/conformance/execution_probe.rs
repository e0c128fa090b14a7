//! [`ExecutionProbe`]: only an execution that has ended does not run.

use async_trait::async_trait;

use crate::ports::ExecutionProbe;

behaviours!(execution_probe, publish);

/// A probe of executions that the suite starts and ends.
#[async_trait]
pub trait Lifecycle: Send + Sync {
    /// The probe.
    fn probe(&self) -> &dyn ExecutionProbe;

    /// Starts an execution of this name, and gives its id, which ends with the name.
    async fn start(&self, name: &str) -> String;

    /// Ends an execution that was started.
    async fn end(&self, execution_id: &str);
}

async fn is_running(executions: &dyn Lifecycle, execution_id: &str) -> bool {
    executions.probe().is_running(execution_id).await.unwrap()
}

/// From its start to its end an execution runs, and then no more.
async fn an_execution_runs_until_it_ends(executions: &dyn Lifecycle) {
    let id = executions.start("first").await;
    assert!(is_running(executions, &id).await);
    executions.end(&id).await;
    for _ in 0..2 {
        assert!(!is_running(executions, &id).await);
    }
}

/// The life of one execution says nothing about another.
async fn executions_are_told_apart(executions: &dyn Lifecycle) {
    let first = executions.start("first").await;
    let second = executions.start("second").await;
    executions.end(&first).await;
    assert!(!is_running(executions, &first).await);
    assert!(is_running(executions, &second).await);
    executions.start("third").await;
    assert!(!is_running(executions, &first).await);
}

/// Nothing is proven of an execution that the probe has not heard of: it may have just started.
async fn an_execution_that_is_not_known_may_run(executions: &dyn Lifecycle) {
    let known = executions.start("first").await;
    let unknown = format!("{known}-other");
    assert!(is_running(executions, &unknown).await);
    executions.end(&known).await;
    assert!(is_running(executions, &unknown).await);
}
