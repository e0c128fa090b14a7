//! JSON in which any string may be an expression: `Arguments`, `Assign`, `Output` and the like.

use serde_json::{Map, Value};

use crate::jsonata::{Bindings, Expression, ExpressionError};

/// A JSON value with the expressions in it compiled.
#[derive(Debug, Clone)]
pub(crate) enum Template {
    Literal(Value),
    Expression(Box<Expression>),
    Array(Vec<Template>),
    Object(Vec<(String, Template)>),
}

/// An evaluation that failed: the field it failed in, as AWS writes it (`Output/list[0]`), and
/// what AWS says of it after naming the state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EvaluationError {
    pub(crate) location: Option<String>,
    pub(crate) message: String,
}

impl Template {
    /// Compiles `value`; `problem` is told of each bad expression, with its path below the field.
    pub(crate) fn compile(
        value: &Value,
        path: &str,
        problem: &mut dyn FnMut(&str, String),
    ) -> Self {
        match value {
            Value::String(text) => match Expression::source_of(text) {
                None => Self::Literal(value.clone()),
                Some(source) => match Expression::compile(source) {
                    Ok(expression) => Self::Expression(Box::new(expression)),
                    Err(message) => {
                        problem(path, format!("not a JSONata expression of AWS: {message}"));
                        Self::Literal(Value::Null)
                    }
                },
            },
            Value::Array(items) => Self::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| Self::compile(item, &format!("{path}[{index}]"), problem))
                    .collect(),
            ),
            Value::Object(fields) => Self::Object(
                fields
                    .iter()
                    .map(|(name, field)| {
                        (name.clone(), Self::compile(field, &format!("{path}.{name}"), problem))
                    })
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::Literal(value.clone()),
        }
    }

    /// The value of the template as the field `location`.
    pub(crate) fn evaluate(
        &self,
        location: &str,
        bindings: &Bindings<'_>,
    ) -> Result<Value, EvaluationError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Expression(expression) => {
                expression.evaluate(bindings).map_err(|error| thrown(expression, location, &error))
            }
            Self::Array(items) => {
                let items: Result<Vec<_>, _> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| item.evaluate(&format!("{location}[{index}]"), bindings))
                    .collect();
                items.map(Value::Array)
            }
            Self::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for (name, field) in fields {
                    let value = field.evaluate(&format!("{location}/{name}"), bindings)?;
                    object.insert(name.clone(), value);
                }
                Ok(Value::Object(object))
            }
        }
    }

    /// The value, which must be of the type that `accept` recognises and `expected` names.
    pub(crate) fn evaluate_as<T>(
        &self,
        location: &str,
        expected: &str,
        bindings: &Bindings<'_>,
        accept: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, EvaluationError> {
        let value = self.evaluate(location, bindings)?;
        accept(&value).ok_or_else(|| {
            let source = match self {
                Self::Expression(expression) => expression.source(),
                _ => "",
            };
            let message = format!(
                "The JSONata expression '{source}' specified for the field '{location}' returned \
                 an unexpected result type. Expected '{expected}', but was '{}' for value: {value}",
                type_name(&value)
            );
            EvaluationError { location: Some(location.to_owned()), message }
        })
    }

    /// Whether this is an expression, whose value is known only when it runs.
    pub(crate) fn is_expression(&self) -> bool {
        matches!(self, Self::Expression(_))
    }
}

fn thrown(expression: &Expression, location: &str, error: &ExpressionError) -> EvaluationError {
    let what = match error {
        ExpressionError::Undefined => "returned nothing (undefined).".to_owned(),
        ExpressionError::Threw(message) => format!("threw an error during evaluation. {message}"),
    };
    let message = format!(
        "The JSONata expression '{}' specified for the field '{location}' {what}",
        expression.source()
    );
    EvaluationError { location: Some(location.to_owned()), message }
}

/// The name that AWS gives to the type of a JSON value.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
