//! What is wrong with a definition, by state and field.

use std::fmt;

/// One thing that makes a definition unacceptable.
///
/// [`crate::StateMachine::check`] lists every one of them, not only the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The state that it is in, or `None` for the machine itself.
    pub state: Option<String>,
    /// The field, as a path within the state (or the machine): `Retry[0].ErrorEquals`.
    pub field: String,
    /// What is wrong with the field, as a sentence without its subject.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.state, self.field.as_str()) {
            (Some(state), "") => write!(f, "state '{state}': {}", self.message),
            (Some(state), field) => write!(f, "state '{state}', {field}: {}", self.message),
            (None, "") => f.write_str(&self.message),
            (None, field) => write!(f, "{field}: {}", self.message),
        }
    }
}

impl std::error::Error for Problem {}
