//! A function as Lambda sees it: a process that speaks the Runtime API.
#![expect(clippy::unwrap_used, reason = "a broken promise should fail the test where it stands")]
#![expect(clippy::panic, reason = "a broken promise should fail the test where it stands")]

mod boundary;
mod metrics;
mod runtime_api;
mod start;
#[path = "../steps/mod.rs"]
mod steps;

use std::path::PathBuf;

use runtime_api::{Post, Process};
use serde_json::Value;

/// Where cargo puts the binaries of this build.
fn built() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().join("..")
}

/// `examples/probe.rs`
fn probe() -> PathBuf {
    let probe = built().join("examples/probe");
    assert!(
        probe.is_file(),
        "cargo test --test does not build it: cargo build -p pipeline-lambda --examples"
    );
    probe
}

fn start(variables: &[(&str, &str)]) -> Process {
    let mut all = vec![("SLUICE_PIPELINE", "sluice-dev")];
    all.extend(variables);
    Process::start(&probe(), &all)
}

fn invoke(process: &Process, event: &Value) -> Post {
    process.invoke(event.to_string())
}
