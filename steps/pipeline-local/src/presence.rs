//! Who is alive: a process holds an operating system lock on a file for as long as it lives, and the
//! system lets go of it however the process ends.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use pipeline_core::error::StepResult;

use crate::io_error::io_error;

/// The folder of everything that is not an object.
pub(crate) const INTERNAL: &str = ".sluice";

/// Lets one process at a time into the short critical sections of a data folder, until dropped.
///
/// To ask whether a process is alive is to try its lock. Without the gate, two processes that ask at
/// the same time would each see the other's try, and take it for the living process.
#[derive(Debug)]
pub(crate) struct Gate(#[expect(dead_code, reason = "holds the lock")] File);

impl Gate {
    /// Waits until every other process has left.
    pub(crate) fn enter(internal: &Path) -> StepResult<Self> {
        let path = internal.join("gate.lock");
        let enter = || {
            let file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.lock()?;
            Ok(Self(file))
        };
        enter().map_err(|error| io_error("lock the data folder", &path, error))
    }
}

/// Proof of life: the lock file that this process holds.
///
/// The file stays when the lock is released. Whoever removes it does so inside
/// the gate, so that nobody locks a file that was just removed.
#[derive(Debug)]
pub(crate) struct Presence(#[expect(dead_code, reason = "holds the lock")] File);

impl Presence {
    /// Announces this process under the path, or gives `None` if somebody alive holds it.
    pub(crate) fn announce(_gate: &Gate, path: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(locks(&file)?.then(|| Self(file)))
    }

    /// Whether a process that is alive holds the path. `NotFound` if none ever has.
    pub(crate) fn is_held(_gate: &Gate, path: &Path) -> io::Result<bool> {
        Ok(!locks(&File::open(path)?)?)
    }

    /// The lock files of a folder that nobody holds any more.
    pub(crate) fn abandoned(gate: &Gate, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut abandoned = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "lock") && !Self::is_held(gate, &path)? {
                abandoned.push(path);
            }
        }
        Ok(abandoned)
    }
}

/// Locks the file, if nobody alive holds it; tells whether it did.
fn locks(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
