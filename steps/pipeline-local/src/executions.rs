//! Which executions of a data folder run, and which have ended.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{ExecutionProbe, key_fault},
};

use crate::{
    io_error::io_error,
    presence::{Gate, Presence},
};

/// Which executions run: those whose process holds the lock of `.sluice/executions/<name>.lock`.
///
/// The lock falls with the process, so a dead owner is recognised at once. The file stays: it proves that
/// the execution has started, and so that it has ended. Earlier versions removed the file. There the
/// execution's history proves the same, since an execution takes its lock before it begins its history.
#[derive(Debug, Clone)]
pub struct Executions {
    internal: PathBuf,
}

/// The life of one execution, until it is dropped or its process ends.
#[derive(Debug)]
pub struct ExecutionLock(#[expect(dead_code, reason = "holds the lock")] Presence);

impl Executions {
    /// Opens the folder of locks.
    pub(crate) fn open(internal: &Path) -> StepResult<Self> {
        let executions = Self { internal: internal.to_owned() };
        let folder = executions.folder();
        fs::create_dir_all(&folder)
            .map_err(|error| io_error("open the folder of executions", &folder, error))?;
        Ok(executions)
    }

    /// Marks an execution as running, before it does anything.
    ///
    /// `InvalidEvent` if the name cannot be a file name, `PreconditionFailed` if such an execution
    /// runs already.
    pub fn start(&self, name: &str) -> StepResult<ExecutionLock> {
        let path = self.lock_path(name).ok_or_else(|| {
            StepError::new(ErrorKind::InvalidEvent, "the name of the execution is no file name")
                .with("name", name.escape_debug())
        })?;
        let gate = Gate::enter(&self.internal)?;
        let presence = Presence::announce(&gate, &path)
            .map_err(|error| io_error("lock an execution", &path, error))?;
        presence.map(ExecutionLock).ok_or_else(|| {
            StepError::new(ErrorKind::PreconditionFailed, "an execution of this name is running")
                .with("name", name)
        })
    }

    fn folder(&self) -> PathBuf {
        self.internal.join("executions")
    }

    fn lock_path(&self, name: &str) -> Option<PathBuf> {
        let file_name = format!("{name}.lock");
        let is_plain = key_fault(name).is_none() && key_fault(&file_name).is_none();
        (is_plain && !name.contains('/')).then(|| self.folder().join(file_name))
    }
}

/// Where the histories of executions lie, `<name>.jsonl` each.
pub(crate) fn history_folder(internal: &Path) -> PathBuf {
    internal.join("history")
}

#[async_trait]
impl ExecutionProbe for Executions {
    /// The execution's name is the last part of its ARN. One that cannot be started here does not run.
    async fn is_running(&self, execution_id: &str) -> StepResult<bool> {
        let name = execution_id.rsplit(':').next().unwrap_or_default();
        let Some(path) = self.lock_path(name) else {
            return Ok(false);
        };
        let gate = Gate::enter(&self.internal)?;
        match Presence::is_held(&gate, &path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(!history_folder(&self.internal).join(format!("{name}.jsonl")).exists())
            }
            held => {
                held.map_err(|error| io_error("look at the lock of an execution", &path, error))
            }
        }
    }
}
