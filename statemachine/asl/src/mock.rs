//! Functions that a JSON file describes, for dry runs and tests of a definition.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};

use crate::clock::VirtualClock;
use crate::definition::{FunctionName, StateMachine};
use crate::execution::{Environment, ExecutionRequest, Status};
use crate::functions::{Call, FunctionError, Functions};
use crate::objects::Objects;

/// Functions by name or full ARN, each with what it does on its first call, its second and so on.
///
/// The file is an object: a function's name or ARN to one of
/// - `{"return": value}`: returns the value,
/// - `{"echo": true}`: returns its payload,
/// - `{"error": {"errorType": name, "errorMessage": text}}`: fails,
///
/// each with `"delay_seconds": number` if it takes that long, or to a list of these, one for each
/// call in turn; after the last one, the last repeats. Where several keys name the function that is
/// called, the ARN as the definition has it goes first, then the plain name.
#[derive(Debug)]
pub struct MockFunctions {
    functions: BTreeMap<String, Vec<Reply>>,
    calls: RefCell<BTreeMap<String, usize>>,
}

#[derive(Debug, Clone)]
struct Reply {
    delay: TimeDelta,
    answer: Answer,
}

#[derive(Debug, Clone)]
enum Answer {
    Return(Value),
    Echo,
    Error(FunctionError),
}

impl MockFunctions {
    /// Reads the functions from the JSON value of a file.
    ///
    /// # Errors
    /// What is wrong, by function and key; every one of it.
    pub fn from_json(value: &Value) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut functions = BTreeMap::new();
        let Value::Object(entries) = value else {
            return Err(vec!["the functions must be an object, by name".to_owned()]);
        };
        for (name, replies) in entries {
            let replies: Vec<(String, &Value)> = match replies {
                Value::Array(list) if list.is_empty() => {
                    problems.push(format!("{name}: the list is empty"));
                    continue;
                }
                Value::Array(list) => {
                    list.iter().enumerate().map(|(i, r)| (format!("{name}[{i}]"), r)).collect()
                }
                one => vec![(name.clone(), one)],
            };
            let replies = replies.iter().filter_map(|(path, reply)| {
                Reply::from_json(reply).map_err(|why| problems.push(format!("{path}: {why}"))).ok()
            });
            functions.insert(name.clone(), replies.collect());
        }
        if problems.is_empty() {
            Ok(Self { functions, calls: RefCell::default() })
        } else {
            Err(problems)
        }
    }

    fn next_reply(&self, name: &str, arn: &str) -> Option<Reply> {
        let is_called = |key: &&String| FunctionName::parse(key).is_some_and(|f| f.name == name);
        let by_parts = || self.functions.keys().find(is_called).map(String::as_str);
        let exact = [arn, name].into_iter().find(|key| self.functions.contains_key(*key));
        let key = exact.or_else(by_parts)?;
        let replies = self.functions.get(key)?;
        let mut calls = self.calls.borrow_mut();
        let call = calls.entry(key.to_owned()).or_default();
        let reply = replies.get(*call).or(replies.last()).cloned();
        *call += 1;
        reply
    }
}

impl Reply {
    fn from_json(value: &Value) -> Result<Self, String> {
        let fields = object(value, &["delay_seconds", "echo", "error", "return"])?;
        let answer = match (fields.get("return"), fields.get("echo"), fields.get("error")) {
            (Some(value), None, None) => Answer::Return(value.clone()),
            (None, Some(Value::Bool(true)), None) => Answer::Echo,
            (None, None, Some(error)) => {
                let error = object(error, &["errorMessage", "errorType"])?;
                let text = |key: &str| match error.get(key) {
                    None => Ok(String::new()),
                    Some(Value::String(text)) => Ok(text.clone()),
                    Some(_) => Err(format!("error.{key} must be a string")),
                };
                let error_type = text("errorType")?;
                if error_type.is_empty() {
                    return Err("error.errorType is missing".to_owned());
                }
                Answer::Error(FunctionError::failed(error_type, text("errorMessage")?))
            }
            _ => return Err("must have one of return, \"echo\": true, error".to_owned()),
        };
        let delay = match fields.get("delay_seconds") {
            None => TimeDelta::zero(),
            Some(value) => value.as_f64().and_then(seconds).ok_or_else(|| {
                "delay_seconds must be a number of seconds, 0 to 99999999".to_owned()
            })?,
        };
        Ok(Self { delay, answer })
    }
}

fn seconds(seconds: f64) -> Option<TimeDelta> {
    let in_range = (0.0..=99_999_999.0).contains(&seconds);
    let duration = in_range.then(|| std::time::Duration::from_secs_f64(seconds))?;
    TimeDelta::from_std(duration).ok()
}

/// `value` as an object with no keys but `allowed`.
fn object<'a>(value: &'a Value, allowed: &[&str]) -> Result<&'a Map<String, Value>, String> {
    let Value::Object(fields) = value else {
        return Err(format!("must be an object with {}", allowed.join(", ")));
    };
    match fields.keys().find(|key| !allowed.contains(&key.as_str())) {
        None => Ok(fields),
        Some(key) => Err(format!("unknown key '{key}'; there are {}", allowed.join(", "))),
    }
}

impl Functions for MockFunctions {
    fn invoke<'a>(
        &'a self,
        name: &'a str,
        payload: Value,
        call: &'a Call<'a>,
    ) -> LocalBoxFuture<'a, Result<Value, FunctionError>> {
        let reply = self.next_reply(name, call.arn);
        Box::pin(async move {
            let reply = reply.ok_or(FunctionError::NotFound)?;
            if !reply.delay.is_zero()
                && let Some(at) = call.clock.now().checked_add_signed(reply.delay)
            {
                call.clock.sleep_until(at).await;
            }
            match reply.answer {
                Answer::Return(value) => Ok(value),
                Answer::Echo => Ok(payload),
                Answer::Error(error) => Err(error),
            }
        })
    }
}

/// When a virtual run starts: the same time always, so that runs repeat.
pub fn virtual_start() -> DateTime<Utc> {
    const START: i64 = 1_735_689_600;
    DateTime::from_timestamp(START, 0).unwrap_or_default()
}

/// Runs `machine` on a virtual clock: waits, retries and timeouts take no time, and everything
/// random is the same each time.
///
/// Gives `status`, `output` if it succeeded or `error` and `cause` if not (null where a Fail state
/// has none), and `events`.
pub fn run_mocked(
    machine: &StateMachine,
    input: Value,
    functions: &MockFunctions,
    objects: &dyn Objects,
) -> Value {
    let clock = VirtualClock::new(virtual_start());
    let request =
        ExecutionRequest { seed: Some(0), ..ExecutionRequest::new("machine", "execution", input) };
    let environment = Environment { functions, clock: &clock, objects, observer: &() };
    match clock.block_on(machine.run(&request, environment)) {
        // Neither mocked functions nor the objects of a folder wait for anything but the clock.
        Err(stalled) => json!({
            "status": Status::Aborted, "error": null, "cause": stalled.to_string(), "events": []
        }),
        Ok(result) if result.status == Status::Succeeded => json!({
            "status": result.status, "output": result.output, "events": result.events
        }),
        Ok(result) => json!({
            "status": result.status, "error": result.error, "cause": result.cause,
            "events": result.events
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(value: &Value, expect: &str) {
        let problems = MockFunctions::from_json(value).unwrap_err();
        assert!(problems.iter().any(|problem| problem.contains(expect)), "{problems:?}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        check_refused(&json!([]), "object");
        check_refused(&json!({ "f": { "retrun": 1 } }), "f: unknown key 'retrun'");
        check_refused(&json!({ "f": [{ "return": 1 }, { "echo": false }] }), "f[1]: must have");
        check_refused(&json!({ "f": { "return": 1, "echo": true } }), "f: must have one");
        check_refused(&json!({ "f": [] }), "f: the list is empty");
        check_refused(&json!({ "f": { "error": {} } }), "errorType is missing");
        check_refused(&json!({ "f": { "error": { "errorType": "E", "x": 1 } } }), "'x'");
        check_refused(&json!({ "f": { "echo": true, "delay_seconds": -1 } }), "delay_seconds");
        let two = json!({ "f": { "a": 1 }, "g": { "b": 1 } });
        assert_eq!(MockFunctions::from_json(&two).unwrap_err().len(), 2);
    }

    #[test]
    fn an_arn_goes_before_a_name_and_the_last_reply_repeats() {
        let functions = json!({
            "f": [{ "return": 1 }, { "return": 2 }],
            "arn:aws:lambda:r:1:function:f:v": { "return": 3 },
        });
        let functions = MockFunctions::from_json(&functions).unwrap();
        let mut returned = Vec::new();
        for arn in ["f", "f", "f", "arn:aws:lambda:r:1:function:f:v"] {
            match functions.next_reply("f", arn).unwrap().answer {
                Answer::Return(value) => returned.push(value),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(returned, [json!(1), json!(2), json!(2), json!(3)]);
        assert!(functions.next_reply("g", "g").is_none());
    }

    #[test]
    fn an_arn_serves_a_call_by_name() {
        let functions = json!({ "arn:aws:lambda:r:1:function:f": { "return": 3 } });
        let functions = MockFunctions::from_json(&functions).unwrap();
        assert!(functions.next_reply("f", "f").is_some());
        assert!(functions.next_reply("g", "g").is_none());
    }
}
