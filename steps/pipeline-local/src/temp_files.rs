//! Temporary files of this process, under `.sluice/tmp`, and how they get their names.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use pipeline_core::error::StepResult;
use uuid::Uuid;

use crate::{
    io_error::io_error,
    presence::{Gate, Presence},
};

/// The files that this process is writing. They carry its name, so that whoever opens the folder
/// after its death can tell them from those of the living.
#[derive(Debug)]
pub(crate) struct TempFiles {
    folder: PathBuf,
    owner: String,
    next: AtomicU64,
    _presence: Option<Presence>,
}

impl TempFiles {
    /// Announces this process, and removes the files of processes that ended.
    pub(crate) fn open(gate: &Gate, internal: &Path) -> StepResult<Self> {
        let folder = internal.join("tmp");
        let owner = Uuid::new_v4().to_string();
        let open = || {
            fs::create_dir_all(&folder)?;
            for lock in Presence::abandoned(gate, &folder)? {
                remove_files_of(&lock, &folder)?;
            }
            Presence::announce(gate, &folder.join(format!("{owner}.lock")))
        };
        let presence =
            open().map_err(|error| io_error("prepare temporary files", &folder, error))?;
        Ok(Self { folder, owner, next: AtomicU64::new(0), _presence: presence })
    }

    /// Begins a new file.
    pub(crate) fn create(self: &Arc<Self>) -> StepResult<TempFile> {
        let name = self.next_name();
        let file = File::create_new(&name.path)
            .map_err(|error| io_error("create a temporary file", &name.path, error))?;
        Ok(TempFile { file, name })
    }

    /// Gives an existing file a second, temporary name.
    pub(crate) fn link(self: &Arc<Self>, file: &Path) -> io::Result<TempName> {
        let name = self.next_name();
        fs::hard_link(file, &name.path)?;
        Ok(name)
    }

    fn next_name(self: &Arc<Self>) -> TempName {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{}.{number}.tmp", self.owner));
        TempName { path, _owner: Arc::clone(self) }
    }
}

/// Removes the files of the process of this lock file, and the lock file last: if this process ends in
/// between, the next one still finds it.
fn remove_files_of(lock: &Path, folder: &Path) -> io::Result<()> {
    if let Some(owner) = lock.file_stem().and_then(|stem| stem.to_str()) {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if path != lock && name.is_some_and(|name| name.starts_with(owner)) {
                fs::remove_file(path)?;
            }
        }
    }
    fs::remove_file(lock)
}

/// A file that nobody else sees.
#[derive(Debug)]
pub(crate) struct TempFile {
    pub(crate) file: File,
    pub(crate) name: TempName,
}

/// A name that nobody else uses. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct TempName {
    path: PathBuf,
    _owner: Arc<TempFiles>,
}

impl TempName {
    /// Moves the file to this name, in place of whatever has it. This is one step: no one sees half
    /// of it.
    pub(crate) fn replace(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)
    }

    /// Gives the file a name that must be free, in one step. `AlreadyExists` if it is not.
    pub(crate) fn link_new(&self, target: &Path) -> io::Result<()> {
        fs::hard_link(&self.path, target)
    }

    /// Where the file is meanwhile.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TempName {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes a name durable: a file system may forget it in a power failure until its folder is synced.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
