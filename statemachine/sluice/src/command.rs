//! The commands, one a file.

pub mod asl;
pub mod executions;
pub mod generate;
pub mod run;
pub mod validate;
