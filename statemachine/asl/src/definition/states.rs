//! Parses the states of a workflow, by type.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::Fields;
use super::model::{ChoiceRule, Kind, MAX_SECONDS, Parallel, State, Task, Wait, Workflow};
use super::resource::{FunctionName, INVOKE_ARGUMENTS, Resource};
use super::variables::assign;
use super::{error_handling, graph, map_state};
use crate::template::Template;

/// The longest name of a state, in characters.
const MAX_NAME: usize = 80;

/// `StartAt` and `States` of a machine, a branch or an item processor.
pub(super) fn workflow(fields: &Fields<'_>, inherits_jsonata: bool) -> Option<Workflow> {
    fields.required("StartAt");
    let start_at = fields.name("StartAt");
    let states = fields.required("States")?;
    let states_path = fields.path("States");
    let states = Fields::of(states, fields.state, &states_path, fields.problems)?;
    let mut parsed = BTreeMap::new();
    let mut transitions = Vec::new();
    for (name, value) in states.entries() {
        let problems = fields.problems;
        if name.is_empty() || name.chars().count() > MAX_NAME {
            problems.add(Some(name), "", format!("its name must have 1 to {MAX_NAME} characters"));
        }
        let Some(state) = Fields::of(value, Some(name), "", problems) else { continue };
        transitions.push(graph::transitions_of(name, &state));
        if let Some(state) = parse_state(name, &state, inherits_jsonata) {
            parsed.insert(name.clone(), state);
        }
    }
    graph::check(start_at, &transitions, fields);
    Some(Workflow { start_at: start_at?.to_owned(), states: parsed })
}

fn parse_state(name: &str, fields: &Fields<'_>, inherits_jsonata: bool) -> Option<State> {
    check_query_language(fields, inherits_jsonata);
    fields.string("Comment");
    fields.required("Type");
    let kind_name = fields.string("Type")?;
    let Some((allowed, whose)) = allowed_fields(kind_name) else {
        let message = "must be Task, Pass, Choice, Wait, Succeed, Fail, Parallel or Map";
        fields.problem("Type", message);
        return None;
    };
    let common = ["Comment", "QueryLanguage", "Type"];
    fields.allow(&[&common, allowed].concat(), whose);
    let has_next = allowed.contains(&"Next");
    let next = if has_next { next_or_end(fields) } else { None };
    let kind = match kind_name {
        "Pass" => Some(Kind::Pass),
        "Succeed" => Some(Kind::Succeed),
        "Fail" => Some(Kind::Fail {
            error: fields.string_template("Error"),
            cause: fields.string_template("Cause"),
        }),
        "Choice" => choice(fields),
        "Wait" => wait(fields).map(Kind::Wait),
        "Task" => task(fields).map(Kind::Task),
        "Parallel" => parallel(fields, inherits_jsonata).map(Kind::Parallel),
        _ => {
            let parse_workflow = |processor: &Fields<'_>| workflow(processor, inherits_jsonata);
            map_state::parse(fields, parse_workflow).map(|map| Kind::Map(Box::new(map)))
        }
    };
    let assign = assign(fields);
    let output = fields.template("Output");
    let (retry, catch) = (error_handling::retry(fields), error_handling::catch(fields));
    Some(State { name: name.to_owned(), kind: kind?, assign, output, retry, catch, next })
}

fn check_query_language(fields: &Fields<'_>, inherits_jsonata: bool) {
    match fields.string("QueryLanguage") {
        Some("JSONata") => {}
        Some("JSONPath") => fields.problem("QueryLanguage", "JSONPath is refused; use JSONata"),
        Some(_) => fields.problem("QueryLanguage", "must be \"JSONata\""),
        None if inherits_jsonata || fields.has("QueryLanguage") => {}
        None => fields.problem(
            "QueryLanguage",
            "is JSONPath by default, which is refused; say \"QueryLanguage\": \"JSONata\" here or \
             in the machine",
        ),
    }
}

/// The fields of a state of this type, but for those that all types have.
fn allowed_fields(kind: &str) -> Option<(&'static [&'static str], &'static str)> {
    Some(match kind {
        "Pass" => (&["Assign", "End", "Next", "Output"], "a Pass state"),
        "Succeed" => (&["Output"], "a Succeed state"),
        "Fail" => (&["Cause", "Error"], "a Fail state"),
        "Choice" => (&["Assign", "Choices", "Default", "Output"], "a Choice state"),
        "Wait" => (&["Assign", "End", "Next", "Output", "Seconds", "Timestamp"], "a Wait state"),
        "Task" => (
            &[
                "Arguments",
                "Assign",
                "Catch",
                "Credentials",
                "End",
                "HeartbeatSeconds",
                "Next",
                "Output",
                "Resource",
                "Retry",
                "TimeoutSeconds",
            ],
            "a Task state",
        ),
        "Parallel" => (
            &["Arguments", "Assign", "Branches", "Catch", "End", "Next", "Output", "Retry"],
            "a Parallel state",
        ),
        "Map" => (map_state::FIELDS, "a Map state"),
        _ => return None,
    })
}

/// `Next` or `"End": true`; exactly one of them.
fn next_or_end(fields: &Fields<'_>) -> Option<String> {
    let next = fields.name("Next");
    let end = fields.boolean("End");
    match (fields.has("Next"), end) {
        (true, Some(true)) => fields.problem("End", "must not be there together with Next"),
        (false, None) if !fields.has("End") => {
            fields.problem("Next", "is missing: a state has either Next or \"End\": true");
        }
        (false, Some(false)) => fields.problem("End", "must be true where there is no Next"),
        _ => {}
    }
    next.map(str::to_owned)
}

fn choice(fields: &Fields<'_>) -> Option<Kind> {
    fields.required("Choices");
    let default = fields.name("Default").map(str::to_owned);
    let choices = fields.filled_array("Choices")?;
    let rules = choices.iter().enumerate().filter_map(|(index, rule)| {
        let path = format!("Choices[{index}]");
        let rule = Fields::of(rule, fields.state, &path, fields.problems)?;
        rule.allow(&["Assign", "Comment", "Condition", "Next", "Output"], "a choice rule");
        rule.string("Comment");
        rule.required("Next");
        let next = rule.name("Next");
        let (assign, output) = (assign(&rule), rule.template("Output"));
        let condition = match rule.required("Condition")? {
            Value::Bool(flag) => Template::Literal(Value::Bool(*flag)),
            _ => rule.expression("Condition")?,
        };
        Some(ChoiceRule { condition, assign, output, next: next?.to_owned() })
    });
    Some(Kind::Choice { rules: rules.collect(), default })
}

fn wait(fields: &Fields<'_>) -> Option<Wait> {
    match (fields.has("Seconds"), fields.has("Timestamp")) {
        (true, false) => fields.integer_template("Seconds", 0, MAX_SECONDS).map(Wait::Seconds),
        (false, true) => {
            let timestamp = fields.string_template("Timestamp")?;
            if let Template::Literal(Value::String(text)) = &timestamp
                && chrono::DateTime::parse_from_rfc3339(text).is_err()
            {
                fields.problem("Timestamp", "must be an ISO 8601 time: 2016-03-14T01:59:00Z");
            }
            Some(Wait::Timestamp(timestamp))
        }
        (true, true) => {
            fields.problem("Timestamp", "must not be there together with Seconds");
            None
        }
        (false, false) => {
            fields.problem("Seconds", "is missing: a Wait state has Seconds or Timestamp");
            None
        }
    }
}

fn task(fields: &Fields<'_>) -> Option<Task> {
    fields.required("Resource");
    // A role to assume means nothing to functions of this process.
    fields.object_template("Credentials");
    let timeout_seconds = fields.integer_template("TimeoutSeconds", 1, MAX_SECONDS);
    let heartbeat_seconds = fields.integer_template("HeartbeatSeconds", 1, MAX_SECONDS);
    if let (Some(Template::Literal(timeout)), Some(Template::Literal(heartbeat))) =
        (&timeout_seconds, &heartbeat_seconds)
        && heartbeat.as_u64() >= timeout.as_u64()
    {
        fields.problem("HeartbeatSeconds", "must be less than TimeoutSeconds");
    }
    let arguments = fields.template("Arguments");
    let resource = match Resource::parse(fields.name("Resource")?) {
        Ok(resource) => resource,
        Err(message) => {
            fields.problem("Resource", message);
            return None;
        }
    };
    if resource == Resource::LambdaInvoke {
        check_invoke_arguments(fields);
    }
    Some(Task { resource, arguments, timeout_seconds, heartbeat_seconds })
}

fn check_invoke_arguments(fields: &Fields<'_>) {
    // Anything but an object is an expression, or is the state's input: known when it runs.
    let Some(value @ Value::Object(_)) = fields.get("Arguments") else { return };
    let path = fields.path("Arguments");
    let Some(arguments) = Fields::of(value, fields.state, &path, fields.problems) else { return };
    arguments.allow(INVOKE_ARGUMENTS, "lambda:invoke");
    arguments.required("FunctionName");
    if let Some(name) = arguments.string("FunctionName")
        && !name.starts_with("{%")
        && FunctionName::parse(name).is_none()
    {
        arguments.problem("FunctionName", "must be a function's name or ARN");
    }
    if let Some(kind) = arguments.string("InvocationType")
        && !kind.starts_with("{%")
        && kind != "RequestResponse"
    {
        arguments.problem("InvocationType", "must be RequestResponse, the only one run here");
    }
}

fn parallel(fields: &Fields<'_>, inherits_jsonata: bool) -> Option<Parallel> {
    fields.required("Branches");
    let arguments = fields.template("Arguments");
    let branches = fields.filled_array("Branches")?;
    let branches = branches.iter().enumerate().filter_map(|(index, branch)| {
        let path = format!("Branches[{index}]");
        let branch = Fields::of(branch, fields.state, &path, fields.problems)?;
        branch.allow(&["Comment", "StartAt", "States"], "a branch");
        branch.string("Comment");
        workflow(&branch, inherits_jsonata)
    });
    Some(Parallel { arguments, branches: branches.collect() })
}
