//! From state to state: entry, attempts, retry, catch, exit.

use std::cell::Cell;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};

use super::context::{MapItem, StateContext};
use super::journal::Opened;
use super::limits;
use super::retry::Retries;
use super::run::Run;
use super::scope::Frame;
use crate::definition::{Kind, State, Workflow};
use crate::failure::{Failure, QUERY_EVALUATION_ERROR};
use crate::history::{EventDetails, Truncation};
use crate::jsonata::Bindings;
use crate::template::{EvaluationError, Template};

/// One visit to a state, from its entry to its exit, with all attempts in between.
pub(super) struct Visit<'a> {
    pub(super) state: &'a State,
    pub(super) frame: &'a Frame,
    pub(super) input: Value,
    /// The event of its entry.
    pub(super) entered: u64,
    entered_time: DateTime<Utc>,
    pub(super) retry_count: Cell<u32>,
}

/// What some expressions see besides the input, the context and the variables.
#[derive(Default, Clone, Copy)]
pub(super) struct ExtraBindings<'a> {
    pub(super) result: Option<&'a Value>,
    pub(super) error_output: Option<&'a Value>,
    /// The item that an `ItemSelector` is at.
    pub(super) item: Option<&'a MapItem>,
}

/// How a state is left.
pub(super) struct Exit<'a> {
    next: Option<&'a str>,
    output: Value,
    variables: Option<Map<String, Value>>,
}

/// The part of a definition that says how a state is left: the state's own, or that of the
/// choice rule or catcher that decides.
pub(super) struct Transition<'a> {
    pub(super) assign: Option<&'a Template>,
    pub(super) output: Option<&'a Template>,
    pub(super) next: Option<&'a str>,
    /// Where it stands in the state: `Catch[0]/`.
    pub(super) path: String,
}

impl<'a> Transition<'a> {
    pub(super) fn of_state(state: &'a State) -> Self {
        Self {
            assign: state.assign.as_ref(),
            output: state.output.as_ref(),
            next: state.next.as_deref(),
            path: String::new(),
        }
    }
}

impl Run<'_> {
    /// Runs the states of `workflow` from its first to one that ends it.
    pub(super) fn run_workflow<'f>(
        &'f self,
        workflow: &'f Workflow,
        input: Value,
        frame: &'f Frame,
    ) -> LocalBoxFuture<'f, Result<Value, Failure>> {
        Box::pin(async move {
            let (mut name, mut input) = (workflow.start_at.as_str(), input);
            loop {
                // Definitions with a missing state are not parsed.
                let state = workflow
                    .states
                    .get(name)
                    .ok_or_else(|| Failure::runtime(format!("There is no state '{name}'")))?;
                if frame.within.is_empty() {
                    self.last_state.replace(Some(name.to_owned()));
                }
                let exit = self.visit(state, input, frame).await?;
                match exit.next {
                    Some(next) => (name, input) = (next, exit.output),
                    None => return Ok(exit.output),
                }
            }
        })
    }

    async fn visit<'s>(
        &self,
        state: &'s State,
        input: Value,
        frame: &'s Frame,
    ) -> Result<Exit<'s>, Failure> {
        let kind = state.kind.type_name();
        frame.cursor.mark_decision();
        let details = EventDetails::StateEntered {
            name: state.name.clone(),
            input: input.to_string(),
            input_details: Truncation::default(),
        };
        let entered =
            self.journal.record(&frame.cursor, format!("{kind}StateEntered"), Some(details))?;
        self.journal.open(entered, &frame.within, &frame.cursor, Opened::State(kind));
        let visit = Visit {
            state,
            frame,
            input,
            entered,
            entered_time: self.environment.clock.now(),
            retry_count: Cell::new(0),
        };
        let exit = self.attempts(&visit).await?;
        self.journal.close(entered);
        self.exited(&visit, exit)
    }

    async fn attempts<'s>(&self, visit: &Visit<'s>) -> Result<Exit<'s>, Failure> {
        let mut retries = Retries::new(&visit.state.retry);
        loop {
            let failure = match self.attempt(visit).await {
                Ok(exit) => return Ok(exit),
                Err(failure) => failure,
            };
            let Some(delay) = retries.delay(&failure, &self.random) else {
                return self.catch(visit, failure);
            };
            visit.retry_count.set(visit.retry_count.get() + 1);
            let delay = TimeDelta::from_std(delay).unwrap_or(TimeDelta::MAX);
            let clock = self.environment.clock;
            if let Some(at) = clock.now().checked_add_signed(delay) {
                clock.sleep_until(at).await;
            }
            visit.frame.cursor.mark_decision();
        }
    }

    async fn attempt<'s>(&self, visit: &Visit<'s>) -> Result<Exit<'s>, Failure> {
        let state = visit.state;
        let result = match &state.kind {
            Kind::Pass | Kind::Succeed => None,
            Kind::Fail { error, cause } => {
                return Err(self.fail(visit, error.as_ref(), cause.as_ref())?);
            }
            Kind::Choice { rules, default } => {
                return self.choose(visit, rules, default.as_deref());
            }
            Kind::Wait(wait) => {
                self.wait(visit, wait).await?;
                None
            }
            Kind::Task(task) => Some(self.task(visit, task).await?),
            Kind::Parallel(parallel) => Some(self.parallel(visit, parallel).await?),
            Kind::Map(map) => Some(self.map(visit, map).await?),
        };
        let exit = self.exit(
            visit,
            &Transition::of_state(state),
            ExtraBindings { result: result.as_ref(), ..ExtraBindings::default() },
        )?;
        Ok(exit.unwrap_or_output(result, &visit.input))
    }

    /// The failure of a Fail state.
    fn fail(
        &self,
        visit: &Visit<'_>,
        error: Option<&Template>,
        cause: Option<&Template>,
    ) -> Result<Failure, Failure> {
        self.evaluating(visit, ExtraBindings::default(), |bindings| {
            let text = |template: Option<&Template>, location| {
                let value = template.map(|template| {
                    template.evaluate_as(location, "string", bindings, |value| {
                        value.as_str().map(str::to_owned)
                    })
                });
                value.transpose()
            };
            Ok(Failure::of(text(error, "Error")?, text(cause, "Cause")?))
        })
    }

    fn catch<'s>(&self, visit: &Visit<'s>, failure: Failure) -> Result<Exit<'s>, Failure> {
        let mut catchers = visit.state.catch.iter().enumerate();
        let Some((index, catcher)) = catchers.find(|(_, c)| failure.matches(&c.error_equals))
        else {
            return Err(failure);
        };
        visit.frame.cursor.mark_decision();
        let transition = Transition {
            assign: catcher.assign.as_ref(),
            output: catcher.output.as_ref(),
            next: Some(&catcher.next),
            path: format!("Catch[{index}]/"),
        };
        let error_output = failure.error_output();
        let extra = ExtraBindings { error_output: Some(&error_output), ..ExtraBindings::default() };
        let exit = self.exit(visit, &transition, extra)?;
        Ok(exit.unwrap_or_output(Some(error_output), &visit.input))
    }

    /// Evaluates Assign and Output of `transition`, neither of which sees what the other does.
    pub(super) fn exit<'s>(
        &self,
        visit: &Visit<'s>,
        transition: &Transition<'s>,
        extra: ExtraBindings<'_>,
    ) -> Result<PartialExit<'s>, Failure> {
        let (variables, output) = self.evaluating(visit, extra, |bindings| {
            let evaluate = |template: Option<&Template>, field: &str| {
                let location = format!("{}{field}", transition.path);
                template.map(|template| template.evaluate(&location, bindings)).transpose()
            };
            Ok((evaluate(transition.assign, "Assign")?, evaluate(transition.output, "Output")?))
        })?;
        for value in [&variables, &output].into_iter().flatten() {
            if !limits::is_within(value) {
                return Err(Failure::data_limit(&visit.state.name));
            }
        }
        let variables = match variables {
            Some(Value::Object(variables)) => Some(variables),
            _ => None,
        };
        Ok(PartialExit { next: transition.next, output, variables })
    }

    fn exited<'s>(&self, visit: &Visit<'s>, exit: Exit<'s>) -> Result<Exit<'s>, Failure> {
        let assigned_variables = exit.variables.as_ref().map(|variables| {
            let texts = variables.iter().map(|(name, value)| (name.clone(), value.to_string()));
            texts.collect::<BTreeMap<_, _>>()
        });
        let details = EventDetails::StateExited {
            name: visit.state.name.clone(),
            output: exit.output.to_string(),
            output_details: Truncation::default(),
            assigned_variables_details: assigned_variables.as_ref().map(|_| Truncation::default()),
            assigned_variables,
        };
        let event_type = format!("{}StateExited", visit.state.kind.type_name());
        let cursor = &visit.frame.cursor;
        // The end of a Parallel or Map and its exit both follow from the last thing inside.
        let previous = match visit.state.kind {
            Kind::Parallel(_) | Kind::Map(_) => cursor.decision.get(),
            _ => cursor.previous.get(),
        };
        cursor.previous.set(self.journal.record_after(previous, event_type, Some(details))?);
        visit.frame.scope.assign(exit.variables.clone().unwrap_or_default());
        Ok(exit)
    }

    /// Evaluates expressions of the state; a failure is recorded, and becomes the state's.
    pub(super) fn evaluating<T>(
        &self,
        visit: &Visit<'_>,
        extra: ExtraBindings<'_>,
        evaluate: impl FnOnce(&Bindings<'_>) -> Result<T, EvaluationError>,
    ) -> Result<T, Failure> {
        let context = StateContext {
            name: &visit.state.name,
            entered_time: visit.entered_time,
            retry_count: visit.retry_count.get(),
        };
        let item = extra.item.or(visit.frame.item.as_ref());
        let states = || {
            let mut states = json!({ "input": visit.input });
            if let Some(result) = extra.result {
                states["result"] = result.clone();
            }
            if let Some(error_output) = extra.error_output {
                states["errorOutput"] = error_output.clone();
            }
            states["context"] = self.execution.context(&context, item);
            states
        };
        let variable = |name: &str| visit.frame.scope.get(name);
        let random = self.random.clone();
        let now = self.environment.clock.now();
        let bindings = Bindings::new(&states, &variable, random, now);
        evaluate(&bindings).map_err(|error| self.evaluation_failed(visit, error))
    }

    /// Records that an evaluation failed; what to fail the state with.
    pub(super) fn evaluation_failed(&self, visit: &Visit<'_>, error: EvaluationError) -> Failure {
        let failure = Failure::new(QUERY_EVALUATION_ERROR, visit.cause(&error.message));
        let details = EventDetails::EvaluationFailed {
            error: QUERY_EVALUATION_ERROR.to_owned(),
            cause: failure.cause().unwrap_or_default().to_owned(),
            state: visit.state.name.clone(),
            location: error.location,
        };
        let cursor = &visit.frame.cursor;
        match self.journal.record_after(cursor.decision.get(), "EvaluationFailed", Some(details)) {
            Ok(id) => cursor.previous.set(id),
            Err(full) => return full,
        }
        failure
    }
}

impl Visit<'_> {
    /// `message` in AWS's words about where it happened.
    pub(super) fn cause(&self, message: &str) -> String {
        format!(
            "An error occurred while executing the state '{}' (entered at the event id #{}). \
             {message}",
            self.state.name, self.entered
        )
    }
}

/// An exit whose output is the definition's, if that says one.
pub(super) struct PartialExit<'a> {
    next: Option<&'a str>,
    output: Option<Value>,
    variables: Option<Map<String, Value>>,
}

impl<'a> PartialExit<'a> {
    /// Without an `Output`, a state's output is its result, or else its input.
    pub(super) fn unwrap_or_output(self, result: Option<Value>, input: &Value) -> Exit<'a> {
        let output = self.output.or(result).unwrap_or_else(|| input.clone());
        Exit { next: self.next, output, variables: self.variables }
    }
}
