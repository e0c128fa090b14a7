//! The sources as the rules read them: packages, steps, the state machine, files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{MetadataCommand, Package};
use serde_json::Value;

use crate::imports::is_library;

/// A checkout, or a copy of one.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    /// The members of the workspace.
    pub(crate) packages: Vec<Package>,
    /// The folders of the steps: whatever is in `steps/` and is no library.
    pub(crate) steps: Vec<String>,
    /// The states of the state machine by name.
    pub(crate) states: serde_json::Map<String, Value>,
}

impl Tree {
    /// The tree that this test is part of.
    pub(crate) fn of_this_checkout() -> Self {
        Self::at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap())
    }

    /// The tree at this folder.
    pub(crate) fn at(root: &Path) -> Self {
        let manifest = root.join("Cargo.toml");
        let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec();
        let folders = fs::read_dir(root.join("steps")).unwrap().map(|entry| entry.unwrap());
        let mut steps: Vec<String> = folders
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.') && !is_library(name))
            .collect();
        steps.sort();
        let definition = fs::read(root.join("statemachine/statemachine.asl.json")).unwrap();
        let definition: Value = serde_json::from_slice(&definition).unwrap();
        Self {
            root: root.to_owned(),
            packages: metadata.unwrap().packages,
            steps,
            states: definition["States"].as_object().unwrap().clone(),
        }
    }

    /// The package in this folder, if it is a member of the workspace.
    pub(crate) fn package(&self, folder: &str) -> Option<&Package> {
        let manifest = self.root.join(folder).join("Cargo.toml");
        self.packages.iter().find(|package| package.manifest_path == manifest)
    }

    /// Whether there is a step of this name.
    pub(crate) fn is_step(&self, name: &str) -> bool {
        self.steps.iter().any(|step| step == name)
    }

    /// The text of a file; empty if there is none.
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_default()
    }

    /// Every file below a folder, by its path from the root, but those of hidden folders, which are not
    /// ours.
    pub(crate) fn files_below(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.root.join(folder)).into_iter().flatten() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = format!("{folder}/{name}");
            match entry.path().is_dir() {
                _ if name.starts_with('.') => {}
                true => files.extend(self.files_below(&path)),
                false => files.push(path),
            }
        }
        files.sort();
        files
    }
}
