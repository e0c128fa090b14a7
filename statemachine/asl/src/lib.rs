//! An interpreter of JSONata state machines in the [Amazon States Language].
//!
//! [`StateMachine::parse`] reads and checks a definition; [`StateMachine::run`] executes it over the
//! ports of an [`Environment`]: the functions that Task states call, the clock, the objects that Map
//! states read and write, and an observer of the history. Errors, causes and history
//! events have the names and shapes that AWS Step Functions gives them.
//!
//! ```
//! use asl::{MockFunctions, NoObjects, StateMachine, run_mocked};
//! use serde_json::json;
//!
//! let definition = r#"{
//!     "QueryLanguage": "JSONata", "StartAt": "Greet", "States": { "Greet": {
//!         "Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111111111111:function:greet",
//!         "Arguments": { "name": "{% $uppercase($states.input.name) %}" }, "End": true
//!     } }
//! }"#;
//! let machine = StateMachine::parse(definition).expect("no problem in it");
//! let functions = MockFunctions::from_json(&json!({ "greet": { "echo": true } })).expect("mocks");
//! let outcome = run_mocked(&machine, json!({ "name": "ada" }), &functions, &NoObjects);
//! assert_eq!(outcome["output"], json!({ "name": "ADA" }));
//! ```
//!
//! [Amazon States Language]: https://states-language.net/

mod clock;
mod definition;
mod execution;
mod failure;
mod functions;
mod history;
mod jsonata;
mod mock;
mod objects;
mod problem;
mod random;
mod template;

pub use clock::{Clock, RealClock, Stalled, VirtualClock};
pub use definition::StateMachine;
pub use execution::{Environment, ExecutionRequest, ExecutionResult, Status};
pub use functions::{Call, FunctionError, Functions};
pub use history::{
    ErrorDetails, EventDetails, HistoryEvent, MapIteration, Observer, TaskErrorDetails, Truncation,
};
pub use mock::{MockFunctions, run_mocked, virtual_start};
pub use objects::{Chunks, NoObjects, ObjectError, ObjectSummary, Objects};
pub use problem::Problem;
