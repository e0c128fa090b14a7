//! The one error of steps and ports: a kind with a stable name, a message, context and a source.

use std::{error::Error as StdError, fmt};

use contract::named_enum;

named_enum! {
    /// What went wrong, by the name that the state machine's `Retry` and `Catch` match.
    ///
    /// The set is frozen: a name may be added, never renamed.
    pub enum ErrorKind {
        /// A service asked us to slow down. Worth another try.
        Throttled = "ThrottledError",
        /// A service did not answer or answered with a fault of its own. Worth another try.
        DependencyUnavailable = "DependencyUnavailableError",
        /// The environment must be mended before another try: disk, permissions, credentials, a quota that
        /// does not come back by waiting, or a bucket, table or model that is missing.
        Environment = "EnvironmentError",
        /// The input of a step is not what the step accepts.
        InvalidEvent = "InvalidEventError",
        /// An object, or the version of it that the run has pinned, is gone.
        ObjectNotFound = "ObjectNotFoundError",
        /// A conditional write met another state than it demands, such as a lost claim.
        PreconditionFailed = "PreconditionFailedError",
        /// The dataset has no contract, or its contract does not load.
        Contract = "ContractError",
        /// The model gave no usable answer, not even after the repair round.
        ModelAnswer = "ModelAnswerError",
        /// The call would cost more than the run's ceiling.
        CostCeiling = "CostCeilingError",
        /// The mail was definitely refused.
        EmailRefused = "EmailRefusedError",
        /// A promise of our own was broken. A bug, reported as one.
        Internal = "InternalError",
    }
}

impl ErrorKind {
    /// Whether the same call may succeed a moment later. Every such kind has a `Retry`.
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::DependencyUnavailable)
    }
}

/// An error of a step or of a port.
///
/// `Display` gives the message and the context on one line. Neither may hold row contents,
/// addresses or prompts, since both are logged.
#[derive(Debug)]
pub struct StepError {
    kind: ErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl StepError {
    /// An error of this kind, with a message that says what was being done and what stood against it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), context: Vec::new(), source: None }
    }

    /// Adds what the error is about, such as `("key", "input/x.csv")`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.context.push((name, value.to_string()));
        self
    }

    /// Adds the error that caused this one.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message with its context and the chain of its sources, as `Cause` shows it.
    pub fn report(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (i, (name, value)) in self.context.iter().enumerate() {
            write!(f, "{}{name}={value}", if i == 0 { " (" } else { ", " })?;
        }
        if self.context.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

impl StdError for StepError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|error| error as &(dyn StdError + 'static))
    }
}

/// The result of a step or of a port.
pub type StepResult<T> = Result<T, StepError>;
