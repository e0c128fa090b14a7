//! A state machine's definition, parsed and checked.
//!
//! The model mirrors the Amazon States Language (<https://states-language.net/>) restricted to
//! what is run here: names are the language's own. Numbers that AWS lets an expression give are
//! [`Template`]s.

mod error_handling;
mod fields;
mod graph;
mod map_state;
mod resource;
mod states;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::problem::Problem;
use crate::template::Template;
use fields::{Fields, Problems};

pub(crate) use error_handling::{Catcher, Retrier};
pub(crate) use map_state::{
    InputType, ItemBatcher, ItemReader, Map, ReaderSource, ResultWriter, Transformation,
};
pub(crate) use resource::{FunctionName, Resource};
pub(crate) use states::INVOKE_ARGUMENTS;

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

/// States that run one after another: the machine's own, a branch's or an item processor's.
#[derive(Debug, Clone)]
pub(crate) struct Workflow {
    pub(crate) start_at: String,
    pub(crate) states: BTreeMap<String, State>,
}

#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) assign: Option<Template>,
    pub(crate) output: Option<Template>,
    pub(crate) retry: Vec<Retrier>,
    pub(crate) catch: Vec<Catcher>,
    /// `None`: the state ends its workflow.
    pub(crate) next: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Pass,
    Succeed,
    Fail { error: Option<Template>, cause: Option<Template> },
    Choice { rules: Vec<ChoiceRule>, default: Option<String> },
    Wait(Wait),
    Task(Task),
    Parallel(Parallel),
    Map(Box<Map>),
}

impl Kind {
    /// The type as events spell it: `Task` of `TaskStateEntered`.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Pass => "Pass",
            Self::Succeed => "Succeed",
            Self::Fail { .. } => "Fail",
            Self::Choice { .. } => "Choice",
            Self::Wait(_) => "Wait",
            Self::Task(_) => "Task",
            Self::Parallel(_) => "Parallel",
            Self::Map(_) => "Map",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ChoiceRule {
    pub(crate) condition: Template,
    pub(crate) assign: Option<Template>,
    pub(crate) output: Option<Template>,
    pub(crate) next: String,
}

#[derive(Debug, Clone)]
pub(crate) enum Wait {
    Seconds(Template),
    Timestamp(Template),
}

#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) resource: Resource,
    pub(crate) arguments: Option<Template>,
    pub(crate) timeout_seconds: Option<Template>,
    pub(crate) heartbeat_seconds: Option<Template>,
}

#[derive(Debug, Clone)]
pub(crate) struct Parallel {
    pub(crate) arguments: Option<Template>,
    pub(crate) branches: Vec<Workflow>,
}

/// The longest duration in seconds that a field may say.
pub(crate) const MAX_SECONDS: u64 = 99_999_999;

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
        graph::check_assigned_names(workflow, problems);
    }
    Some(StateMachine { workflow: workflow?, timeout_seconds })
}
