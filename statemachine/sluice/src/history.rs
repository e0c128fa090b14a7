//! An execution as it is told, wherever it ran, and the executions of a data folder: one file each, a
//! header line and then the events as they happen.
//!
//! An event is on disk before the next state begins, so that a killed process leaves its history up
//! to the moment of its death. A torn last line is the mark of such a death and is left out.

use std::{
    cmp::Reverse,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use pipeline_core::ports::ExecutionProbe;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is known of an execution when it starts. The names are those of `DescribeExecution`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    /// The ARN.
    pub execution_arn: String,
    /// The name.
    pub name: String,
    /// The start.
    pub start_date: DateTime<Utc>,
    /// The input.
    pub input: Value,
}

/// An execution, as `DescribeExecution` and `GetExecutionHistory` tell it together.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Execution {
    /// What was known at its start.
    #[serde(flatten)]
    pub header: Header,
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// The end, where there is one.
    pub stop_date: Option<DateTime<Utc>>,
    /// How often it was redriven, which happens on AWS only.
    #[serde(skip_serializing_if = "is_zero")]
    pub redrive_count: u32,
    /// The output of a successful execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// The error of a failed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The history; in a listing perhaps only its last events.
    pub events: Vec<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Execution {
    /// The state that was entered last: of a finished execution the terminal one, of a failed one
    /// the state that failed.
    pub(crate) fn last_state(&self) -> Option<&str> {
        self.events
            .iter()
            .rev()
            .find_map(|event| event["stateEnteredEventDetails"]["name"].as_str())
    }

    /// The key of the file that started it.
    pub(crate) fn source_file(&self) -> &str {
        self.header.input["detail"]["object"]["key"].as_str().unwrap_or("-")
    }
}

/// Explains that a person must type more of a name.
pub(crate) fn ambiguous(beginning: &str, names: &[String]) -> anyhow::Error {
    const SHOWN: usize = 10;
    let some = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    anyhow::anyhow!("{beginning:?} is the beginning of several names: {some}{rest}")
}

/// Appends one execution's events.
#[derive(Debug)]
pub(crate) struct Recorder {
    file: File,
}

impl Recorder {
    /// Begins the history of an execution.
    pub(crate) fn begin(folder: &Path, header: &Header) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}.jsonl", header.name));
        let file = OpenOptions::new().create_new(true).append(true).open(path)?;
        let mut recorder = Self { file };
        recorder.append(header)?;
        Ok(recorder)
    }

    /// Appends one line in one write.
    pub(crate) fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.file.write_all(&bytes)
    }
}

/// Reads the histories of a data folder.
pub(crate) struct History<'a> {
    folder: PathBuf,
    probe: &'a dyn ExecutionProbe,
}

impl<'a> History<'a> {
    /// `probe` tells whether the process of an execution still lives.
    pub(crate) fn new(folder: PathBuf, probe: &'a dyn ExecutionProbe) -> Self {
        Self { folder, probe }
    }

    /// Every execution, newest first.
    pub(crate) async fn list(&self) -> anyhow::Result<Vec<Execution>> {
        let mut executions = Vec::new();
        for name in self.names()? {
            executions.extend(self.load(&name).await?);
        }
        executions.sort_by_key(|execution| Reverse(execution.header.start_date));
        Ok(executions)
    }

    /// The one execution whose name begins like this.
    pub(crate) async fn find(&self, beginning: &str) -> anyhow::Result<Execution> {
        let mut names = self.names()?;
        names.retain(|name| name.starts_with(beginning));
        match names.as_slice() {
            [] => bail!(
                "no execution has a name that begins with {beginning:?}; `sluice executions` lists them"
            ),
            [name] => self.load(name).await?.context("the execution died before it had begun"),
            _ => Err(ambiguous(beginning, &names)),
        }
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            if let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".jsonl")) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// `None` if the process died before it had written the header.
    async fn load(&self, name: &str) -> anyhow::Result<Option<Execution>> {
        let file = File::open(self.folder.join(format!("{name}.jsonl")))?;
        let mut lines = BufReader::new(file).split(b'\n');
        let header = lines.next().transpose()?;
        let Some(header) = header.and_then(|line| serde_json::from_slice(&line).ok()) else {
            return Ok(None);
        };
        let mut events: Vec<Value> = Vec::new();
        for line in lines {
            match serde_json::from_slice(&line?) {
                Ok(event) => events.push(event),
                Err(_) => break,
            }
        }
        Ok(Some(self.describe(header, events).await?))
    }

    async fn describe(&self, header: Header, events: Vec<Value>) -> anyhow::Result<Execution> {
        let last = events.last().cloned().unwrap_or_default();
        let text = |details: &str, member: &str| last[details][member].as_str().map(str::to_owned);
        let (status, details) = match last["type"].as_str().unwrap_or_default() {
            "ExecutionSucceeded" => ("SUCCEEDED", "executionSucceededEventDetails"),
            "ExecutionFailed" => ("FAILED", "executionFailedEventDetails"),
            "ExecutionTimedOut" => ("TIMED_OUT", "executionTimedOutEventDetails"),
            "ExecutionAborted" => ("ABORTED", "executionAbortedEventDetails"),
            _ if self.probe.is_running(&header.execution_arn).await? => ("RUNNING", ""),
            _ => ("ABORTED", ""),
        };
        let died = status == "ABORTED" && details.is_empty();
        Ok(Execution {
            status: status.to_owned(),
            stop_date: (!details.is_empty())
                .then(|| last["timestamp"].as_str()?.parse().ok())
                .flatten(),
            redrive_count: 0,
            output: text(details, "output").and_then(|output| serde_json::from_str(&output).ok()),
            error: text(details, "error"),
            cause: if died {
                Some("the process ended before the execution did; run the file again".to_owned())
            } else {
                text(details, "cause")
            },
            header,
            events,
        })
    }
}
