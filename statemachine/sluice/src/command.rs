//! The commands, one a file.

pub(crate) mod asl;
pub(crate) mod executions;
pub(crate) mod generate;
pub(crate) mod run;
pub(crate) mod validate;
pub(crate) mod verify;
