//! Files that are turned away unread, by their name and size alone.

use contract::reject::{Refusal, RefusalCode};
use pipeline_core::{ports::key_fault, run::SourceObject};

use crate::{
    config::Config,
    output_names::{OutputNames, without_csv},
};

/// Why the file is not to be read, if so. It depends on nothing but the file and the configuration,
/// so that whoever takes a run over decides alike.
pub(crate) fn refusal(source: &SourceObject, config: &Config) -> Option<Refusal> {
    let (code, message) = if let Some(fault) = key_fault(&source.key) {
        (RefusalCode::UnsafeName, format!("The file's name cannot be used: {fault}."))
    } else if OutputNames::after(&source.key).is_none() {
        let message = "The file's name cannot be used: it is empty or too long for its outputs.";
        (RefusalCode::UnsafeName, message.to_owned())
    } else if without_csv(&source.key).is_none() {
        let message = "The file is not a CSV file: its name does not end in .csv.";
        (RefusalCode::SourceError, message.to_owned())
    } else if source.size_bytes > config.max_size_bytes {
        let message = format!(
            "The file is too large: it has {} bytes, and at most {} are accepted.",
            source.size_bytes, config.max_size_bytes
        );
        (RefusalCode::FileTooLarge, message)
    } else {
        return None;
    };
    Some(Refusal { code, message })
}
