//! The bytes that give a record its structure.

use crate::Dialect;

/// The bytes that give a dialect its structure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syntax {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    pub(super) comment: Option<u8>,
}

impl Syntax {
    pub(super) fn of(dialect: Dialect) -> Self {
        Self {
            delimiter: dialect.delimiter,
            quote: dialect.quote_char,
            comment: dialect.comment_char,
        }
    }
}
