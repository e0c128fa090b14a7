//! Finds the execution that a dropped file has started.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use anyhow::bail;
use pipeline_core::ports::ObjectInfo;
use serde_json::Value;
use tokio::time::sleep;

use super::executions::StateMachine;
use crate::{history::Execution, terminal::Progress};

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// How many executions are listed at once, and at most before one is met that was there before.
const PAGE: usize = 100;
const MOST_LISTED: usize = 2_000;

/// The executions of a state machine that have started since.
///
/// What was there before is told by name and not by time: the clocks of this machine and of AWS may differ.
pub(super) struct Arrivals<'a> {
    machine: &'a StateMachine,
    seen: HashSet<String>,
    /// Those that came and that nobody has asked for yet.
    waiting: Vec<Execution>,
}

impl<'a> Arrivals<'a> {
    /// Takes note of what there is.
    pub(super) async fn begin(machine: &'a StateMachine) -> anyhow::Result<Self> {
        let (page, _) = machine.page(None, PAGE, None).await?;
        let seen = page.into_iter().map(|item| item.execution_arn).collect();
        Ok(Self { machine, seen, waiting: Vec::new() })
    }

    /// Waits for the execution that was started by exactly this version of the object; gives its ARN.
    /// Where the event was delivered more than once, it is the execution that came first.
    pub(super) async fn await_start(
        &mut self,
        bucket: &str,
        object: &ObjectInfo,
        patience: Duration,
        progress: &Progress,
    ) -> anyhow::Result<String> {
        progress.doing("waiting for the execution");
        let begun = Instant::now();
        loop {
            self.look().await?;
            let mine =
                self.waiting.iter().filter(|it| started_by(&it.header.input, bucket, object));
            if let Some(execution) = mine.min_by_key(|execution| execution.header.start_date) {
                return Ok(execution.header.execution_arn.clone());
            }
            if begun.elapsed() >= patience {
                break;
            }
            sleep(PAUSE).await;
        }
        let (key, arn) = (&object.key, self.machine.arn());
        let version = object.version_id.as_deref().unwrap_or("-");
        bail!(
            "s3://{bucket}/{key} (version {version}) is uploaded, but no execution has started within {} s. Look whether the bucket sends its events to EventBridge, whether the rule on input/ is enabled and has this state machine as its target, and into the rule's dead-letter queue. An execution that comes later is listed by `sluice executions --state-machine {arn}`",
            patience.as_secs()
        )
    }

    /// Reads what has come since the last look.
    async fn look(&mut self) -> anyhow::Result<()> {
        let mut token = None;
        let mut listed = 0;
        loop {
            let (page, next) = self.machine.page(None, PAGE, token).await?;
            listed += page.len();
            let mut met = false;
            for item in page {
                if self.seen.contains(&item.execution_arn) {
                    met = true;
                } else if let Some(execution) =
                    self.machine.describe_if_known(&item.execution_arn).await?
                {
                    self.seen.insert(item.execution_arn);
                    self.waiting.push(execution);
                }
            }
            token = next;
            if met || token.is_none() || listed >= MOST_LISTED {
                return Ok(());
            }
        }
    }
}

/// Whether an execution's input is the event of this version of the object. Where the bucket has no
/// versions, the `ETag` must do.
fn started_by(input: &Value, bucket: &str, object: &ObjectInfo) -> bool {
    let detail = &input["detail"];
    let event = &detail["object"];
    let is_version = match &object.version_id {
        Some(version) => event["version-id"] == **version,
        None => event["etag"].as_str().map(unquoted) == Some(unquoted(&object.etag)),
    };
    detail["bucket"]["name"] == bucket && event["key"] == *object.key && is_version
}

/// The API quotes an `ETag`, the event does not.
fn unquoted(etag: &str) -> &str {
    etag.trim_matches('"')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_execution_belongs_to_one_version_of_one_object() {
        let event = |bucket: &str, key: &str, version: &str, etag: &str| {
            json!({"detail": {"bucket": {"name": bucket},
                "object": {"key": key, "version-id": version, "etag": etag}}})
        };
        let object = |version: Option<&str>| ObjectInfo {
            key: "input/x.csv".to_owned(),
            size_bytes: 1,
            etag: "\"e\"".to_owned(),
            version_id: version.map(str::to_owned),
            checksum: String::new(),
            content_type: "text/csv".to_owned(),
            metadata: pipeline_core::ports::Metadata::new(),
        };
        let is_mine = |event: &Value, version| started_by(event, "b", &object(version));
        assert!(is_mine(&event("b", "input/x.csv", "v1", "other"), Some("v1")));
        assert!(!is_mine(&event("b", "input/x.csv", "v2", "e"), Some("v1")));
        assert!(!is_mine(&event("b", "input/y.csv", "v1", "e"), Some("v1")));
        assert!(!is_mine(&event("c", "input/x.csv", "v1", "e"), Some("v1")));
        assert!(is_mine(&event("b", "input/x.csv", "v2", "e"), None));
        assert!(!is_mine(&event("b", "input/x.csv", "v2", "f"), None));
        assert!(!is_mine(&json!({"anything": 1}), None));
    }
}
