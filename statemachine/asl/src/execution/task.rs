//! The Task state: a function called by its ARN, or through `lambda:invoke`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>

use std::pin::pin;

use chrono::{DateTime, Utc};
use futures_util::future::{Either, select};
use serde_json::{Map, Value, json};

use super::flow::{ExtraBindings, Visit};
use super::limits;
use super::run::Run;
use super::wait::whole_number;
use crate::definition::{FunctionName, INVOKE_ARGUMENTS, MAX_SECONDS, Resource, Task};
use crate::failure::{Failure, HEARTBEAT_TIMEOUT, TIMEOUT};
use crate::functions::Call;
use crate::history::{ErrorDetails, EventDetails, TaskErrorDetails, Truncation};

/// How long a task may take.
#[derive(Default)]
struct Limits {
    timeout_seconds: Option<u64>,
    heartbeat_seconds: Option<u64>,
}

/// One call of a function, and how the history speaks of it.
struct Invocation {
    function: FunctionName,
    payload: Value,
    /// The arguments of `lambda:invoke`, or `None` for a function called by its ARN.
    parameters: Option<Value>,
}

impl Run<'_> {
    /// Calls the task's function once.
    pub(super) async fn task(&self, visit: &Visit<'_>, task: &Task) -> Result<Value, Failure> {
        let (arguments, limits) = self.evaluating(visit, ExtraBindings::default(), |bindings| {
            let arguments = match &task.arguments {
                Some(arguments) => arguments.evaluate("Arguments", bindings)?,
                None => visit.input.clone(),
            };
            let seconds = |template: &Option<_>, location| {
                let value = template.as_ref().map(|template: &crate::template::Template| {
                    template.evaluate_as(location, "integer", bindings, |value| {
                        whole_number(value).filter(|seconds| (1..=MAX_SECONDS).contains(seconds))
                    })
                });
                value.transpose()
            };
            let limits = Limits {
                timeout_seconds: seconds(&task.timeout_seconds, "TimeoutSeconds")?,
                heartbeat_seconds: seconds(&task.heartbeat_seconds, "HeartbeatSeconds")?,
            };
            Ok((arguments, limits))
        })?;
        let is_within = limits::is_within(&arguments);
        let invocation = match &task.resource {
            Resource::Function(function) => {
                Invocation { function: function.clone(), payload: arguments, parameters: None }
            }
            Resource::LambdaInvoke => Invocation::of_arguments(arguments)
                .map_err(|cause| Failure::runtime(visit.cause(&cause)))?,
        };
        let cursor = &visit.frame.cursor;
        let record = |(event_type, details): (&'static str, Option<EventDetails>)| {
            self.journal.record(cursor, event_type, details)
        };
        if !is_within {
            let failure = Failure::data_limit(&visit.state.name);
            record(invocation.failed(&failure))?;
            return Err(failure);
        }
        record(invocation.scheduled(self.execution.region(), &limits))?;
        record(invocation.started())?;
        let outcome = self.invoke(&invocation, &limits).await;
        let (result, event) = match outcome {
            Ok(payload) => {
                let result = if invocation.parameters.is_none() {
                    payload
                } else {
                    let version = invocation.function.qualifier.as_deref();
                    let now = self.environment.clock.now();
                    invoke_response(&payload, version, &self.random.uuid(), now)
                };
                if limits::is_within(&result) {
                    let event = invocation.succeeded(&result);
                    (Ok(result), event)
                } else {
                    let name = match invocation.parameters {
                        Some(_) => "lambda",
                        None => &invocation.function.arn,
                    };
                    let failure = Failure::data_limit(name);
                    let event = invocation.failed(&failure);
                    (Err(failure), event)
                }
            }
            Err(failure) => {
                let event = invocation.failed(&failure);
                (Err(failure), event)
            }
        };
        record(event)?;
        cursor.mark_decision();
        result
    }

    async fn invoke(&self, invocation: &Invocation, limits: &Limits) -> Result<Value, Failure> {
        let call = Call { arn: &invocation.function.arn, clock: self.environment.clock };
        let payload = invocation.payload.clone();
        let work = self.environment.functions.invoke(&invocation.function.name, payload, &call);
        // A function sends no heartbeat, so the first one is due as late as a timeout would be.
        let time_limit = match (limits.timeout_seconds, limits.heartbeat_seconds) {
            (Some(timeout), Some(heartbeat)) if heartbeat < timeout => {
                Some((heartbeat, HEARTBEAT_TIMEOUT))
            }
            (Some(timeout), _) => Some((timeout, TIMEOUT)),
            (None, heartbeat) => heartbeat.map(|heartbeat| (heartbeat, HEARTBEAT_TIMEOUT)),
        };
        let worked = match time_limit.and_then(|(s, error)| Some((self.after(s)?, error))) {
            None => work.await,
            Some((deadline, error)) => {
                let out_of_time = pin!(self.environment.clock.sleep_until(deadline));
                match select(work, out_of_time).await {
                    Either::Left((worked, _)) => worked,
                    Either::Right(_) => {
                        return Err(Failure::of(Some(error.to_owned()), None));
                    }
                }
            }
        };
        worked.map_err(|error| {
            let (error, cause) = error.into_error_and_cause(&invocation.function.arn);
            Failure::new(error, cause)
        })
    }
}

impl Invocation {
    /// Reads the arguments of `lambda:invoke`; the error is the rest of a cause.
    fn of_arguments(arguments: Value) -> Result<Self, String> {
        let could_not = |why: &str| {
            format!("The Parameters '{arguments}' could not be used to start the Task: [{why}]")
        };
        let Value::Object(fields) = &arguments else {
            return Err(could_not("The Parameters must be an object"));
        };
        if let Some(unknown) = fields.keys().find(|name| !INVOKE_ARGUMENTS.contains(&name.as_str()))
        {
            let why = format!("The field \"{unknown}\" is not supported by Step Functions");
            return Err(could_not(&why));
        }
        match fields.get("InvocationType") {
            None => {}
            Some(Value::String(kind)) if kind == "RequestResponse" => {}
            Some(kind) => {
                return Err(could_not(&format!("The InvocationType {kind} is not run here")));
            }
        }
        let name = text(fields, "FunctionName")
            .map_err(|why| could_not(&why))?
            .ok_or_else(|| could_not("The field \"FunctionName\" is required but was missing"))?;
        let mut function = FunctionName::parse(name)
            .ok_or_else(|| could_not("The FunctionName is not a function's name or ARN"))?;
        if let Some(qualifier) = text(fields, "Qualifier").map_err(|why| could_not(&why))? {
            function.qualifier = Some(qualifier.to_owned());
        }
        let payload = fields.get("Payload").cloned().unwrap_or_else(|| json!({}));
        Ok(Self { function, payload, parameters: Some(arguments) })
    }

    fn scheduled(&self, region: &str, limits: &Limits) -> (&'static str, Option<EventDetails>) {
        match &self.parameters {
            Some(parameters) => (
                "TaskScheduled",
                Some(EventDetails::TaskScheduled {
                    resource_type: "lambda".to_owned(),
                    resource: "invoke".to_owned(),
                    region: region.to_owned(),
                    parameters: parameters.to_string(),
                    timeout_in_seconds: limits.timeout_seconds,
                    heartbeat_in_seconds: limits.heartbeat_seconds,
                }),
            ),
            None => (
                "LambdaFunctionScheduled",
                Some(EventDetails::LambdaFunctionScheduled {
                    resource: self.function.arn.clone(),
                    input: self.payload.to_string(),
                    input_details: Truncation::default(),
                    timeout_in_seconds: limits.timeout_seconds,
                }),
            ),
        }
    }

    fn started(&self) -> (&'static str, Option<EventDetails>) {
        match self.parameters {
            Some(_) => (
                "TaskStarted",
                Some(EventDetails::TaskStarted {
                    resource_type: "lambda".to_owned(),
                    resource: "invoke".to_owned(),
                }),
            ),
            None => ("LambdaFunctionStarted", None),
        }
    }

    fn succeeded(&self, result: &Value) -> (&'static str, Option<EventDetails>) {
        let (output, output_details) = (result.to_string(), Truncation::default());
        match self.parameters {
            Some(_) => (
                "TaskSucceeded",
                Some(EventDetails::TaskSucceeded {
                    resource_type: "lambda".to_owned(),
                    resource: "invoke".to_owned(),
                    output,
                    output_details,
                }),
            ),
            None => (
                "LambdaFunctionSucceeded",
                Some(EventDetails::LambdaFunctionSucceeded { output, output_details }),
            ),
        }
    }

    fn failed(&self, failure: &Failure) -> (&'static str, Option<EventDetails>) {
        let (error, cause) = failure.clone().into_error_and_cause();
        let error = ErrorDetails { error, cause };
        let timed_out = matches!(failure.error.as_deref(), Some(TIMEOUT | HEARTBEAT_TIMEOUT))
            && failure.cause().is_none();
        if self.parameters.is_none() {
            return if timed_out {
                ("LambdaFunctionTimedOut", Some(EventDetails::LambdaFunctionTimedOut(error)))
            } else {
                ("LambdaFunctionFailed", Some(EventDetails::LambdaFunctionFailed(error)))
            };
        }
        let (resource_type, resource) = ("lambda".to_owned(), "invoke".to_owned());
        let details = TaskErrorDetails { resource_type, resource, error };
        if timed_out {
            ("TaskTimedOut", Some(EventDetails::TaskTimedOut(details)))
        } else {
            ("TaskFailed", Some(EventDetails::TaskFailed(details)))
        }
    }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("The value for the field '{name}' must be a STRING")),
    }
}

/// The response of `lambda:invoke`, as recorded from AWS. What only a real call has is made up,
/// and stands as a text where AWS has a list of that one text (to JSONata they are the same).
fn invoke_response(
    payload: &Value,
    version: Option<&str>,
    request_id: &str,
    at: DateTime<Utc>,
) -> Value {
    let version = version.unwrap_or("$LATEST");
    let length = content_length(payload).to_string();
    let date = at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    json!({
        "ExecutedVersion": version,
        "Payload": payload,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {
                "X-Amz-Executed-Version": [version],
                "x-amzn-Remapped-Content-Length": ["0"],
                "Connection": ["keep-alive"],
                "x-amzn-RequestId": request_id,
                "Content-Length": [length],
                "Date": date,
                "X-Amzn-Trace-Id": TRACE_ID,
                "Content-Type": ["application/json"],
            },
            "HttpHeaders": {
                "Connection": "keep-alive",
                "Content-Length": length,
                "Content-Type": "application/json",
                "Date": date,
                "X-Amz-Executed-Version": version,
                "x-amzn-Remapped-Content-Length": "0",
                "x-amzn-RequestId": request_id,
                "X-Amzn-Trace-Id": TRACE_ID,
            },
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": { "RequestId": request_id },
        "StatusCode": 200,
    })
}

/// Stands for the trace of a call that nothing traces.
const TRACE_ID: &str = "X-Amzn-Trace-Id";

/// The length of a payload in bytes as a function in Python writes it (what the recorded ones
/// are): compact JSON, but with a blank after each comma and colon.
fn content_length(payload: &Value) -> usize {
    fn blanks(value: &Value) -> usize {
        match value {
            Value::Array(items) => {
                items.len().saturating_sub(1) + items.iter().map(blanks).sum::<usize>()
            }
            Value::Object(fields) => {
                let own = (2 * fields.len()).saturating_sub(1);
                own + fields.values().map(blanks).sum::<usize>()
            }
            _ => 0,
        }
    }
    limits::size_of(payload) + blanks(payload)
}
