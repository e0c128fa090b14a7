//! The names of the steps, from `steps/package`, which reads them from cargo.

use std::process::Command;

/// Every step of the workspace.
pub(crate) fn steps() -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../package");
    let output = Command::new("python3").args([script, "--list"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}
