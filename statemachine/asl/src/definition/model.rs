//! A parsed definition: its workflows, their states, and what each type of state says.
//!
//! The names are the language's own (<https://states-language.net/>). Numbers that AWS lets an
//! expression give are [`Template`]s.

use std::collections::BTreeMap;

use super::resource::Resource;
use crate::template::Template;

/// The longest duration in seconds that a field may say.
pub(crate) const MAX_SECONDS: u64 = 99_999_999;

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

#[derive(Debug, Clone)]
pub(crate) struct Map {
    pub(crate) items: Option<Template>,
    pub(crate) item_reader: Option<ItemReader>,
    pub(crate) item_selector: Option<Template>,
    pub(crate) item_batcher: Option<ItemBatcher>,
    pub(crate) item_processor: Workflow,
    /// Whether each item is an execution of its own (`Mode` `DISTRIBUTED`).
    pub(crate) is_distributed: bool,
    pub(crate) max_concurrency: Option<Template>,
    pub(crate) tolerated_failure_count: Option<Template>,
    pub(crate) tolerated_failure_percentage: Option<Template>,
    pub(crate) result_writer: Option<ResultWriter>,
    pub(crate) label: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct ItemReader {
    pub(crate) source: ReaderSource,
    pub(crate) arguments: Option<Template>,
    pub(crate) max_items: Option<Template>,
}

#[derive(Debug, Clone)]
pub(crate) enum ReaderSource {
    /// `s3:listObjectsV2`: one item for each object.
    ListObjects,
    /// `s3:getObject`: the items in one object.
    GetObject(InputType),
}

#[derive(Debug, Clone)]
pub(crate) enum InputType {
    Json,
    JsonLines,
    /// `headers` are those given; otherwise the first row is.
    Csv {
        delimiter: u8,
        headers: Option<Vec<String>>,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct ItemBatcher {
    pub(crate) max_items_per_batch: Option<Template>,
    pub(crate) max_input_bytes_per_batch: Option<Template>,
    pub(crate) batch_input: Option<Template>,
}

#[derive(Debug, Clone)]
pub(crate) struct ResultWriter {
    /// `None`: the results are transformed, but stay the state's result.
    pub(crate) arguments: Option<Template>,
    pub(crate) transformation: Transformation,
    pub(crate) as_lines: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transformation {
    None,
    Compact,
    Flatten,
}

/// One retrier of a `Retry`.
#[derive(Debug, Clone)]
pub(crate) struct Retrier {
    pub(crate) error_equals: Vec<String>,
    pub(crate) interval_seconds: u64,
    pub(crate) max_attempts: u64,
    pub(crate) backoff_rate: f64,
    pub(crate) max_delay_seconds: Option<u64>,
    pub(crate) full_jitter: bool,
}

/// One catcher of a `Catch`.
#[derive(Debug, Clone)]
pub(crate) struct Catcher {
    pub(crate) error_equals: Vec<String>,
    pub(crate) assign: Option<Template>,
    pub(crate) output: Option<Template>,
    pub(crate) next: String,
}
