//! The Map state, distributed: each item (or batch) is an execution of its own, with its own
//! history, of which the parent's shows only the run as a whole.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};

use super::context::timestamp;
use super::flow::Visit;
use super::items::{Iteration, MapNumbers};
use super::limits;
use super::request::Environment;
use super::run::Run;
use super::scope::Frame;
use crate::definition::{Map, Workflow};
use crate::failure::{EXCEED_TOLERATED_FAILURE_THRESHOLD, Failure};
use crate::history::{ErrorDetails, EventDetails};

/// The execution of one item.
pub(super) struct Child {
    pub(super) output: Result<Value, Failure>,
    /// What a result writer writes of it.
    pub(super) record: Value,
}

impl Child {
    /// The output, or the error of a tolerated failure.
    pub(super) fn result(&self) -> Value {
        match &self.output {
            Ok(output) => output.clone(),
            Err(failure) => failure.error_output(),
        }
    }
}

impl Run<'_> {
    pub(super) async fn distributed_map(
        &self,
        visit: &Visit<'_>,
        map: &Map,
    ) -> Result<Value, Failure> {
        let numbers = self.map_numbers(visit, map)?;
        let given = match &map.item_reader {
            Some(_) => Vec::new(),
            None => self.items(visit, map)?,
        };
        let cursor = &visit.frame.cursor;
        let details = EventDetails::MapStateStarted { length: given.len() as u64 };
        self.journal.record(cursor, "MapStateStarted", Some(details))?;
        let label = map.label.as_deref().unwrap_or(&visit.state.name);
        let map_run_arn = self.execution.map_run_arn(label, &self.random.uuid());
        let details = EventDetails::MapRunStarted { map_run_arn: map_run_arn.clone() };
        self.journal.record(cursor, "MapRunStarted", Some(details))?;
        match self.map_run(visit, map, &numbers, given, label, &map_run_arn).await {
            Ok(result) => {
                self.journal.record(cursor, "MapRunSucceeded", None)?;
                Ok(result)
            }
            Err(failure) => {
                let (error, cause) = failure.clone().into_error_and_cause();
                let details = EventDetails::MapRunFailed(ErrorDetails { error, cause });
                self.journal.record(cursor, "MapRunFailed", Some(details))?;
                Err(failure)
            }
        }
    }

    async fn map_run(
        &self,
        visit: &Visit<'_>,
        map: &Map,
        numbers: &MapNumbers,
        given: Vec<Value>,
        label: &str,
        map_run_arn: &str,
    ) -> Result<Value, Failure> {
        let items = match &map.item_reader {
            Some(reader) => self.read_items(visit, reader).await?,
            None => given,
        };
        let iterations = self.iterations(visit, map, items)?;
        let children = self.run_children(&map.item_processor, numbers, iterations, label).await?;
        match &map.result_writer {
            Some(writer) => self.write_results(visit, writer, &children, map_run_arn).await,
            None => Ok(Value::Array(children.iter().map(Child::result).collect())),
        }
    }

    async fn run_children(
        &self,
        processor: &Workflow,
        numbers: &MapNumbers,
        iterations: Vec<Iteration>,
        label: &str,
    ) -> Result<Vec<Child>, Failure> {
        let total = iterations.len();
        let mut children: Vec<Option<Child>> = Vec::with_capacity(total);
        children.resize_with(total, || None);
        let mut failed = 0;
        let mut waiting = iterations.into_iter();
        let mut running: FuturesUnordered<_> = waiting
            .by_ref()
            .take(numbers.max_concurrency)
            .map(|iteration| self.child(processor, iteration, label))
            .collect();
        while let Some((index, child)) = running.next().await {
            if child.output.is_err() {
                failed += 1;
                if numbers.is_exceeded_by(failed, total) {
                    let cause = "The specified tolerated failure threshold was exceeded";
                    return Err(Failure::new(EXCEED_TOLERATED_FAILURE_THRESHOLD, cause));
                }
            }
            if let Some(place) = children.get_mut(index) {
                *place = Some(child);
            }
            if let Some(next) = waiting.next() {
                running.push(self.child(processor, next, label));
            }
        }
        Ok(children.into_iter().flatten().collect())
    }

    /// Runs the execution of one item. It sees no variable of the parent.
    async fn child(
        &self,
        processor: &Workflow,
        iteration: Iteration,
        label: &str,
    ) -> (usize, Child) {
        let Iteration { item, input } = iteration;
        let (index, clock) = (item.index, self.environment.clock);
        let name = self.random.uuid();
        let execution = self.execution.child(label, &name, &input, clock.now());
        let environment = Environment { observer: &(), ..self.environment };
        let run = Run::new(environment, execution, self.random.clone());
        let frame = Frame { item: Some(item), ..Frame::outermost() };
        let started = clock.now();
        let output = if limits::is_within(&input) {
            run.run_workflow(processor, input.clone(), &frame).await
        } else {
            Err(Failure::data_limit(&name))
        };
        let mut record = json!({
            "ExecutionArn": run.execution.arn,
            "Input": input.to_string(),
            "Name": name,
            "StartDate": timestamp(started),
            "StateMachineArn": run.execution.state_machine_arn,
            "Status": if output.is_ok() { "SUCCEEDED" } else { "FAILED" },
            "StopDate": timestamp(clock.now()),
        });
        match &output {
            Ok(output) => record["Output"] = json!(output.to_string()),
            Err(failure) => {
                record["Error"] = json!(failure.error);
                record["Cause"] = json!(failure.cause());
            }
        }
        (index, Child { output, record })
    }
}

impl MapNumbers {
    /// Whether `failed` of `total` items are more than tolerated; by default none is.
    fn is_exceeded_by(&self, failed: u64, total: usize) -> bool {
        let (count, percentage) = (self.tolerated_failure_count, self.tolerated_failure_percentage);
        if count.is_none() && percentage.is_none() {
            return failed > 0;
        }
        count.is_some_and(|most| failed > most)
            || percentage.is_some_and(|most| failed as f64 * 100.0 > most * total as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: Option<u64>, percentage: Option<f64>, failed: u64, total: usize, expect: bool) {
        let numbers = MapNumbers {
            max_concurrency: 1,
            tolerated_failure_count: count,
            tolerated_failure_percentage: percentage,
        };
        assert_eq!(numbers.is_exceeded_by(failed, total), expect);
    }

    #[test]
    fn either_threshold_fails_the_run() {
        check(None, None, 1, 10, true);
        check(Some(1), None, 1, 10, false);
        check(Some(1), None, 2, 10, true);
        check(None, Some(20.0), 2, 10, false);
        check(None, Some(20.0), 3, 10, true);
        check(Some(5), Some(20.0), 3, 10, true);
        check(None, Some(100.0), 10, 10, false);
    }
}
