//! Parses a state machine's definition and checks it.

mod error_handling;
mod fields;
mod graph;
mod map_state;
mod model;
mod resource;
mod states;
mod variables;

use serde_json::Value;

use crate::problem::Problem;
use fields::{Fields, Problems};

pub(crate) use model::{
    ChoiceRule, InputType, ItemBatcher, ItemReader, Kind, MAX_SECONDS, Map, Parallel, ReaderSource,
    ResultWriter, Retrier, State, Task, Transformation, Wait, Workflow,
};
pub(crate) use resource::{FunctionName, INVOKE_ARGUMENTS, Resource};

/// A definition that has no [`Problem`].
#[derive(Debug, Clone)]
pub struct StateMachine {
    pub(crate) workflow: Workflow,
    pub(crate) timeout_seconds: Option<u64>,
}

impl StateMachine {
    /// Parses a definition and compiles its expressions.
    ///
    /// # Errors
    /// Every problem of the definition, by state and field.
    pub fn parse(json: &str) -> Result<Self, Vec<Problem>> {
        let problems = Problems::default();
        let machine = parse(json, &problems);
        let found = problems.into_list();
        match machine {
            Some(machine) if found.is_empty() => Ok(machine),
            _ => Err(found),
        }
    }

    /// Every problem of a definition; none if it can be run.
    pub fn check(json: &str) -> Vec<Problem> {
        Self::parse(json).err().unwrap_or_default()
    }
}

fn parse(json: &str, problems: &Problems) -> Option<StateMachine> {
    let value: Value = match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => {
            problems.add(None, "", format!("the definition is not JSON: {error}"));
            return None;
        }
    };
    let fields = Fields::of(&value, None, "", problems)?;
    fields.allow(
        &["Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"],
        "a state machine",
    );
    fields.string("Comment");
    if let Some(version) = fields.string("Version")
        && version != "1.0"
    {
        fields.problem("Version", "must be \"1.0\"");
    }
    let language = fields.string("QueryLanguage");
    if let Some(language) = language
        && !matches!(language, "JSONata" | "JSONPath")
    {
        fields.problem("QueryLanguage", "must be \"JSONata\"");
    }
    let timeout_seconds = fields.integer("TimeoutSeconds", 1, MAX_SECONDS);
    let inherits_jsonata = language == Some("JSONata");
    let workflow = states::workflow(&fields, inherits_jsonata);
    if let Some(workflow) = &workflow {
        variables::check_assigned_names(workflow, problems);
    }
    Some(StateMachine { workflow: workflow?, timeout_seconds })
}
