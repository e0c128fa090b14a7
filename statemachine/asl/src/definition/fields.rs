//! Reads the fields of a definition and notes every problem on the way.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::problem::Problem;
use crate::template::{Template, type_name};

/// The fields that only a `JSONPath` state has, and what stands for them in JSONata.
const JSON_PATH_FIELDS: &[(&str, &str)] = &[
    ("InputPath", "use $states.input in Arguments or Output"),
    ("OutputPath", "use Output"),
    ("ResultPath", "use Output or Assign"),
    ("ResultSelector", "use Output"),
    ("Parameters", "use Arguments (or ItemSelector in a Map state)"),
    ("Result", "use Output"),
    ("ItemsPath", "use Items"),
    ("SecondsPath", "use Seconds"),
    ("TimestampPath", "use Timestamp"),
    ("TimeoutSecondsPath", "use TimeoutSeconds"),
    ("HeartbeatSecondsPath", "use HeartbeatSeconds"),
    ("ErrorPath", "use Error"),
    ("CausePath", "use Cause"),
    ("MaxConcurrencyPath", "use MaxConcurrency"),
    ("ToleratedFailureCountPath", "use ToleratedFailureCount"),
    ("ToleratedFailurePercentagePath", "use ToleratedFailurePercentage"),
    ("MaxItemsPath", "use MaxItems"),
    ("MaxItemsPerBatchPath", "use MaxItemsPerBatch"),
    ("MaxInputBytesPerBatchPath", "use MaxInputBytesPerBatch"),
    ("Variable", "use Condition"),
    ("And", "use Condition"),
    ("Or", "use Condition"),
    ("Not", "use Condition"),
];

/// How a comparison of a `JSONPath` choice rule begins: `StringEquals`, `IsPresent`.
const JSON_PATH_COMPARISONS: &[&str] = &[
    "String",
    "Numeric",
    "Boolean",
    "Timestamp",
    "IsBoolean",
    "IsNull",
    "IsNumeric",
    "IsPresent",
    "IsString",
    "IsTimestamp",
];

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub(super) fn add(&self, state: Option<&str>, field: &str, message: impl Into<String>) {
        self.0.borrow_mut().push(Problem {
            state: state.map(str::to_owned),
            field: field.to_owned(),
            message: message.into(),
        });
    }

    pub(super) fn into_list(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// One object of a definition.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    pub(super) state: Option<&'a str>,
    path: &'a str,
    pub(super) problems: &'a Problems,
}

impl<'a> Fields<'a> {
    /// `value` as the object at `path` of `state`; anything else is a problem.
    pub(super) fn of(
        value: &'a Value,
        state: Option<&'a str>,
        path: &'a str,
        problems: &'a Problems,
    ) -> Option<Self> {
        if let Value::Object(object) = value {
            return Some(Self { object, state, path, problems });
        }
        problems.add(state, path, format!("must be an object, but is {}", article(value)));
        None
    }

    /// The path of a field, from the state.
    pub(super) fn path(&self, field: &str) -> String {
        match (self.path, field) {
            ("", field) => field.to_owned(),
            (path, "") => path.to_owned(),
            (path, field) => format!("{path}.{field}"),
        }
    }

    pub(super) fn problem(&self, field: &str, message: impl Into<String>) {
        self.problems.add(self.state, &self.path(field), message);
    }

    /// Notes every field that is not among `allowed`; `whose` is what they are fields of.
    pub(super) fn allow(&self, allowed: &[&str], whose: &str) {
        for field in self.object.keys().filter(|field| !allowed.contains(&field.as_str())) {
            let instead = JSON_PATH_FIELDS.iter().find(|(name, _)| name == field);
            let comparison = whose == "a choice rule"
                && JSON_PATH_COMPARISONS.iter().any(|start| field.starts_with(start));
            if let Some((_, instead)) = instead {
                self.problem(field, format!("belongs to JSONPath, which is refused: {instead}"));
            } else if comparison {
                self.problem(field, "belongs to JSONPath, which is refused: use Condition");
            } else {
                self.problem(field, format!("is not a field of {whose}"));
            }
        }
    }

    /// Every field with its value.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.object.iter()
    }

    pub(super) fn get(&self, field: &str) -> Option<&'a Value> {
        self.object.get(field)
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.object.contains_key(field)
    }

    /// A field that must be there.
    pub(super) fn required(&self, field: &str) -> Option<&'a Value> {
        let value = self.get(field);
        if value.is_none() {
            self.problem(field, "is missing");
        }
        value
    }

    pub(super) fn string(&self, field: &str) -> Option<&'a str> {
        self.typed(field, "a string", Value::as_str)
    }

    /// A string that may not be empty.
    pub(super) fn name(&self, field: &str) -> Option<&'a str> {
        let name = self.string(field)?;
        if name.is_empty() {
            self.problem(field, "must not be empty");
            return None;
        }
        Some(name)
    }

    pub(super) fn boolean(&self, field: &str) -> Option<bool> {
        self.typed(field, "true or false", Value::as_bool)
    }

    pub(super) fn array(&self, field: &str) -> Option<&'a Vec<Value>> {
        self.typed(field, "an array", Value::as_array)
    }

    /// An array with at least one element.
    pub(super) fn filled_array(&self, field: &str) -> Option<&'a Vec<Value>> {
        let array = self.array(field)?;
        if array.is_empty() {
            self.problem(field, "must not be empty");
        }
        Some(array)
    }

    /// A whole number from `least` to `most`.
    pub(super) fn integer(&self, field: &str, least: u64, most: u64) -> Option<u64> {
        let wanted = format!("an integer from {least} to {most}");
        self.typed(field, &wanted, |value| {
            value.as_u64().filter(|number| (least..=most).contains(number))
        })
    }

    /// A whole number from `least` to `most`, or an expression that gives one.
    pub(super) fn integer_template(&self, field: &str, least: u64, most: u64) -> Option<Template> {
        match self.get(field)? {
            Value::String(_) => self.expression(field),
            _ => self.integer(field, least, most).map(|number| Template::Literal(number.into())),
        }
    }

    /// A string that must be an expression.
    pub(super) fn expression(&self, field: &str) -> Option<Template> {
        let template = self.template(field)?;
        if template.is_expression() {
            return Some(template);
        }
        // A bad expression has been noted already, and left a null.
        if !matches!(template, Template::Literal(Value::Null)) {
            self.problem(field, "must be a JSONata expression, \"{% … %}\"");
        }
        None
    }

    /// Any JSON with expressions in it.
    pub(super) fn template(&self, field: &str) -> Option<Template> {
        let value = self.get(field)?;
        let path = self.path(field);
        Some(Template::compile(value, &path, &mut |path, message| {
            self.problems.add(self.state, path, message);
        }))
    }

    /// A string, or an expression that gives one.
    pub(super) fn string_template(&self, field: &str) -> Option<Template> {
        self.string(field)?;
        self.template(field)
    }

    /// An object with expressions in it, or an expression that gives one.
    pub(super) fn object_template(&self, field: &str) -> Option<Template> {
        match self.get(field)? {
            Value::Object(_) => self.template(field),
            Value::String(_) => self.expression(field),
            other => {
                self.problem(field, format!("must be an object, but is {}", article(other)));
                None
            }
        }
    }

    pub(super) fn typed<T>(
        &self,
        field: &str,
        wanted: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(field)?;
        let read = read(value);
        if read.is_none() {
            let shown = match value {
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                other => article(other).to_owned(),
            };
            self.problem(field, format!("must be {wanted}, but is {shown}"));
        }
        read
    }
}

fn article(value: &Value) -> &'static str {
    match type_name(value) {
        "array" => "an array",
        "object" => "an object",
        "string" => "a string",
        "number" => "a number",
        "boolean" => "a boolean",
        _ => "null",
    }
}
