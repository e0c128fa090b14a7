//! Reads the constraints of a field.

use regex::Regex;

use super::regex_dialect;
use crate::constraint::{Choices, Constraint, Rule};
use crate::field::{FieldType, Reader};
use crate::json::{Json, Node, Object, list};
use crate::number::Number;
use crate::problem::Problems;
use crate::{Value, spelling};

/// Every constraint that some type has, in the order in which they are checked.
pub(super) const NAMES: [&str; 10] = [
    "required",
    "unique",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "enum",
];

/// The constraints of a field.
#[derive(Default)]
pub(super) struct Constraints {
    pub(super) required: bool,
    pub(super) unique: bool,
    pub(super) others: Vec<Constraint>,
}

/// Those of [`NAMES`] that a type has.
fn allowed(field_type: FieldType) -> &'static [&'static str] {
    match field_type {
        FieldType::String => &["required", "unique", "minLength", "maxLength", "pattern", "enum"],
        FieldType::Boolean | FieldType::Any => &["required", "unique", "enum"],
        _ => &[
            "required",
            "unique",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "enum",
        ],
    }
}

/// Reads `constraints` of a field that is read by `reader`.
pub(super) fn read(
    node: &Node<'_>,
    reader: &Reader,
    problems: &mut Problems,
) -> Option<Constraints> {
    let object = node.object(problems)?;
    check_names(&object, reader.field_type(), problems);
    let flag = |name: &str, problems: &mut Problems| {
        object.get(name).is_some_and(|node| node.boolean(problems).unwrap_or_default())
    };
    let mut constraints = Constraints {
        required: flag("required", problems),
        unique: flag("unique", problems),
        others: Vec::new(),
    };
    for name in allowed(reader.field_type()) {
        let Some(node) = object.get(name) else { continue };
        constraints.others.extend(constraint(name, &node, reader, problems));
    }
    Some(constraints)
}

fn check_names(object: &Object<'_>, field_type: FieldType, problems: &mut Problems) {
    let allowed = allowed(field_type);
    for key in object.keys().filter(|key| !allowed.contains(key)) {
        let message = if NAMES.contains(&key) {
            format!(
                "the type `{}` has no constraint `{key}`, only {}",
                field_type.name(),
                list(allowed)
            )
        } else if let Some(nearest) = spelling::nearest(key, &NAMES) {
            format!("unknown constraint; did you mean `{nearest}`?")
        } else {
            format!(
                "unknown constraint; the type `{}` can have {}",
                field_type.name(),
                list(allowed)
            )
        };
        problems.add(&object.path.key(key), message);
    }
}

fn constraint(
    name: &str,
    node: &Node<'_>,
    reader: &Reader,
    problems: &mut Problems,
) -> Option<Constraint> {
    let mut values = Vec::new();
    let rule = match name {
        "minLength" => Rule::MinLength(node.count(problems)?),
        "maxLength" => Rule::MaxLength(node.count(problems)?),
        "pattern" => pattern(node, problems)?,
        "minimum" => Rule::Minimum(constant(node, reader, problems)?),
        "maximum" => Rule::Maximum(constant(node, reader, problems)?),
        "exclusiveMinimum" => Rule::ExclusiveMinimum(constant(node, reader, problems)?),
        "exclusiveMaximum" => Rule::ExclusiveMaximum(constant(node, reader, problems)?),
        "enum" => {
            values = node.each(problems, |node, problems| constant(node, reader, problems))?;
            if values.is_empty() {
                return problems.none(&node.path, "must not be empty");
            }
            Rule::Enum(Choices::new(values.clone()))
        }
        _ => return None,
    };
    Some(Constraint::new(rule, &values))
}

/// A value of the field's type: text that a cell could hold, or a JSON number or boolean where the
/// type has such values.
fn constant(node: &Node<'_>, reader: &Reader, problems: &mut Problems) -> Option<Value<'static>> {
    /// From here on, a JSON number may have lost digits when it was read.
    const EXACT: f64 = 1e19;
    let value = match (node.json, reader) {
        (Json::String(text), _) => reader.read(text).map(Value::into_owned),
        (Json::Bool(value), Reader::Boolean(_)) => Some(Value::Boolean(*value)),
        (Json::Integer(value), Reader::Integer(_)) => Some(Value::Integer((*value).into())),
        (Json::Integer(value), Reader::Number(_)) => Some(Value::Number((*value).into())),
        (Json::Integer(value @ 0..=9999), Reader::Year) => {
            i32::try_from(*value).ok().map(Value::Year)
        }
        (Json::Float(value), Reader::Integer(_) | Reader::Number(_)) if value.abs() >= EXACT => {
            return problems
                .none(&node.path, "write this number as a string, to keep all its digits");
        }
        (Json::Float(value), Reader::Integer(_)) if value.fract() == 0.0 => {
            Number::parse_integer(&value.to_string()).ok().map(Value::Integer)
        }
        (Json::Float(value), Reader::Number(_)) => {
            Number::parse(&value.to_string()).ok().map(Value::Number)
        }
        _ => None,
    };
    value.or_else(|| {
        let message = format!("is not a value of the type `{}`", reader.field_type().name());
        problems.none(&node.path, message)
    })
}

fn pattern(node: &Node<'_>, problems: &mut Problems) -> Option<Rule> {
    let source = node.string(problems)?;
    if let Some(reason) = regex_dialect::ambiguity(source) {
        return problems.none(&node.path, format!("the pattern is not supported: {reason}"));
    }
    // By itself first: `a)|(b` would be balanced inside the group.
    let whole = Regex::new(source).and_then(|_| Regex::new(&format!(r"\A(?:{source})\z")));
    match whole {
        Ok(whole) => Some(Rule::Pattern { source: source.to_owned(), whole }),
        Err(error) => {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            problems.none(&node.path, format!("the pattern is not supported: {reason}"))
        }
    }
}
