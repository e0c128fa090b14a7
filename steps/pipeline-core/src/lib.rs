//! What every step shares: contract, records and rejects, step inputs and outputs, errors, ports.
//!
//! Imports no other crate of the workspace, no AWS, no Polars, no async runtime.

pub mod analysis;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod contract;
pub mod document;
pub mod error;
pub mod events;
pub mod facts;
pub mod manifest;
#[cfg(feature = "memory")]
pub mod memory;
pub mod number;
pub mod ports;
pub mod record;
pub mod reject;
pub mod run;
pub mod spreadsheet;
pub mod steps;
pub mod wording;
