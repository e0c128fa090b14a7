//! The input and output of each step, as the state machine passes them: keys and counts, never rows.
//!
//! Beside these members every input has `execution`, by which the lines of a log are told apart.
//!
//! Every type here is bounded by the contract's size, so that no payload nears the 256 KiB limit.

pub mod aggregate;
pub mod analyze;
pub mod claim_file;
pub mod send_report;
pub mod validate_and_partition;
