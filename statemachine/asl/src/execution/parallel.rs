//! The Parallel state.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;

use super::flow::{ExtraBindings, Visit};
use super::limits;
use super::run::Run;
use crate::definition::Parallel;
use crate::failure::Failure;

impl Run<'_> {
    /// Runs all branches at once; the result is their outputs, in the order of the branches. The
    /// first branch that fails fails the state, and the others are aborted.
    pub(super) async fn parallel(
        &self,
        visit: &Visit<'_>,
        parallel: &Parallel,
    ) -> Result<Value, Failure> {
        let input = match &parallel.arguments {
            None => visit.input.clone(),
            Some(arguments) => {
                let evaluated = self.evaluating(visit, ExtraBindings::default(), |bindings| {
                    arguments.evaluate("Arguments", bindings)
                });
                self.or_record_failed(visit, "ParallelStateFailed", evaluated)?
            }
        };
        let cursor = &visit.frame.cursor;
        let started = self.journal.record(cursor, "ParallelStateStarted", None)?;
        let mut branches: FuturesUnordered<_> = parallel
            .branches
            .iter()
            .enumerate()
            .map(|(index, branch)| {
                let frame = visit.frame.inner(&[visit.entered], started, None);
                let input = input.clone();
                async move {
                    let output = self.run_workflow(branch, input, &frame).await;
                    (index, output, frame.cursor.previous.get())
                }
            })
            .collect();
        let mut outputs = vec![Value::Null; parallel.branches.len()];
        while let Some((index, output, last)) = branches.next().await {
            cursor.previous.set(last);
            match output {
                Ok(output) => {
                    if let Some(place) = outputs.get_mut(index) {
                        *place = output;
                    }
                }
                Err(failure) => {
                    drop(branches);
                    if let Some(last) = self.journal.abort_within(visit.entered)? {
                        cursor.previous.set(last);
                    }
                    return self.or_record_failed(visit, "ParallelStateFailed", Err(failure));
                }
            }
        }
        cursor.mark_decision();
        let result = Value::Array(outputs);
        if !limits::is_within(&result) {
            let failure = Failure::data_limit(&visit.state.name);
            return self.or_record_failed(visit, "ParallelStateFailed", Err(failure));
        }
        self.journal.record(cursor, "ParallelStateSucceeded", None)?;
        Ok(result)
    }

    /// Passes `outcome` on; a failure is recorded as the event `event_type` first.
    pub(super) fn or_record_failed<T>(
        &self,
        visit: &Visit<'_>,
        event_type: &str,
        outcome: Result<T, Failure>,
    ) -> Result<T, Failure> {
        if outcome.is_err() {
            self.journal.record(&visit.frame.cursor, event_type, None)?;
            visit.frame.cursor.mark_decision();
        }
        outcome
    }
}
