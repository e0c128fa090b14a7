//! A data folder of its own for each test, and the real binary.
#![allow(dead_code, reason = "each test file uses its part")]
#![expect(clippy::panic, reason = "a test should fail where it stands")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A file of the samples.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)
}

pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
        command.args(args).env("SLUICE_DATA", self.data()).stdin(Stdio::null());
        command
    }

    /// Runs the binary; gives the exit code and what it printed.
    pub(crate) fn sluice(&self, args: &[&str]) -> (i32, String) {
        let (code, out, _) = self.sluice_with_errors(args);
        (code, out)
    }

    /// The same, with what it complained of.
    pub(crate) fn sluice_with_errors(&self, args: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let err = String::from_utf8_lossy(&stderr).into_owned();
        let code = status.code().unwrap_or_else(|| panic!("{err}"));
        (code, String::from_utf8(stdout).unwrap(), err)
    }

    /// `sluice run`, of one file; gives the exit code and the one line.
    pub(crate) fn run_one(&self, args: &[&str]) -> (i32, Value) {
        let args = [&["run", "--output", "json"], args].concat();
        let Output { status, stdout, stderr } = self.command(&args).output().unwrap();
        let line = serde_json::from_slice(&stdout).unwrap_or_else(|_| {
            panic!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr))
        });
        (status.code().unwrap(), line)
    }

    /// Begins a `sluice run` and does not wait for it.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let args = [&["run", "--output", "json"], args].concat();
        self.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The mails in the outbox.
    pub(crate) fn mails(&self) -> Vec<PathBuf> {
        files_below(&self.data().join("outbox"))
    }

    /// Every object that a run publishes, by its key.
    pub(crate) fn outputs(&self) -> BTreeMap<String, Vec<u8>> {
        let data = self.data();
        ["processed", "rejected", "reports"]
            .iter()
            .flat_map(|folder| files_below(&data.join(folder)))
            .map(|path| {
                let key = path.strip_prefix(&data).unwrap().to_str().unwrap().to_owned();
                (key, fs::read(path).unwrap())
            })
            .collect()
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
