//! The facts that claims are held against.

use contract::Noun;
use pipeline_core::facts::Facts;

use super::{id::Id, subject::Subject};

/// The facts that claims are held against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Book<'f> {
    pub(crate) facts: &'f Facts,
    /// What a record is called.
    pub(crate) record: &'f Noun,
}

impl<'f> Book<'f> {
    /// `None` if the facts do not have it.
    pub(crate) fn subject(&self, id: Id) -> Option<Subject<'f>> {
        Subject::of(self.facts, id)
    }
}
