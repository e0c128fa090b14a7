//! Reads one field: its name, type, format and notation.

use std::sync::Arc;

use super::{near_misses, refuse};
use crate::field::{Field, FieldType, Reader, TypeError};
use crate::json::{Json, Node, Object, list};
use crate::problem::Problems;
use crate::types::boolean::Words;
use crate::types::numeric::Notation;
use crate::types::strptime::Pattern;
use crate::types::text::{Email, TextFormat};

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
            let message = format!("has no meaning for the type `{}`", field_type.name());
            problems.add(&node.path, message);
        }
    }
    let (reader, rule) = reader(field_type, &object, problems)?;
    let constraints = match object.get("constraints") {
        Some(node) => super::constraints::read(&node, &reader, problems)?,
        None => super::constraints::Constraints::default(),
    };
    Some(Field {
        name: name?.to_owned(),
        missing_values: missing_values?,
        reader,
        type_error: TypeError(Arc::from(rule)),
        required: constraints.required,
        unique: constraints.unique,
        constraints: constraints.others,
    })
}

fn check_keys(object: &Object<'_>, problems: &mut Problems) {
    refuse(object, &REFUSED, problems);
    for name in super::constraints::NAMES {
        if object.get(name).is_some() {
            let message =
                format!("belongs into the field's `constraints`, as `constraints.{name}`");
            problems.add(&object.path.key(name), message);
        }
    }
    let more: Vec<&'static str> = ANNOTATIONS
        .into_iter()
        .chain(REFUSED.map(|(name, _)| name))
        .chain(super::constraints::NAMES)
        .collect();
    near_misses(object, &KNOWN, &more, problems);
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
    node.one_of(&FieldType::NAMES, problems)
}

/// The reader, and the rule that a cell breaks which it cannot read.
fn reader(
    field_type: FieldType,
    object: &Object<'_>,
    problems: &mut Problems,
) -> Option<(Reader, String)> {
    let plain = |rule: &str| rule.to_owned();
    Some(match field_type {
        FieldType::String => {
            let (format, rule) = text_format(object, problems)?;
            (Reader::String(format), plain(rule))
        }
        FieldType::Date | FieldType::DateTime | FieldType::Time => {
            let (noun, default) = match field_type {
                FieldType::Date => ("date", "YYYY-MM-DD"),
                FieldType::DateTime => ("date and time", "YYYY-MM-DDThh:mm:ss"),
                _ => ("time", "hh:mm:ss"),
            };
            let (form, pattern) = match date_format(object, problems)? {
                Format::Default => (default, None),
                Format::Pattern(form, pattern) => (form, Some(pattern)),
            };
            let rule = format!("is not a {noun} in the form {form}");
            let reader = match field_type {
                FieldType::Date => Reader::Date(pattern),
                FieldType::DateTime => Reader::DateTime(pattern),
                _ => Reader::Time(pattern),
            };
            (reader, rule)
        }
        other => {
            default_format_only(object, other, problems)?;
            match other {
                FieldType::Integer => {
                    (Reader::Integer(notation(object, problems)?), plain("is not an integer"))
                }
                FieldType::Number => {
                    (Reader::Number(notation(object, problems)?), plain("is not a number"))
                }
                FieldType::Boolean => {
                    let words = words(object, problems)?;
                    let rule = format!(
                        "is none of the words for true ({}) and false ({})",
                        words.true_values.join(", "),
                        words.false_values.join(", ")
                    );
                    (Reader::Boolean(words), rule)
                }
                FieldType::Year => (Reader::Year, plain("is not a year in the form YYYY")),
                FieldType::YearMonth => {
                    (Reader::YearMonth, plain("is not a month in the form YYYY-MM"))
                }
                _ => (Reader::Any, String::new()),
            }
        }
    })
}

fn text_format(object: &Object<'_>, problems: &mut Problems) -> Option<(TextFormat, &'static str)> {
    let Some(node) = object.get("format") else { return Some((TextFormat::Default, "")) };
    match node.string(problems)? {
        "default" => Some((TextFormat::Default, "")),
        "uri" => Some((TextFormat::Uri, "is not a URI")),
        "uuid" => Some((TextFormat::Uuid, "is not a UUID")),
        "email" => match Email::new() {
            Ok(email) => Some((TextFormat::Email(Box::new(email)), "is not an email address")),
            Err(error) => problems.none(&node.path, error.to_string()),
        },
        other => {
            let formats = list(&["default", "email", "uri", "uuid"]);
            let message =
                format!("the format `{other}` is not supported; a string can be {formats}");
            problems.none(&node.path, message)
        }
    }
}

/// The format of a date or time.
enum Format<'j> {
    Default,
    Pattern(&'j str, Pattern),
}

fn date_format<'j>(object: &Object<'j>, problems: &mut Problems) -> Option<Format<'j>> {
    let Some(node) = object.get("format") else { return Some(Format::Default) };
    let format = node.string(problems)?;
    // Version 1 of the standard had this prefix for a while.
    let format = format.strip_prefix("fmt:").unwrap_or(format);
    match format {
        "default" => Some(Format::Default),
        "any" => {
            let message = "the format `any` is not supported, because it guesses; give a pattern \
                           such as `%d.%m.%Y`";
            problems.none(&node.path, message)
        }
        pattern => match Pattern::new(pattern) {
            Ok(ready) => Some(Format::Pattern(pattern, ready)),
            Err(reason) => {
                let message = format!("the pattern `{pattern}` is not supported: {reason}");
                problems.none(&node.path, message)
            }
        },
    }
}

fn default_format_only(
    object: &Object<'_>,
    field_type: FieldType,
    problems: &mut Problems,
) -> Option<()> {
    let Some(node) = object.get("format") else { return Some(()) };
    match node.string(problems)? {
        "default" => Some(()),
        other => {
            let message =
                format!("the type `{}` has no format `{other}`, only `default`", field_type.name());
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
