//! What an I/O error means to a step, and what to do about it.

use std::{io, path::Path};

use pipeline_core::error::{ErrorKind, StepError};

/// An I/O error as a step sees it: worth another try unless it lasts until somebody acts.
///
/// What lasts is `Environment`, or `InvalidEvent` where the disk cannot hold an object of this key. It is
/// never `PreconditionFailed`, which from a conditional write means that the object exists.
pub(crate) fn io_error(action: &'static str, path: &Path, error: io::Error) -> StepError {
    let error_at = |kind, message| StepError::new(kind, message).with("path", path.display());
    match remedy(error.kind()) {
        Some((kind, remedy)) => error_at(kind, format!("cannot {action}: {remedy}")),
        None => error_at(ErrorKind::DependencyUnavailable, format!("cannot {action}")),
    }
    .because(error)
}

/// Whether the error says that nothing is there.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The kind of an error that does not pass by itself, and what to do about it. A full disk is one:
/// nothing frees it within the minute that a state retries, and each try writes the file again.
fn remedy(kind: io::ErrorKind) -> Option<(ErrorKind, &'static str)> {
    use ErrorKind::{Environment, InvalidEvent};
    Some(match kind {
        io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::AlreadyExists => {
            (InvalidEvent, "a file and a folder have the same name, rename one")
        }
        io::ErrorKind::InvalidFilename => {
            (InvalidEvent, "the disk cannot hold this name, choose a shorter one")
        }
        io::ErrorKind::PermissionDenied => {
            (Environment, "it is not allowed, see to it that you may read and write there")
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            (Environment, "the disk is read-only, keep the data folder on another one")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            (Environment, "the disk is full, free some space")
        }
        io::ErrorKind::FileTooLarge => (
            Environment,
            "the disk cannot hold a file of this size, keep the data folder on another one",
        ),
        io::ErrorKind::CrossesDevices | io::ErrorKind::Unsupported => (
            Environment,
            "the data folder has to be on one local disk that has hard links and locks",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_not_tried_again_and_says_what_to_do() {
        use ErrorKind::{Environment, InvalidEvent};
        for (kind, expected, remedy) in [
            (io::ErrorKind::PermissionDenied, Environment, "you may read and write there"),
            (io::ErrorKind::ReadOnlyFilesystem, Environment, "the disk is read-only"),
            (io::ErrorKind::StorageFull, Environment, "free some space"),
            (io::ErrorKind::QuotaExceeded, Environment, "free some space"),
            (io::ErrorKind::FileTooLarge, Environment, "a file of this size"),
            (io::ErrorKind::Unsupported, Environment, "hard links and locks"),
            (io::ErrorKind::NotADirectory, InvalidEvent, "rename one"),
            (io::ErrorKind::IsADirectory, InvalidEvent, "rename one"),
            (io::ErrorKind::InvalidFilename, InvalidEvent, "choose a shorter one"),
        ] {
            let error = io_error("write an object", Path::new("data/x.csv"), kind.into());
            assert_eq!(error.kind(), expected, "{kind}");
            let message = error.to_string();
            assert!(message.contains(remedy) && message.contains("data/x.csv"), "{message}");
        }
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        for kind in [io::ErrorKind::TimedOut, io::ErrorKind::ResourceBusy, io::ErrorKind::Other] {
            let error = io_error("write an object", Path::new("data/x.csv"), kind.into());
            assert_eq!(error.kind(), ErrorKind::DependencyUnavailable, "{kind}");
        }
    }
}
