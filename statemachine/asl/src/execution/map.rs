//! The Map state, inline: its iterations are part of the execution.

use std::rc::Rc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;

use super::flow::Visit;
use super::items::{Iteration, MapNumbers};
use super::journal::{EventCursor, Opened};
use super::limits;
use super::run::Run;
use crate::definition::{Map, Workflow};
use crate::failure::Failure;
use crate::history::{EventDetails, MapIteration};

/// How one iteration ended, and its last event.
struct Iterated {
    index: usize,
    started: u64,
    output: Result<Value, Failure>,
    last: u64,
}

impl Run<'_> {
    /// Runs the item processor for each item; the result is the outputs in the order of the items.
    pub(super) async fn map(&self, visit: &Visit<'_>, map: &Map) -> Result<Value, Failure> {
        let result = if map.is_distributed {
            self.distributed_map(visit, map).await
        } else {
            self.inline_map(visit, map).await
        };
        let result = match result {
            Ok(result) if limits::is_within(&result) => Ok(result),
            Ok(_) => Err(Failure::data_limit(&visit.state.name)),
            Err(failure) => Err(failure),
        };
        let result = self.or_record_failed(visit, "MapStateFailed", result)?;
        visit.frame.cursor.mark_decision();
        self.journal.record(&visit.frame.cursor, "MapStateSucceeded", None)?;
        Ok(result)
    }

    async fn inline_map(&self, visit: &Visit<'_>, map: &Map) -> Result<Value, Failure> {
        let numbers = self.map_numbers(visit, map)?;
        let items = match &map.item_reader {
            Some(reader) => self.read_items(visit, reader).await?,
            None => self.items(visit, map)?,
        };
        let iterations = self.iterations(visit, map, items)?;
        let length = iterations.len() as u64;
        let details = EventDetails::MapStateStarted { length };
        self.journal.record(&visit.frame.cursor, "MapStateStarted", Some(details))?;
        self.iterate(visit, &map.item_processor, &numbers, iterations).await.map(Value::Array)
    }

    async fn iterate(
        &self,
        visit: &Visit<'_>,
        processor: &Workflow,
        numbers: &MapNumbers,
        iterations: Vec<Iteration>,
    ) -> Result<Vec<Value>, Failure> {
        let cursor = &visit.frame.cursor;
        let mut outputs = vec![Value::Null; iterations.len()];
        let mut waiting = iterations.into_iter();
        let mut running: FuturesUnordered<_> = waiting
            .by_ref()
            .take(numbers.max_concurrency)
            .map(|iteration| self.iteration(visit, processor, iteration, cursor.previous.get()))
            .collect();
        while let Some(iterated) = running.next().await {
            let Iterated { index, started, output, last } = iterated?;
            let of_map = MapIteration { name: visit.state.name.clone(), index: index as u64 };
            match output {
                Ok(output) => {
                    if let Some(place) = outputs.get_mut(index) {
                        *place = output;
                    }
                    let details = EventDetails::MapIterationSucceeded(of_map);
                    let succeeded =
                        self.journal.record_after(last, "MapIterationSucceeded", Some(details))?;
                    cursor.previous.set(succeeded);
                    self.journal.close(started);
                    if let Some(next) = waiting.next() {
                        running.push(self.iteration(visit, processor, next, last));
                    }
                }
                Err(failure) => {
                    drop(running);
                    self.journal.close(started);
                    let details = EventDetails::MapIterationFailed(of_map);
                    let failed =
                        self.journal.record_after(last, "MapIterationFailed", Some(details))?;
                    let aborted = self.journal.abort_within(visit.entered)?;
                    cursor.previous.set(aborted.unwrap_or(failed));
                    return Err(failure);
                }
            }
        }
        Ok(outputs)
    }

    async fn iteration(
        &self,
        visit: &Visit<'_>,
        processor: &Workflow,
        iteration: Iteration,
        previous: u64,
    ) -> Result<Iterated, Failure> {
        let index = iteration.item.index;
        let of_map = MapIteration { name: visit.state.name.clone(), index: index as u64 };
        let details = EventDetails::MapIterationStarted(of_map.clone());
        let started = self.journal.record_after(previous, "MapIterationStarted", Some(details))?;
        let opened = [visit.entered, started];
        let frame = visit.frame.inner(&opened, started, Some(iteration.item));
        let within: Rc<[u64]> = visit.frame.within.iter().copied().chain([visit.entered]).collect();
        let cursor: &Rc<EventCursor> = &frame.cursor;
        self.journal.open(started, &within, cursor, Opened::Iteration(of_map));
        let output = self.run_workflow(processor, iteration.input, &frame).await;
        Ok(Iterated { index, started, output, last: frame.cursor.previous.get() })
    }
}
