//! The JSONata expressions of a definition, as AWS evaluates them (JSONata 2.0.6).
//!
//! The only module that sees the JSONata crate. Its values are not `Send` and stay in here; so do
//! its possible panics, and its recursion and loops are bounded: [`MAX_DEPTH`], [`MAX_SEQUENCE`],
//! [`TIME_LIMIT_MILLISECONDS`]. What is not bounded is the memory of a string that doubles itself.

mod aws_functions;
mod refused;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use chrono::{DateTime, Utc};
use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value};

use crate::random::Random;

/// How deep a value may nest: what `serde_json` reads back.
const MAX_DEPTH: usize = 120;
/// How long a sequence may become while an expression runs.
const MAX_SEQUENCE: usize = 1_000_000;
/// How long one expression may run, in milliseconds of real time.
const TIME_LIMIT_MILLISECONDS: u64 = 10_000;
/// How long the text of an expression may be, in bytes.
const MAX_SOURCE_BYTES: usize = 64 * 1024;

/// An expression, compiled when the definition is loaded.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    source: String,
    ast: AstNode,
    variables: BTreeSet<String>,
}

/// Why an expression gives no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExpressionError {
    /// It returned nothing.
    Undefined,
    /// It threw, with this code and message.
    Threw(String),
}

impl Expression {
    /// The expression in `text` if it is one: `{% … %}` and nothing around it.
    pub(crate) fn source_of(text: &str) -> Option<&str> {
        text.strip_prefix("{%")?.strip_suffix("%}").map(str::trim)
    }

    /// Compiles the text between `{%` and `%}`; the error is a sentence.
    pub(crate) fn compile(source: &str) -> Result<Self, String> {
        if source.len() > MAX_SOURCE_BYTES {
            return Err(format!("the expression is longer than {MAX_SOURCE_BYTES} bytes"));
        }
        let parsed = catch_unwind(|| parser::parse(source))
            .map_err(|_| "the JSONata parser does not survive this expression".to_owned())?;
        let ast = parsed.map_err(|error| error.to_string())?;
        let variables = refused::variables_of(&ast)?;
        Ok(Self { source: source.to_owned(), ast, variables })
    }

    /// The text between `{%` and `%}`, trimmed, as AWS quotes it in causes.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The value of the expression among `bindings`.
    pub(crate) fn evaluate(&self, bindings: &Bindings<'_>) -> Result<Value, ExpressionError> {
        let evaluated = catch_unwind(AssertUnwindSafe(|| {
            let mut evaluator = self.evaluator(bindings)?;
            let value = evaluator
                .evaluate(&self.ast, &JValue::Undefined)
                .map_err(|error| ExpressionError::Threw(aws_message(error.message())))?;
            to_json(&value, 0)
        }));
        evaluated.unwrap_or_else(|_| {
            Err(ExpressionError::Threw("The JSONata evaluator stopped unexpectedly".to_owned()))
        })
    }

    fn evaluator(&self, bindings: &Bindings<'_>) -> Result<Evaluator, ExpressionError> {
        let mut context = Context::new();
        for name in &self.variables {
            if name == "states" {
                let states = bindings.states.get_or_init(|| (bindings.read_states)().into());
                context.bind(name.clone(), states.clone());
            } else if let Some(value) = (bindings.variable)(name) {
                context.bind(name.clone(), (*value).clone().into());
            }
        }
        let options = EvaluatorOptions {
            timeout_ms: Some(TIME_LIMIT_MILLISECONDS),
            max_sequence_length: Some(MAX_SEQUENCE),
            ..EvaluatorOptions::default()
        };
        let mut evaluator = Evaluator::with_options(context, options);
        aws_functions::register(&mut evaluator, &bindings.random, bindings.now)
            .map_err(|error| ExpressionError::Threw(error.to_string()))?;
        Ok(evaluator)
    }
}

/// What expressions of one state can see at one moment.
pub(crate) struct Bindings<'a> {
    states: OnceCell<JValue>,
    read_states: &'a dyn Fn() -> Value,
    variable: &'a dyn Fn(&str) -> Option<Rc<Value>>,
    random: Random,
    now: DateTime<Utc>,
}

impl<'a> Bindings<'a> {
    /// `read_states` gives the value of `$states`, once and only if an expression mentions it;
    /// `variable` looks up what Assign has stored.
    pub(crate) fn new(
        read_states: &'a dyn Fn() -> Value,
        variable: &'a dyn Fn(&str) -> Option<Rc<Value>>,
        random: Random,
        now: DateTime<Utc>,
    ) -> Self {
        Self { states: OnceCell::new(), read_states, variable, random, now }
    }
}

/// JSON has no functions, no regular expressions and no infinity; AWS refuses them as results.
fn to_json(value: &JValue, depth: usize) -> Result<Value, ExpressionError> {
    if depth > MAX_DEPTH {
        let message = format!("The result is nested deeper than {MAX_DEPTH} levels");
        return Err(ExpressionError::Threw(message));
    }
    Ok(match value {
        JValue::Undefined => return Err(ExpressionError::Undefined),
        JValue::Null => Value::Null,
        JValue::Bool(flag) => Value::Bool(*flag),
        JValue::Number(number) => Value::Number(to_number(*number)?),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => {
            let items: Result<Vec<_>, _> =
                items.iter().map(|item| to_json(item, depth + 1)).collect();
            Value::Array(items?)
        }
        JValue::Object(fields) => {
            let mut object = Map::with_capacity(fields.len());
            for (name, field) in fields.iter() {
                object.insert(name.clone(), to_json(field, depth + 1)?);
            }
            Value::Object(object)
        }
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            let message = "The result contains a function, which is not JSON".to_owned();
            return Err(ExpressionError::Threw(message));
        }
    })
}

/// Whole numbers come out as integers where a float holds them exactly.
fn to_number(number: f64) -> Result<Number, ExpressionError> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53")]
        return Ok(Number::from(number as i64));
    }
    Number::from_f64(number)
        .ok_or_else(|| ExpressionError::Threw(format!("D1001: Number out of range: {number}")))
}

/// AWS's JSONata does not say what it was that is no function.
fn aws_message(message: &str) -> String {
    const NOT_A_FUNCTION: &str = "T1006: Attempted to invoke a non-function";
    if message.starts_with(NOT_A_FUNCTION) { NOT_A_FUNCTION } else { message }.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluate(source: &str) -> Result<Value, ExpressionError> {
        let none = |_: &str| None;
        let states = || json!({ "input": { "list": [1, 2], "text": "x" } });
        let bindings = Bindings::new(&states, &none, Random::seeded(1), DateTime::UNIX_EPOCH);
        Expression::compile(source).unwrap().evaluate(&bindings)
    }

    #[track_caller]
    fn check(source: &str, expect: &Value) {
        assert_eq!(evaluate(source).as_ref(), Ok(expect), "{source}");
    }

    #[track_caller]
    fn check_throws(source: &str, expect: &str) {
        match evaluate(source) {
            Err(ExpressionError::Threw(message)) if message.contains(expect) => {}
            other => panic!("{source} gave {other:?}, not an error with {expect:?}"),
        }
    }

    #[track_caller]
    fn check_refused(source: &str, expect: &str) {
        let error = Expression::compile(source).unwrap_err();
        assert!(error.contains(expect), "{source}: {error}");
    }

    #[test]
    fn plain_jsonata() {
        check("$states.input.list", &json!([1, 2]));
        check("$sum($states.input.list) / 2", &json!(1.5));
        check("$states.input.text & '!'", &json!("x!"));
        check("[$states.input.list[$ > 5]]", &json!([]));
        check("1 ? 'a' : 'b'", &json!("a"));
        assert_eq!(evaluate("$nothing"), Err(ExpressionError::Undefined));
        assert_eq!(evaluate("$"), Err(ExpressionError::Undefined));
    }

    #[test]
    fn results_that_are_not_json() {
        check_throws("1/0", "D1001");
        check_throws("$sum", "function");
        check_throws("{'f': function($x) { $x }}", "function");
        check_throws("$reduce([1..500], function($a, $b) { [[$a]] }, 1)", "nested deeper");
    }

    #[test]
    fn what_runs_away_is_stopped() {
        check_throws("($f := function($n) { 1 + $f($n) }; $f(1))", "U1001");
        check_throws("$count($map([1..2000000], function($x) { $x }))", "D2015");
    }

    #[test]
    fn syntax_that_aws_lacks() {
        check_refused("$a ?? 1", "??");
        check_refused("$f(1, [{'x': $a.b[c ?? 1]}])", "??");
        check_refused("$a ?: 1", "?:");
        check_refused("$eval('1')", "$eval");
        check_refused("'1' ~> $eval", "$eval");
        check_refused("function($x) { $x ~> $map($eval) }", "$eval");
        check_refused("1 +", "S0");
        check_refused("", "S0");
        check_refused(&format!("{}1{}", "(".repeat(600), ")".repeat(600)), "nested");
        check_refused(&"1+".repeat(40_000), "longer");
    }

    #[test]
    fn an_expression_fills_its_string() {
        assert_eq!(Expression::source_of("{% $x %}"), Some("$x"));
        assert_eq!(Expression::source_of("{%$x%}"), Some("$x"));
        assert_eq!(Expression::source_of(" {% $x %}"), None);
        assert_eq!(Expression::source_of("{% $x"), None);
        assert_eq!(Expression::source_of("{%}"), None);
    }
}
