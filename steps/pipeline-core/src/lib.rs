//! What the steps share: the run, their inputs and outputs, documents, domain events, errors, ports.
//!
//! Imports the crate `contract` and no other of the workspace, no AWS, no Polars, no async runtime.

pub mod analysis;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod document;
pub mod error;
pub mod events;
pub mod facts;
pub mod layout;
pub mod manifest;
#[cfg(feature = "memory")]
pub mod memory;
mod pinned_contract;
pub mod ports;
pub mod results;
pub mod run;
pub mod status_change;
pub mod steps;
