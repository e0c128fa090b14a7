//! Writes the results of a distributed Map to objects: the `ResultWriter`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>

use serde_json::{Value, json};

use super::distributed::{Child, outputs};
use super::flow::{ExtraBindings, Visit};
use super::run::Run;
use crate::definition::{ResultWriter, Transformation};
use crate::failure::{Failure, RESULT_WRITER_FAILED};

impl Run<'_> {
    /// Transforms the results; writes them with their manifest if there is a place to, and gives
    /// where that is, or else the results themselves.
    pub(super) async fn write_results(
        &self,
        visit: &Visit<'_>,
        writer: &ResultWriter,
        children: &[Child],
        map_run_arn: &str,
    ) -> Result<Value, Failure> {
        let Some(arguments) = &writer.arguments else {
            let wanted: Vec<&Child> = children.iter().collect();
            return Ok(Value::Array(transformed(&wanted, writer.transformation)));
        };
        let arguments = self.evaluating(visit, ExtraBindings::default(), |bindings| {
            arguments.evaluate("ResultWriter/Arguments", bindings)
        })?;
        let failed = |cause: String| Failure::new(RESULT_WRITER_FAILED, cause);
        let bucket = arguments.get("Bucket").and_then(Value::as_str);
        let bucket = bucket.ok_or_else(|| failed("The ResultWriter has no Bucket".to_owned()))?;
        let prefix = arguments.get("Prefix").and_then(Value::as_str).unwrap_or_default();
        let run = map_run_arn.rsplit(':').next().unwrap_or_default();
        let folder = match prefix.trim_end_matches('/') {
            "" => run.to_owned(),
            prefix => format!("{prefix}/{run}"),
        };
        let mut files = json!({ "FAILED": [], "PENDING": [], "SUCCEEDED": [] });
        for (status, succeeded) in [("SUCCEEDED", true), ("FAILED", false)] {
            let wanted: Vec<&Child> =
                children.iter().filter(|child| child.output.is_ok() == succeeded).collect();
            if wanted.is_empty() {
                continue;
            }
            let extension = if writer.as_lines { "jsonl" } else { "json" };
            let key = format!("{folder}/{status}_0.{extension}");
            let body = text(&transformed(&wanted, writer.transformation), writer.as_lines);
            files[status] = json!([{ "Key": key, "Size": body.len() }]);
            self.put(bucket, &key, body).await?;
        }
        let manifest = json!({
            "DestinationBucket": bucket,
            "MapRunArn": map_run_arn,
            "ResultFiles": files,
        });
        let key = format!("{folder}/manifest.json");
        self.put(bucket, &key, manifest.to_string()).await?;
        Ok(json!({
            "MapRunArn": map_run_arn,
            "ResultWriterDetails": { "Bucket": bucket, "Key": key },
        }))
    }

    async fn put(&self, bucket: &str, key: &str, body: String) -> Result<(), Failure> {
        let written = self.environment.objects.put(bucket, key, body.into_bytes()).await;
        written.map_err(|error| Failure::new(RESULT_WRITER_FAILED, error.to_string()))
    }
}

fn transformed(children: &[&Child], transformation: Transformation) -> Vec<Value> {
    if transformation == Transformation::None {
        return children.iter().map(|child| child.record.clone()).collect();
    }
    let mut results = Vec::new();
    for child in children {
        match outputs(std::slice::from_ref(*child)) {
            Value::Array(mut output) => match output.pop() {
                Some(Value::Array(items)) if transformation == Transformation::Flatten => {
                    results.extend(items);
                }
                Some(other) => results.push(other),
                None => {}
            },
            other => results.push(other),
        }
    }
    results
}

fn text(results: &[Value], as_lines: bool) -> String {
    if as_lines {
        results.iter().flat_map(|result| [result.to_string(), "\n".to_owned()]).collect()
    } else {
        json!(results).to_string()
    }
}
