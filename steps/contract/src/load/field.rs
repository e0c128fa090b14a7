//! Reads one field: its name, type, format and notation.

use std::sync::Arc;

use super::constraints::{self, Constraints};
use crate::constraint::ConstraintName;
use crate::field::{Field, Reader, TypeError};
use crate::field_type::{FieldType, FormatName};
use crate::json::{Json, Node, Object, list};
use crate::problem::Problems;
use crate::types::boolean::Words;
use crate::types::numeric::Notation;
use crate::types::strptime::Pattern;
use crate::types::text::TextFormat;

/// Properties of a field that have a meaning here.
const KNOWN: [&str; 10] = [
    "name",
    "type",
    "format",
    "constraints",
    "missingValues",
    "bareNumber",
    "decimalChar",
    "groupChar",
    "trueValues",
    "falseValues",
];

/// Annotations of a field that are near to a property's name.
const ANNOTATIONS: [&str; 5] = ["title", "description", "rdfType", "example", "examples"];

/// Properties of the standard, or of its reference implementation, that are not supported.
const REFUSED: [(&str, &str); 3] = [
    ("categories", "is not supported: use `enum` in `constraints`"),
    ("categoriesOrdered", "is not supported"),
    ("floatNumber", "is not supported: numbers are exact"),
];

/// Properties that have a meaning for some types only.
const NOTATION: [(&str, &[FieldType]); 5] = [
    ("bareNumber", &[FieldType::Integer, FieldType::Number]),
    ("groupChar", &[FieldType::Integer, FieldType::Number]),
    ("decimalChar", &[FieldType::Number]),
    ("trueValues", &[FieldType::Boolean]),
    ("falseValues", &[FieldType::Boolean]),
];

const UNSUPPORTED_TYPES: [&str; 6] = ["object", "array", "geopoint", "geojson", "duration", "list"];

/// Reads a field; `missing_values` are the schema's.
pub(super) fn read(
    node: &Node<'_>,
    missing_values: &[String],
    problems: &mut Problems,
) -> Option<Field> {
    let object = node.object(problems)?;
    check_keys(&object, problems);
    let name = name(&object, problems);
    let missing_values = match object.get("missingValues") {
        Some(node) => self::missing_values(&node, problems),
        None => Some(missing_values.to_vec()),
    };
    let field_type = match object.get("type") {
        Some(node) => field_type(&node, problems)?,
        None => FieldType::String,
    };
    for (property, types) in NOTATION {
        if let Some(node) = object.get(property)
            && !types.contains(&field_type)
        {
            let message = format!("has no meaning for the type `{}`", field_type.as_str());
            problems.add(&node.path, message);
        }
    }
    let (reader, rule) = reader(field_type, &object, problems)?;
    let constraints = match object.get("constraints") {
        Some(node) => constraints::read(&node, &reader, problems)?,
        None => Constraints::default(),
    };
    Some(Field {
        name: name?.to_owned(),
        missing_values: missing_values?,
        reader,
        type_error: TypeError(Arc::from(rule)),
        required: constraints.required,
        unique: constraints.unique,
        constraints: constraints.of_values,
    })
}

fn check_keys(object: &Object<'_>, problems: &mut Problems) {
    object.refuse(&REFUSED, problems);
    for name in ConstraintName::ALL.map(ConstraintName::as_str) {
        if object.get(name).is_some() {
            let message =
                format!("belongs into the field's `constraints`, as `constraints.{name}`");
            problems.add(&object.path.key(name), message);
        }
    }
    let refused = REFUSED.map(|(name, _)| name);
    let constraints = ConstraintName::ALL.map(ConstraintName::as_str);
    let meant = [&KNOWN[..], &ANNOTATIONS, &refused, &constraints].concat();
    object.refuse_near_misses(&meant, problems);
}

fn name<'j>(object: &Object<'j>, problems: &mut Problems) -> Option<&'j str> {
    let node = object.required("name", problems)?;
    let name = node.string(problems)?;
    if name.trim().is_empty() {
        return problems.none(&node.path, "must not be blank");
    }
    if name.trim() != name {
        let message = "must not begin or end with a blank: labels of a file are read without them";
        return problems.none(&node.path, message);
    }
    Some(name)
}

fn field_type(node: &Node<'_>, problems: &mut Problems) -> Option<FieldType> {
    let name = node.string(problems)?;
    if UNSUPPORTED_TYPES.contains(&name) {
        return problems.none(&node.path, format!("the type `{name}` is not supported"));
    }
    node.one_of(&FieldType::ALL, FieldType::as_str, problems)
}

/// The reader, and the rule that a cell breaks which it cannot read.
fn reader(
    field_type: FieldType,
    object: &Object<'_>,
    problems: &mut Problems,
) -> Option<(Reader, String)> {
    let plain = |reader: Reader, rule: &str| (reader, rule.to_owned());
    let Format { name, pattern } = format(field_type, object, problems)?;
    let dated = |noun: &str, default: &str, reader: fn(Option<Pattern>) -> Reader| {
        let (form, pattern) = match pattern {
            Some((form, pattern)) => (form, Some(pattern)),
            None => (default, None),
        };
        (reader(pattern), format!("is not a {noun} in the form {form}"))
    };
    Some(match field_type {
        FieldType::String => match TextFormat::new(name) {
            Ok(format) => {
                let rule = format.rule();
                plain(Reader::String(format), rule)
            }
            Err(error) => return problems.none(&object.path.key("format"), error.to_string()),
        },
        FieldType::Integer => {
            plain(Reader::Integer(notation(object, problems)?), "is not an integer")
        }
        FieldType::Number => plain(Reader::Number(notation(object, problems)?), "is not a number"),
        FieldType::Boolean => {
            let words = words(object, problems)?;
            let rule = format!(
                "is none of the words for true ({}) and false ({})",
                words.true_values.join(", "),
                words.false_values.join(", ")
            );
            (Reader::Boolean(words), rule)
        }
        FieldType::Date => dated("date", "YYYY-MM-DD", Reader::Date),
        FieldType::DateTime => dated("date and time", "YYYY-MM-DDThh:mm:ss", Reader::DateTime),
        FieldType::Time => dated("time", "hh:mm:ss", Reader::Time),
        FieldType::Year => plain(Reader::Year, "is not a year in the form YYYY"),
        FieldType::YearMonth => plain(Reader::YearMonth, "is not a month in the form YYYY-MM"),
        FieldType::Any => plain(Reader::Any, ""),
    })
}

/// The format of a field.
struct Format<'j> {
    name: FormatName,
    /// A pattern takes the place of the default.
    pattern: Option<(&'j str, Pattern)>,
}

fn format<'j>(
    field_type: FieldType,
    object: &Object<'j>,
    problems: &mut Problems,
) -> Option<Format<'j>> {
    let named = |name| Some(Format { name, pattern: None });
    let Some(node) = object.get("format") else { return named(FormatName::Default) };
    let mut text = node.string(problems)?;
    if field_type.has_patterns() {
        // Version 1 of the standard had this prefix for a while.
        text = text.strip_prefix("fmt:").unwrap_or(text);
    }
    let allowed = FormatName::ALL.into_iter().filter(|name| name.applies_to(field_type));
    if let Some(name) = allowed.clone().find(|name| name.as_str() == text) {
        return named(name);
    }
    if field_type.has_patterns() {
        let pattern = Some((text, pattern(text, &node, problems)?));
        return Some(Format { name: FormatName::Default, pattern });
    }
    let field_type = field_type.as_str();
    let message = match allowed.map(FormatName::as_str).collect::<Vec<_>>().as_slice() {
        [only] => format!("the type `{field_type}` has no format `{text}`, only `{only}`"),
        several => {
            let several = list(several);
            format!("the format `{text}` is not supported; a {field_type} can be {several}")
        }
    };
    problems.none(&node.path, message)
}

fn pattern(text: &str, node: &Node<'_>, problems: &mut Problems) -> Option<Pattern> {
    if text == "any" {
        let message = "the format `any` is not supported, because it guesses; give a pattern such \
                       as `%d.%m.%Y`";
        return problems.none(&node.path, message);
    }
    match Pattern::new(text) {
        Ok(pattern) => Some(pattern),
        Err(reason) => {
            let message = format!("the pattern `{text}` is not supported: {reason}");
            problems.none(&node.path, message)
        }
    }
}

fn notation(object: &Object<'_>, problems: &mut Problems) -> Option<Notation> {
    let mut notation = Notation::default();
    if let Some(node) = object.get("bareNumber")
        && !node.boolean(problems)?
    {
        match regex::Regex::new(r"\d") {
            Ok(digit) => notation.digit = Some(digit),
            Err(error) => problems.add(&node.path, error.to_string()),
        }
    }
    if let Some(node) = object.get("decimalChar") {
        notation.decimal = Some(mark(&node, problems)?.to_owned())
            .filter(|mark| !matches!(mark.as_str(), "" | "."));
    }
    if let Some(node) = object.get("groupChar") {
        notation.group = Some(mark(&node, problems)?.to_owned()).filter(|mark| !mark.is_empty());
        if notation.group.as_deref() == Some(notation.decimal.as_deref().unwrap_or(".")) {
            problems.add(&node.path, "must differ from `decimalChar`");
        }
    }
    Some(notation)
}

/// A character that can stand in a number; an empty string is none.
fn mark<'j>(node: &Node<'j>, problems: &mut Problems) -> Option<&'j str> {
    let text = node.string(problems)?;
    let fits = |char: char| !char.is_alphanumeric() && !matches!(char, '+' | '-');
    if text.chars().count() > 1 || !text.chars().all(fits) {
        return problems.none(&node.path, "must be one character, and no letter, digit or sign");
    }
    Some(text)
}

fn words(object: &Object<'_>, problems: &mut Problems) -> Option<Words> {
    let mut words = Words::default();
    for (property, list) in
        [("trueValues", &mut words.true_values), ("falseValues", &mut words.false_values)]
    {
        let Some(node) = object.get(property) else { continue };
        *list = node.each(problems, |node, problems| node.string(problems).map(str::to_owned))?;
        if list.is_empty() {
            problems.add(&node.path, "must not be empty");
        }
    }
    if let Some(word) = words.true_values.iter().find(|word| words.false_values.contains(word)) {
        return problems.none(&object.path, format!("`{word}` means both true and false"));
    }
    Some(words)
}

/// Strings, or objects with a `value` and perhaps a `label`, which is an annotation.
pub(super) fn missing_values(node: &Node<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    node.each(problems, |node, problems| match node.json {
        Json::String(value) => Some(value.clone()),
        Json::Object(_) => {
            let object = node.object(problems)?;
            object.only(&["value", "label"], "property of a missing value", problems);
            object.required("value", problems)?.string(problems).map(str::to_owned)
        }
        _ => node.expected("a string or an object with a `value`", problems),
    })
}
