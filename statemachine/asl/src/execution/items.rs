//! What a Map state iterates over: its items, selected and batched.

use std::rc::Rc;

use serde_json::{Value, json};

use super::context::MapItem;
use super::flow::{ExtraBindings, Visit};
use super::limits;
use super::run::Run;
use super::wait::whole_number;
use crate::definition::{ItemBatcher, Map};
use crate::failure::Failure;
use crate::jsonata::Bindings;
use crate::template::{EvaluationError, Template};

/// One iteration: the item it is at, and the input it starts with.
pub(super) struct Iteration {
    pub(super) item: MapItem,
    pub(super) input: Value,
}

/// The numbers of a Map state, each of which an expression may give.
#[derive(Debug)]
pub(super) struct MapNumbers {
    pub(super) max_concurrency: usize,
    pub(super) tolerated_failure_count: Option<u64>,
    pub(super) tolerated_failure_percentage: Option<f64>,
}

impl Run<'_> {
    pub(super) fn map_numbers(&self, visit: &Visit<'_>, map: &Map) -> Result<MapNumbers, Failure> {
        self.evaluating(visit, ExtraBindings::default(), |bindings| {
            let max_concurrency =
                integer(map.max_concurrency.as_ref(), "MaxConcurrency", bindings)?;
            let tolerated_failure_count =
                integer(map.tolerated_failure_count.as_ref(), "ToleratedFailureCount", bindings)?;
            let percentage = map.tolerated_failure_percentage.as_ref().map(|template| {
                template.evaluate_as("ToleratedFailurePercentage", "number", bindings, |value| {
                    value.as_f64().filter(|percentage| (0.0..=100.0).contains(percentage))
                })
            });
            let most = if map.is_distributed {
                limits::MAX_DISTRIBUTED_CONCURRENCY
            } else {
                limits::MAX_INLINE_CONCURRENCY
            };
            let max_concurrency = match max_concurrency {
                None | Some(0) => most,
                Some(number) => usize::try_from(number).unwrap_or(most).min(most),
            };
            Ok(MapNumbers {
                max_concurrency,
                tolerated_failure_count,
                tolerated_failure_percentage: percentage.transpose()?,
            })
        })
    }

    /// The items of the state's input or its `Items`; what is no array fails the state.
    pub(super) fn items(&self, visit: &Visit<'_>, map: &Map) -> Result<Vec<Value>, Failure> {
        let Some(template) = &map.items else {
            return match &visit.input {
                Value::Array(items) => Ok(items.clone()),
                other => {
                    let message = format!("Map state input must be an array but was: {other}");
                    Err(self.evaluation_failed(visit, EvaluationError { location: None, message }))
                }
            };
        };
        self.evaluating(visit, ExtraBindings::default(), |bindings| {
            template.evaluate_as("Items", "array", bindings, |value| match value {
                Value::Array(items) => Some(items.clone()),
                // A distributed Map iterates over the fields of an object, too.
                Value::Object(fields) if map.is_distributed => Some(
                    fields
                        .iter()
                        .map(|(key, value)| json!({ "Key": key, "Value": value }))
                        .collect(),
                ),
                _ => None,
            })
        })
    }

    /// What each iteration starts with: the item, or what `ItemSelector` makes of it, and that in
    /// batches if there is an `ItemBatcher`.
    pub(super) fn iterations(
        &self,
        visit: &Visit<'_>,
        map: &Map,
        items: Vec<Value>,
    ) -> Result<Vec<Iteration>, Failure> {
        let mut iterations = Vec::with_capacity(items.len());
        for (index, value) in items.into_iter().enumerate() {
            let item = MapItem { index, value: Rc::new(value) };
            let input = match &map.item_selector {
                None => (*item.value).clone(),
                Some(selector) => {
                    let extra = ExtraBindings { item: Some(&item), ..ExtraBindings::default() };
                    self.evaluating(visit, extra, |bindings| {
                        selector.evaluate("ItemSelector", bindings)
                    })?
                }
            };
            iterations.push(Iteration { item, input });
        }
        match &map.item_batcher {
            None => Ok(iterations),
            Some(batcher) => self.batches(visit, batcher, iterations),
        }
    }

    /// Batches of as many items as fit; an item too large for any batch has one of its own.
    fn batches(
        &self,
        visit: &Visit<'_>,
        batcher: &ItemBatcher,
        iterations: Vec<Iteration>,
    ) -> Result<Vec<Iteration>, Failure> {
        let (most_items, most_bytes, batch_input) =
            self.evaluating(visit, ExtraBindings::default(), |bindings| {
                let items = batcher.max_items_per_batch.as_ref();
                let bytes = batcher.max_input_bytes_per_batch.as_ref();
                let input = batcher.batch_input.as_ref();
                Ok((
                    integer(items, "ItemBatcher/MaxItemsPerBatch", bindings)?,
                    integer(bytes, "ItemBatcher/MaxInputBytesPerBatch", bindings)?,
                    input.map(|t| t.evaluate("ItemBatcher/BatchInput", bindings)).transpose()?,
                ))
            })?;
        let most_items =
            most_items.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let most_bytes = most_bytes.map_or(limits::MAX_PAYLOAD_BYTES, |n| {
            usize::try_from(n).unwrap_or(usize::MAX).min(limits::MAX_PAYLOAD_BYTES)
        });
        let empty = match batch_input {
            Some(batch_input) => json!({ "BatchInput": batch_input, "Items": [] }),
            None => json!({ "Items": [] }),
        };
        let empty_size = limits::size_of(&empty);
        let mut filled: Vec<Vec<Value>> = Vec::new();
        let mut bytes = 0;
        for iteration in iterations {
            let size = limits::size_of(&iteration.input);
            match filled.last_mut() {
                Some(batch)
                    if batch.len() < most_items.max(1) && bytes + 1 + size <= most_bytes =>
                {
                    bytes += 1 + size;
                    batch.push(iteration.input);
                }
                _ => {
                    bytes = empty_size + size;
                    filled.push(vec![iteration.input]);
                }
            }
        }
        let inputs = filled.into_iter().enumerate().map(|(index, batch)| {
            let mut input = empty.clone();
            input["Items"] = Value::Array(batch);
            Iteration { item: MapItem { index, value: Rc::new(input.clone()) }, input }
        });
        Ok(inputs.collect())
    }
}

/// A whole number that may not be there.
pub(super) fn integer(
    template: Option<&Template>,
    location: &str,
    bindings: &Bindings<'_>,
) -> Result<Option<u64>, EvaluationError> {
    template
        .map(|template| template.evaluate_as(location, "integer", bindings, whole_number))
        .transpose()
}
