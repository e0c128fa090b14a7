//! What every Lambda function shares: an event becomes a call of a step, an error its name.
//!
//! A function's `main` is [`run`] with the step's name and a function that reads the environment,
//! connects the ports, and [`Function::serve`]s the step.

mod boundary;
mod correlation;
mod environment;
mod event;
mod failure;
mod function;
mod log;
mod metrics;
mod panics;
mod start;
mod start_error;
mod warnings;

pub use environment::Environment;
pub use function::Function;
pub use metrics::Metrics;
pub use start::run;
pub use start_error::StartError;
