//! Variables, and the place of a running workflow among the workflows around it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::context::MapItem;
use super::journal::EventCursor;

/// The variables of one workflow, and those around it, which it reads but never writes.
#[derive(Debug, Default)]
pub(super) struct Scope {
    own: RefCell<BTreeMap<String, Rc<Value>>>,
    outer: Option<Rc<Scope>>,
}

impl Scope {
    pub(super) fn within(outer: &Rc<Self>) -> Rc<Self> {
        Rc::new(Self { own: RefCell::default(), outer: Some(Rc::clone(outer)) })
    }

    pub(super) fn get(&self, name: &str) -> Option<Rc<Value>> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.own.borrow().get(name) {
                return Some(Rc::clone(value));
            }
            scope = scope.outer.as_deref()?;
        }
    }

    /// Stores what an Assign gave, all at once.
    pub(super) fn assign(&self, variables: Map<String, Value>) {
        let variables = variables.into_iter().map(|(name, value)| (name, Rc::new(value)));
        self.own.borrow_mut().extend(variables);
    }
}

/// One workflow while it runs: its variables, its place in the history, what it is nested in.
pub(super) struct Frame {
    pub(super) scope: Rc<Scope>,
    pub(super) cursor: Rc<EventCursor>,
    /// The item that the innermost Map around the workflow is at.
    pub(super) item: Option<MapItem>,
    /// The events that opened the states and iterations around the workflow, outermost first.
    pub(super) within: Rc<[u64]>,
}

impl Frame {
    /// The frame of an execution's own states.
    pub(super) fn outermost() -> Self {
        Self { scope: Rc::default(), cursor: Rc::default(), item: None, within: Rc::new([]) }
    }

    /// A frame in what the events `opened` opened, which starts after the event `previous`.
    pub(super) fn inner(&self, opened: &[u64], previous: u64, item: Option<MapItem>) -> Self {
        Self {
            scope: Scope::within(&self.scope),
            cursor: EventCursor::starting_at(previous),
            item: item.or_else(|| self.item.clone()),
            within: self.within.iter().chain(opened).copied().collect(),
        }
    }
}
