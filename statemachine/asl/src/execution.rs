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
mod result_writer;
mod retry;
mod scope;
mod task;
mod wait;

use std::cell::RefCell;
use std::future::{Future, pending};
use std::pin::pin;
use std::rc::Rc;

use chrono::TimeDelta;
use futures_util::future::{Either, select};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

use crate::clock::Clock;
use crate::definition::{StateMachine, Workflow};
use crate::failure::Failure;
use crate::functions::Functions;
use crate::history::{ErrorDetails, EventDetails, HistoryEvent, Observer, Truncation};
use crate::jsonata::SharedRandom;
use crate::objects::Objects;
use context::Execution;
use journal::Journal;
use scope::Frame;

/// What a machine runs on.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The functions that Task states call.
    pub functions: &'a dyn Functions,
    /// The time, and how to wait.
    pub clock: &'a dyn Clock,
    /// The objects that Map states read items from and write results to.
    pub objects: &'a dyn Objects,
    /// Who is told of each event as it happens.
    pub observer: &'a dyn Observer,
}

/// What to run a machine with.
#[derive(Debug, Clone)]
pub struct ExecutionRequest {
    /// The execution's name.
    pub name: String,
    /// Its input.
    pub input: Value,
    /// The machine's ARN, from which the execution's is made.
    pub state_machine_arn: String,
    /// The role's ARN, for `$states.context` and the history only.
    pub role_arn: String,
    /// How often the execution has been redriven.
    pub redrive_count: u64,
    /// What `$random`, `$uuid` and jitter start from; by default something new each time.
    pub seed: Option<u64>,
}

impl ExecutionRequest {
    /// An execution named `name` of the machine `state_machine_name`, in no account of anybody's.
    pub fn new(state_machine_name: &str, name: impl Into<String>, input: Value) -> Self {
        Self {
            name: name.into(),
            input,
            state_machine_arn: format!(
                "arn:aws:states:us-east-1:000000000000:stateMachine:{state_machine_name}"
            ),
            role_arn: "arn:aws:iam::000000000000:role/local".to_owned(),
            redrive_count: 0,
            seed: None,
        }
    }
}

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
    /// It was stopped from outside.
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
    /// [`Observer`] has seen them.
    pub events: Vec<HistoryEvent>,
    /// The state of the machine itself that it was in last: the one that ended it or failed.
    pub last_state: Option<String>,
}

/// Why an execution is stopped from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stop {
    /// An error's name to record.
    pub error: Option<String>,
    /// A cause to record.
    pub cause: Option<String>,
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
        self.run_until(request, environment, pending()).await
    }

    /// Runs the machine to its end, or until `stop` says that it must be aborted.
    pub async fn run_until(
        &self,
        request: &ExecutionRequest,
        environment: Environment<'_>,
        stop: impl Future<Output = Stop>,
    ) -> ExecutionResult {
        let seed = request.seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
        let random = Rc::new(RefCell::new(StdRng::seed_from_u64(seed)));
        let execution = Execution::new(request, environment.clock.now());
        let run = Run::new(environment, execution, random);
        let ended = run.start(&self.workflow, self.timeout_seconds, request.input.clone(), stop);
        let ended = ended.await;
        run.finish(ended)
    }
}

/// One execution while it runs.
struct Run<'a> {
    environment: Environment<'a>,
    journal: Journal<'a>,
    execution: Execution,
    random: SharedRandom,
    last_state: RefCell<Option<String>>,
}

enum Ended {
    Succeeded(Value),
    Failed(Failure),
    TimedOut,
    Aborted(Stop),
}

impl<'a> Run<'a> {
    fn new(environment: Environment<'a>, execution: Execution, random: SharedRandom) -> Self {
        let journal = Journal::new(environment.clock, environment.observer);
        Self { environment, journal, execution, random, last_state: RefCell::default() }
    }

    async fn start(
        &self,
        workflow: &Workflow,
        timeout_seconds: Option<u64>,
        input: Value,
        stop: impl Future<Output = Stop>,
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
        let out_of_time = pin!(async {
            match deadline {
                Some(deadline) => self.environment.clock.sleep_until(deadline).await,
                None => pending().await,
            }
        });
        let stop = pin!(stop);
        match select(work, select(out_of_time, stop)).await {
            Either::Left((ended, _)) => ended,
            Either::Right((Either::Left(_), _)) => Ended::TimedOut,
            Either::Right((Either::Right((stop, _)), _)) => Ended::Aborted(stop),
        }
    }

    fn finish(self, ended: Ended) -> ExecutionResult {
        let (status, output, error, cause) = match ended {
            Ended::Succeeded(output) => (Status::Succeeded, Some(output), None, None),
            Ended::Failed(failure) => (Status::Failed, None, failure.error, failure.cause),
            Ended::TimedOut => (Status::TimedOut, None, None, None),
            Ended::Aborted(stop) => (Status::Aborted, None, stop.error, stop.cause),
        };
        let details = ErrorDetails { error: error.clone(), cause: cause.clone() };
        let (event_type, details) = match (status, &output) {
            (Status::Succeeded, output) => {
                let output = output.as_ref().map(Value::to_string).unwrap_or_default();
                let output_details = Truncation::default();
                let details = EventDetails::ExecutionSucceeded { output, output_details };
                ("ExecutionSucceeded", details)
            }
            (Status::Failed, _) => ("ExecutionFailed", EventDetails::ExecutionFailed(details)),
            (Status::TimedOut, _) => {
                ("ExecutionTimedOut", EventDetails::ExecutionTimedOut(details))
            }
            (Status::Aborted, _) => ("ExecutionAborted", EventDetails::ExecutionAborted(details)),
        };
        self.journal.record_last(self.journal.last_id(), event_type, Some(details));
        let (events, last_state) = (self.journal.into_events(), self.last_state.into_inner());
        ExecutionResult { status, output, error, cause, events, last_state }
    }

    /// The time `seconds` from now; `None` if that is beyond all calendars.
    fn after(&self, seconds: u64) -> Option<chrono::DateTime<chrono::Utc>> {
        let delta = TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?;
        self.environment.clock.now().checked_add_signed(delta)
    }
}
