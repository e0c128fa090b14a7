//! Writes the results of a distributed Map to objects: the `ResultWriter`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>

use std::iter::once;

use serde_json::{Value, json};

use super::distributed::Child;
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
            let results = children.iter().flat_map(|child| child.results(writer.transformation));
            return Ok(Value::Array(results.collect()));
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
            let results = wanted.into_iter().flat_map(|child| child.results(writer.transformation));
            let text: Box<dyn Iterator<Item = String>> =
                if writer.as_lines { Box::new(lines(results)) } else { Box::new(array(results)) };
            let size = self.put(bucket, &key, text).await?;
            files[status] = json!([{ "Key": key, "Size": size }]);
        }
        let manifest = json!({
            "DestinationBucket": bucket,
            "MapRunArn": map_run_arn,
            "ResultFiles": files,
        });
        let key = format!("{folder}/manifest.json");
        self.put(bucket, &key, Box::new(once(manifest.to_string()))).await?;
        Ok(json!({
            "MapRunArn": map_run_arn,
            "ResultWriterDetails": { "Bucket": bucket, "Key": key },
        }))
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        text: Box<dyn Iterator<Item = String> + '_>,
    ) -> Result<u64, Failure> {
        let chunks = Box::new(text.map(String::into_bytes));
        let written = self.environment.objects.put(bucket, key, chunks).await;
        written.map_err(|error| Failure::new(RESULT_WRITER_FAILED, error.to_string()))
    }
}

impl Child {
    fn results(&self, transformation: Transformation) -> Vec<Value> {
        match (transformation, self) {
            (Transformation::None, child) => vec![child.record.clone()],
            (Transformation::Flatten, Self { output: Ok(Value::Array(items)), .. }) => {
                items.clone()
            }
            (_, child) => vec![child.result()],
        }
    }
}

fn lines(results: impl Iterator<Item = Value>) -> impl Iterator<Item = String> {
    results.map(|result| format!("{result}\n"))
}

fn array(results: impl Iterator<Item = Value>) -> impl Iterator<Item = String> {
    let items = results.enumerate().map(|(index, result)| {
        let comma = if index == 0 { "" } else { "," };
        format!("{comma}{result}")
    });
    once("[".to_owned()).chain(items).chain(once("]".to_owned()))
}
