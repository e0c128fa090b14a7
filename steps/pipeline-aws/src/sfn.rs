//! [`ExecutionProbe`] on Step Functions.

use async_trait::async_trait;
use aws_sdk_sfn::{
    Client, operation::describe_execution::DescribeExecutionError, types::ExecutionStatus,
};
use pipeline_core::{error::StepResult, ports::ExecutionProbe};

use crate::{Connection, fault::Fault, patience::Patience};

/// The executions of Standard state machines, by ARN.
#[derive(Debug, Clone)]
pub struct Executions {
    client: Client,
}

impl Executions {
    /// The executions of the connection's account and region.
    pub fn new(connection: &Connection) -> Self {
        Self { client: Client::new(&Patience::QUICK.config(connection)) }
    }
}

#[async_trait]
impl ExecutionProbe for Executions {
    /// Only an execution that has ended is proven not to run. One that Step Functions does not know
    /// may have started a moment ago, since `DescribeExecution` is eventually consistent. One with a
    /// status that is new to this program may be at work. Step Functions forgets an execution after 90
    /// days; its claim has lapsed by then.
    ///
    /// An execution that ended can be redriven later. It then has to claim again, or finds its
    /// completion fenced by the ledger.
    async fn is_running(&self, execution_id: &str) -> StepResult<bool> {
        match self.client.describe_execution().execution_arn(execution_id).send().await {
            Ok(execution) => Ok(!matches!(
                execution.status(),
                ExecutionStatus::Succeeded
                    | ExecutionStatus::Failed
                    | ExecutionStatus::TimedOut
                    | ExecutionStatus::Aborted
            )),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeExecutionError::is_execution_does_not_exist) =>
            {
                Ok(true)
            }
            Err(error) => Err(Fault::of("states:DescribeExecution", error)
                .into_error()
                .with("execution_id", execution_id)),
        }
    }
}
