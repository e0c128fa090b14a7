//! Lists the objects of a folder.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use pipeline_core::{error::StepResult, ports::ObjectInfo};

use super::folder::FolderStore;
use crate::io_error::{io_error, is_absent};

/// One object of a listing.
#[derive(Debug, Clone)]
pub struct ListedObject {
    /// What is known of it.
    pub info: ObjectInfo,
    /// When its file was last written to.
    pub modified: SystemTime,
}

impl FolderStore {
    /// Every object whose key begins with `prefix`, in the order of keys. Folders behind symbolic
    /// links are not looked into.
    ///
    /// `InvalidEvent` if the folder part of the prefix is not a key.
    pub fn list(&self, prefix: &str) -> StepResult<Vec<ListedObject>> {
        let mut objects = Vec::new();
        for key in self.keys(prefix)? {
            let path = self.path(&key)?;
            // One that is gone meanwhile is not listed.
            if let Some(described) = self.describe(&key, &path)? {
                let modified = described.file.metadata().and_then(|metadata| metadata.modified());
                objects.push(ListedObject {
                    info: described.description.into(),
                    modified: modified.unwrap_or(UNIX_EPOCH),
                });
            }
        }
        Ok(objects)
    }

    fn keys(&self, prefix: &str) -> StepResult<Vec<String>> {
        let top = prefix.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let mut folders = vec![top];
        let mut keys = Vec::new();
        while let Some(folder) = folders.pop() {
            let path = match &folder {
                Some(folder) => self.path(folder)?,
                None => self.root.clone(),
            };
            let entries = match fs::read_dir(&path) {
                Err(error) if is_absent(&error) => continue,
                entries => entries.map_err(|error| io_error("list a folder", &path, error))?,
            };
            for entry in entries {
                let entry = entry.map_err(|error| io_error("list a folder", &path, error))?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                let key = match &folder {
                    Some(folder) => format!("{folder}/{name}"),
                    None => name.to_owned(),
                };
                // What no key names (the internal folder, a link that leads outside) is no object.
                if self.path(&key).is_err() {
                    continue;
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(Some(key));
                } else if key.starts_with(prefix) {
                    keys.push(key);
                }
            }
        }
        keys.sort_unstable();
        Ok(keys)
    }
}
