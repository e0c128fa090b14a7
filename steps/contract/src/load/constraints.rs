//! Reads the constraints of a field.

use regex::Regex;

use super::regex_dialect;
use crate::constraint::{Constraint, ConstraintName, Rule};
use crate::field::Reader;
use crate::field_type::FieldType;
use crate::json::{Json, Node, Object, list};
use crate::number::Number;
use crate::problem::Problems;
use crate::{Value, spelling};

/// The constraints of a field.
#[derive(Default)]
pub(super) struct Constraints {
    pub(super) required: bool,
    pub(super) unique: bool,
    /// Those that a value by itself keeps or breaks.
    pub(super) of_values: Vec<Constraint>,
}

/// Reads `constraints` of a field that is read by `reader`.
pub(super) fn read(
    node: &Node<'_>,
    reader: &Reader,
    problems: &mut Problems,
) -> Option<Constraints> {
    let object = node.object(problems)?;
    let field_type = reader.field_type();
    check_names(&object, field_type, problems);
    let mut constraints = Constraints::default();
    for name in ConstraintName::ALL.into_iter().filter(|name| name.applies_to(field_type)) {
        if let Some(node) = object.get(name.as_str()) {
            // What is wrong with one is among the problems, and the others are read.
            let _ = constraints.add(name, &node, reader, problems);
        }
    }
    Some(constraints)
}

fn check_names(object: &Object<'_>, field_type: FieldType, problems: &mut Problems) {
    let known = ConstraintName::ALL.map(ConstraintName::as_str);
    let allowed: Vec<&str> = ConstraintName::ALL
        .into_iter()
        .filter(|name| name.applies_to(field_type))
        .map(ConstraintName::as_str)
        .collect();
    let (field_type, allowed_list) = (field_type.as_str(), list(&allowed));
    for key in object.keys().filter(|key| !allowed.contains(key)) {
        let message = if known.contains(&key) {
            format!("the type `{field_type}` has no constraint `{key}`, only {allowed_list}")
        } else if let Some(nearest) = spelling::nearest(key, &known) {
            format!("unknown constraint; did you mean `{nearest}`?")
        } else {
            format!("unknown constraint; the type `{field_type}` can have {allowed_list}")
        };
        problems.add(&object.path.key(key), message);
    }
}

impl Constraints {
    /// Adds the constraint; `None` if there was a problem.
    fn add(
        &mut self,
        name: ConstraintName,
        node: &Node<'_>,
        reader: &Reader,
        problems: &mut Problems,
    ) -> Option<()> {
        let rule = match name {
            ConstraintName::Required => {
                self.required = node.boolean(problems)?;
                return Some(());
            }
            ConstraintName::Unique => {
                self.unique = node.boolean(problems)?;
                return Some(());
            }
            ConstraintName::MinLength => Rule::MinLength(node.count(problems)?),
            ConstraintName::MaxLength => Rule::MaxLength(node.count(problems)?),
            ConstraintName::Pattern => pattern(node, problems)?,
            ConstraintName::Minimum => Rule::Minimum(constant(node, reader, problems)?),
            ConstraintName::Maximum => Rule::Maximum(constant(node, reader, problems)?),
            ConstraintName::ExclusiveMinimum => {
                Rule::ExclusiveMinimum(constant(node, reader, problems)?)
            }
            ConstraintName::ExclusiveMaximum => {
                Rule::ExclusiveMaximum(constant(node, reader, problems)?)
            }
            ConstraintName::Enum => choices(node, reader, problems)?,
        };
        self.of_values.push(Constraint::new(rule));
        Some(())
    }
}

fn choices(node: &Node<'_>, reader: &Reader, problems: &mut Problems) -> Option<Rule> {
    let values = node.each(problems, |node, problems| constant(node, reader, problems))?;
    if values.is_empty() {
        return problems.none(&node.path, "must not be empty");
    }
    Some(Rule::one_of(values))
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
        let message = format!("is not a value of the type `{}`", reader.field_type().as_str());
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
