//! The types of the standard: how a cell's text becomes a value.

pub(crate) mod boolean;
pub(crate) mod numeric;
pub(crate) mod strptime;
pub(crate) mod temporal;
pub(crate) mod text;
pub(crate) mod value;
