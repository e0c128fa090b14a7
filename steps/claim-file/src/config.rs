//! The settings of the step.

use chrono::TimeDelta;

/// How the step works.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a claim holds by itself. It outlasts the state machine's `TimeoutSeconds` and the
    /// longest task that may still run when the machine has timed out.
    pub lease: TimeDelta,
    /// The largest file that is read.
    pub max_size_bytes: u64,
    /// The dataset of files that lie directly in `input/`.
    pub default_dataset: String,
    /// The version that the manifest names.
    pub program_version: String,
}

impl Config {
    /// A lease of two and a half hours, files of up to 5 GiB.
    pub fn new(default_dataset: impl Into<String>, program_version: impl Into<String>) -> Self {
        Self {
            lease: TimeDelta::minutes(150),
            max_size_bytes: 5 << 30,
            default_dataset: default_dataset.into(),
            program_version: program_version.into(),
        }
    }
}
