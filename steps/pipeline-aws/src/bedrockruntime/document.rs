//! JSON values to the SDK's documents, and back.

use aws_smithy_types::{Document, Number as DocumentNumber};
use serde_json::{Number, Value};

/// A JSON value as a document. The SDK does not keep the order of an object's members.
pub(super) fn to_document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(value) => Document::Bool(*value),
        Value::Number(number) => Document::Number(to_document_number(number)),
        Value::String(text) => Document::String(text.clone()),
        Value::Array(items) => Document::Array(items.iter().map(to_document).collect()),
        Value::Object(members) => Document::Object(
            members.iter().map(|(name, value)| (name.clone(), to_document(value))).collect(),
        ),
    }
}

fn to_document_number(number: &Number) -> DocumentNumber {
    if let Some(number) = number.as_u64() {
        DocumentNumber::PosInt(number)
    } else if let Some(number) = number.as_i64() {
        DocumentNumber::NegInt(number)
    } else {
        DocumentNumber::Float(number.as_f64().unwrap_or(f64::NAN))
    }
}

/// A document as a JSON value; `None` if a number in it is too large for an `f64`.
pub(super) fn to_json(document: Document) -> Option<Value> {
    Some(match document {
        Document::Null => Value::Null,
        Document::Bool(value) => Value::Bool(value),
        Document::Number(DocumentNumber::PosInt(number)) => number.into(),
        Document::Number(DocumentNumber::NegInt(number)) => number.into(),
        Document::Number(DocumentNumber::Float(number)) => Number::from_f64(number)?.into(),
        Document::String(text) => Value::String(text),
        Document::Array(items) => {
            Value::Array(items.into_iter().map(to_json).collect::<Option<_>>()?)
        }
        Document::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| Some((name, to_json(value)?)))
                .collect::<Option<_>>()?,
        ),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_comes_back_as_it_went() {
        let value = json!({
            "integers": [0, 1, -1, u64::MAX, i64::MIN],
            "floats": [0.1, 1.0, -0.0, 1e300, 5e-324, 0.1 + 0.2],
            "text": "gr\u{f6}\u{df}e \"\u{1f4f1}\"\n",
            "nested": [{"": null}, [], {}, true, false],
        });
        assert_eq!(to_json(to_document(&value)), Some(value));
    }

    #[test]
    fn a_number_that_json_cannot_hold_is_told() {
        let infinite =
            Document::Array(vec![Document::Number(DocumentNumber::Float(f64::INFINITY))]);
        assert_eq!(to_json(infinite), None);
    }
}
