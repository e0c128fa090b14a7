use std::{io, path::Path};

use pipeline_core::error::{ErrorKind, StepError};

/// An I/O error as a step sees it. What stands in the way of a path is the path's fault; everything
/// else, such as a full disk, may pass.
pub(crate) fn io_error(action: &'static str, path: &Path, error: io::Error) -> StepError {
    let kind = match error.kind() {
        io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::AlreadyExists
        | io::ErrorKind::InvalidFilename => ErrorKind::InvalidEvent,
        _ => ErrorKind::DependencyUnavailable,
    };
    StepError::new(kind, format!("cannot {action}")).with("path", path.display()).because(error)
}
