//! Writes the history of an execution. It numbers the events, links them and keeps to the limit. It
//! knows which states are open, so that it can record that those of an aborted branch are aborted.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::limits::{MAX_EVENTS, MAX_KEPT_BYTES};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::history::{EventDetails, HistoryEvent, MapIteration, Observer};

/// How far the history of one workflow (the machine's, a branch's, an iteration's) has got.
#[derive(Debug, Default)]
pub(super) struct EventCursor {
    /// The last event of the workflow.
    pub(super) previous: Cell<u64>,
    /// The event that led to what the workflow does now. An evaluation that fails is linked to it,
    /// and not to the state's entry.
    pub(super) decision: Cell<u64>,
}

impl EventCursor {
    pub(super) fn starting_at(event: u64) -> Rc<Self> {
        Rc::new(Self { previous: Cell::new(event), decision: Cell::new(event) })
    }

    /// What the workflow does from now on follows from its last event.
    pub(super) fn mark_decision(&self) {
        self.decision.set(self.previous.get());
    }
}

pub(super) struct Journal<'a> {
    clock: &'a dyn Clock,
    observer: &'a dyn Observer,
    events: RefCell<Vec<HistoryEvent>>,
    /// How many bytes of payload `events` keeps.
    kept: Cell<usize>,
    open: RefCell<Vec<Open>>,
}

/// A state or a Map iteration that has been entered and not yet left.
struct Open {
    /// The event with which it was opened.
    id: u64,
    /// The events that opened what it is in, outermost first.
    within: Rc<[u64]>,
    cursor: Rc<EventCursor>,
    what: Opened,
}

pub(super) enum Opened {
    State(&'static str),
    Iteration(MapIteration),
}

impl<'a> Journal<'a> {
    pub(super) fn new(clock: &'a dyn Clock, observer: &'a dyn Observer) -> Self {
        let (events, kept, open) = Default::default();
        Self { clock, observer, events, kept, open }
    }

    /// Records an event after the last one of `cursor`, and moves the cursor on to it.
    ///
    /// # Errors
    /// The history is full but for its last event.
    pub(super) fn record(
        &self,
        cursor: &EventCursor,
        event_type: impl Into<String>,
        details: Option<EventDetails>,
    ) -> Result<u64, Failure> {
        let id = self.record_after(cursor.previous.get(), event_type, details)?;
        cursor.previous.set(id);
        Ok(id)
    }

    /// Records an event that follows from the event `previous`, whatever happened since.
    pub(super) fn record_after(
        &self,
        previous: u64,
        event_type: impl Into<String>,
        details: Option<EventDetails>,
    ) -> Result<u64, Failure> {
        if self.last_id() + 1 >= MAX_EVENTS {
            return Err(Failure::history_limit());
        }
        Ok(self.record_last(previous, event_type, details))
    }

    /// Records an event that there is always room for: the execution's first and its last.
    pub(super) fn record_last(
        &self,
        previous_event_id: u64,
        event_type: impl Into<String>,
        details: Option<EventDetails>,
    ) -> u64 {
        let id = self.last_id() + 1;
        let mut event = HistoryEvent {
            timestamp: self.clock.now(),
            event_type: event_type.into(),
            id,
            previous_event_id,
            details,
        };
        self.observer.event(&event);
        if let Some((payload, truncation)) =
            event.details.as_mut().and_then(EventDetails::payload_mut)
        {
            let kept = self.kept.get() + payload.len();
            if kept > MAX_KEPT_BYTES {
                *payload = String::new();
                truncation.truncated = true;
            } else {
                self.kept.set(kept);
            }
        }
        self.events.borrow_mut().push(event);
        id
    }

    pub(super) fn last_id(&self) -> u64 {
        self.events.borrow().len() as u64
    }

    pub(super) fn into_events(self) -> Vec<HistoryEvent> {
        self.events.into_inner()
    }

    /// Notes that `what` was opened by the event `id`.
    pub(super) fn open(&self, id: u64, within: &Rc<[u64]>, cursor: &Rc<EventCursor>, what: Opened) {
        let (within, cursor) = (Rc::clone(within), Rc::clone(cursor));
        self.open.borrow_mut().push(Open { id, within, cursor, what });
    }

    /// Forgets what the event `id` opened, and all that is still open in it.
    pub(super) fn close(&self, id: u64) {
        self.open.borrow_mut().retain(|open| open.id != id && !open.within.contains(&id));
    }

    /// Records as aborted whatever is open in what the event `id` opened, innermost first.
    /// Returns the last event recorded, if any was.
    pub(super) fn abort_within(&self, id: u64) -> Result<Option<u64>, Failure> {
        let mut last = None;
        loop {
            let mut open = self.open.borrow_mut();
            let Some(index) = open.iter().rposition(|open| open.within.contains(&id)) else {
                return Ok(last);
            };
            let aborted = open.remove(index);
            drop(open);
            let event = match aborted.what {
                // Only these take time, and have an event for it.
                Opened::State(kind @ ("Task" | "Wait" | "Parallel" | "Map")) => {
                    (format!("{kind}StateAborted"), None)
                }
                Opened::State(_) => continue,
                Opened::Iteration(iteration) => (
                    "MapIterationAborted".to_owned(),
                    Some(EventDetails::MapIterationAborted(iteration)),
                ),
            };
            last = Some(self.record(&aborted.cursor, event.0, event.1)?);
        }
    }
}
