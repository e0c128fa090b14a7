//! Runs a state machine.

mod choice;
mod context;
mod distributed;
mod flow;
mod item_reader;
mod items;
mod journal;
mod limits;
mod map;
mod parallel;
mod request;
mod result_writer;
mod retry;
mod run;
mod scope;
mod task;
mod wait;

use std::pin::pin;

use futures_util::future::{Either, select};
use serde_json::Value;

use crate::definition::{StateMachine, Workflow};
use crate::failure::Failure;
use crate::history::{ErrorDetails, EventDetails, HistoryEvent, Truncation};
use crate::random::Random;
use context::Execution;
use run::Run;
use scope::Frame;

pub use request::{Environment, ExecutionRequest};

/// How an execution ended, as `DescribeExecution` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It reached its end.
    Succeeded,
    /// A state failed and nothing caught it.
    Failed,
    /// It ran longer than the machine's `TimeoutSeconds`.
    TimedOut,
    /// It was stopped before its end.
    Aborted,
}

/// The outcome of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionResult {
    /// How it ended.
    pub status: Status,
    /// The output, if it succeeded.
    pub output: Option<Value>,
    /// The error's name, if it failed and has one.
    pub error: Option<String>,
    /// The error's cause, if it failed and has one.
    pub cause: Option<String>,
    /// Its whole history. Payloads beyond 64 MiB in all are left out of it ([`Truncation`]); an
    /// [`Observer`](crate::Observer) has seen them.
    pub events: Vec<HistoryEvent>,
    /// The state of the machine itself that it was in last: the one that ended it or failed.
    pub last_state: Option<String>,
}

impl StateMachine {
    /// Runs the machine to its end.
    ///
    /// An execution that fails is a result like any other: see [`ExecutionResult::status`].
    /// Dropping the future stops it where it is, with no further event.
    pub async fn run(
        &self,
        request: &ExecutionRequest,
        environment: Environment<'_>,
    ) -> ExecutionResult {
        let seed = request.seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
        let execution = Execution::new(request, environment.clock.now());
        let run = Run::new(environment, execution, Random::seeded(seed));
        let ended = run.start(&self.workflow, self.timeout_seconds, request.input.clone());
        let ended = ended.await;
        run.finish(ended)
    }
}

enum Ended {
    Succeeded(Value),
    Failed(Failure),
    TimedOut,
}

impl Run<'_> {
    async fn start(
        &self,
        workflow: &Workflow,
        timeout_seconds: Option<u64>,
        input: Value,
    ) -> Ended {
        let started = EventDetails::ExecutionStarted {
            input: input.to_string(),
            input_details: Truncation::default(),
            role_arn: self.execution.role_arn.clone(),
        };
        self.journal.record_last(0, "ExecutionStarted", Some(started));
        if !limits::is_within(&input) {
            return Ended::Failed(Failure::data_limit(&self.execution.name));
        }
        let deadline = timeout_seconds.and_then(|seconds| self.after(seconds));
        let frame = Frame::outermost();
        let work = pin!(async {
            match self.run_workflow(workflow, input, &frame).await {
                Ok(output) => Ended::Succeeded(output),
                Err(failure) => Ended::Failed(failure),
            }
        });
        let Some(deadline) = deadline else { return work.await };
        match select(work, self.environment.clock.sleep_until(deadline)).await {
            Either::Left((ended, _)) => ended,
            Either::Right(_) => Ended::TimedOut,
        }
    }

    fn finish(self, ended: Ended) -> ExecutionResult {
        let (status, output, failure) = match ended {
            Ended::Succeeded(output) => (Status::Succeeded, Some(output), None),
            Ended::Failed(failure) => (Status::Failed, None, Some(failure)),
            Ended::TimedOut => (Status::TimedOut, None, None),
        };
        let (error, cause) = failure.map_or((None, None), Failure::into_error_and_cause);
        let (event_type, details) = if let Some(output) = &output {
            let (output, output_details) = (output.to_string(), Truncation::default());
            let details = EventDetails::ExecutionSucceeded { output, output_details };
            ("ExecutionSucceeded", details)
        } else {
            let details = ErrorDetails { error: error.clone(), cause: cause.clone() };
            if status == Status::TimedOut {
                ("ExecutionTimedOut", EventDetails::ExecutionTimedOut(details))
            } else {
                ("ExecutionFailed", EventDetails::ExecutionFailed(details))
            }
        };
        self.journal.record_last(self.journal.last_id(), event_type, Some(details));
        let (events, last_state) = (self.journal.into_events(), self.last_state.into_inner());
        ExecutionResult { status, output, error, cause, events, last_state }
    }
}
