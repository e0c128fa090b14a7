//! What ties a line of the log to an execution, a file and a request.

use lambda_runtime::Context;
use serde::Serialize;
use serde_json::Value;

use crate::{event::Event, failure::bounded, log::merge};

/// The longest of these values is an object's key: 1,024 bytes.
const MAX_BYTES: usize = 1024;

/// The fields that every line about an invocation has, as far as the event tells them. None of them is
/// more than a name.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_field_names, reason = "a correlation id is what everybody calls it")]
pub(crate) struct Correlation {
    /// As Lambda's own lines call it.
    #[serde(rename = "requestId")]
    request_id: String,
    /// The trace's root, as X-Ray and Logs Insights show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    xray_trace_id: Option<String>,
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// The ARN of the execution, where the event has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<String>,
    /// The name of the execution that claimed the file first.
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object_key: Option<String>,
}

impl Correlation {
    pub(crate) fn new(step: &'static str, event: &Event, context: &Context) -> Self {
        let first = |pointers: &[&str]| {
            let value = pointers.iter().find_map(|pointer| event.text(pointer))?;
            Some(bounded(value.to_owned(), MAX_BYTES))
        };
        Self {
            request_id: context.request_id.clone(),
            xray_trace_id: context.xray_trace_id.as_deref().map(trace_id),
            step,
            action: first(&["/action"]),
            execution: first(&["/execution/id", "/event/detail/executionArn"]),
            correlation_id: first(&["/run/correlation_id"]),
            object_key: first(&["/run/source/key", "/object/key"]),
        }
    }

    /// These fields beside others.
    pub(crate) fn with(&self, mut fields: Value) -> Value {
        merge(&mut fields, self);
        fields
    }
}

/// `1-…` of `Root=1-…;Parent=…;Sampled=1`.
///
/// Source: <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>
fn trace_id(header: &str) -> String {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="));
    bounded(root.unwrap_or(header).to_owned(), MAX_BYTES)
}
