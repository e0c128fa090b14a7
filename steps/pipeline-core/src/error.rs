//! The one error of steps and ports: a kind with a stable name, a message, context and a source.

use std::{error::Error as StdError, fmt};

/// What went wrong, by the name that the state machine's `Retry` and `Catch` match.
///
/// The set is frozen: a name may be added, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A service asked us to slow down. Worth another try.
    Throttled,
    /// A service did not answer or answered with a fault of its own. Worth another try.
    DependencyUnavailable,
    /// The environment must be mended before another try: disk, permissions, credentials, a quota that
    /// does not come back by waiting, or a bucket, table or model that is missing.
    Environment,
    /// The input of a step is not what the step accepts.
    InvalidEvent,
    /// An object, or the version of it that the run has pinned, is gone.
    ObjectNotFound,
    /// A conditional write met another state than it demands, such as a lost claim.
    PreconditionFailed,
    /// The dataset has no contract, or its contract does not load.
    Contract,
    /// The model gave no usable answer, not even after the repair round.
    ModelAnswer,
    /// The call would cost more than the run's ceiling.
    CostCeiling,
    /// The mail was definitely refused.
    EmailRefused,
    /// A promise of our own was broken. A bug, reported as one.
    Internal,
}

impl ErrorKind {
    /// Every kind, for the tests that hold code and state machine together.
    pub const ALL: [Self; 11] = [
        Self::Throttled,
        Self::DependencyUnavailable,
        Self::Environment,
        Self::InvalidEvent,
        Self::ObjectNotFound,
        Self::PreconditionFailed,
        Self::Contract,
        Self::ModelAnswer,
        Self::CostCeiling,
        Self::EmailRefused,
        Self::Internal,
    ];

    /// The name under which the state machine sees this kind (`Error` in Amazon States Language).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throttled => "ThrottledError",
            Self::DependencyUnavailable => "DependencyUnavailableError",
            Self::Environment => "EnvironmentError",
            Self::InvalidEvent => "InvalidEventError",
            Self::ObjectNotFound => "ObjectNotFoundError",
            Self::PreconditionFailed => "PreconditionFailedError",
            Self::Contract => "ContractError",
            Self::ModelAnswer => "ModelAnswerError",
            Self::CostCeiling => "CostCeilingError",
            Self::EmailRefused => "EmailRefusedError",
            Self::Internal => "InternalError",
        }
    }

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
