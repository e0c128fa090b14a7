//! What an execution is started with: the ports it runs on, and its request.

use serde_json::Value;

use crate::clock::Clock;
use crate::functions::Functions;
use crate::history::Observer;
use crate::objects::Objects;

/// What a machine runs on.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The functions that Task states call.
    pub functions: &'a dyn Functions,
    /// The time, and how to wait.
    pub clock: &'a dyn Clock,
    /// The objects that Map states read items from and write results to.
    pub objects: &'a dyn Objects,
    /// Who is told of each event as it happens.
    pub observer: &'a dyn Observer,
}

/// What to run a machine with.
#[derive(Debug, Clone)]
pub struct ExecutionRequest {
    /// The execution's name.
    pub name: String,
    /// Its input.
    pub input: Value,
    /// The machine's ARN, from which the execution's is made.
    pub state_machine_arn: String,
    /// The role's ARN, for `$states.context` and the history only.
    pub role_arn: String,
    /// What `$random`, `$uuid` and jitter start from; by default something new each time.
    pub seed: Option<u64>,
}

impl ExecutionRequest {
    /// An execution named `name` of the machine `state_machine_name`, in no account of anybody's.
    pub fn new(state_machine_name: &str, name: impl Into<String>, input: Value) -> Self {
        Self {
            name: name.into(),
            input,
            state_machine_arn: format!(
                "arn:aws:states:us-east-1:000000000000:stateMachine:{state_machine_name}"
            ),
            role_arn: "arn:aws:iam::000000000000:role/local".to_owned(),
            seed: None,
        }
    }
}
