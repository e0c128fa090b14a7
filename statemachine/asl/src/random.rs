//! The randomness of one execution, shared by everything in it that is random.

use std::cell::RefCell;
use std::rc::Rc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Builder;

/// A generator that all clones share.
#[derive(Debug, Clone)]
pub(crate) struct Random(Rc<RefCell<StdRng>>);

impl Random {
    /// A generator that gives the same for the same seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(Rc::new(RefCell::new(StdRng::seed_from_u64(seed))))
    }

    /// A number from 0 to less than 1.
    pub(crate) fn number(&self) -> f64 {
        self.0.borrow_mut().random()
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(&self) -> String {
        Builder::from_random_bytes(self.0.borrow_mut().random()).into_uuid().to_string()
    }
}
