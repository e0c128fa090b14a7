//! [`EventBus`] as a file of JSON lines, `events.jsonl`.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::PathBuf,
};

use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, Utc};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    events::DomainEvent,
    ports::EventBus,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::io_error::io_error;

/// The event bus as a file: one event a line, in the order of their publication.
///
/// A line that a killed process left unfinished is closed by the next writer and skipped by readers.
#[derive(Debug)]
pub struct EventLog {
    path: PathBuf,
}

/// An event in the envelope that `EventBridge` delivers.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LoggedEvent {
    /// The version of the envelope, `0`.
    pub version: String,
    /// A UUID, new for each event.
    pub id: String,
    /// The AWS account; on a laptop twelve zeros.
    pub account: String,
    /// When it was published, to the second.
    pub time: DateTime<Utc>,
    /// The AWS region; on a laptop `local`.
    pub region: String,
    /// The ARNs that the event is about; always empty here.
    pub resources: Vec<String>,
    /// The event: source, detail type, detail.
    #[serde(flatten)]
    pub event: DomainEvent,
}

impl EventLog {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Every event so far.
    pub fn read(&self) -> StepResult<Vec<LoggedEvent>> {
        let read = || {
            let file = match File::open(&self.path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            let mut events = Vec::new();
            for line in BufReader::new(file).split(b'\n') {
                events.extend(serde_json::from_slice(&line?).ok());
            }
            Ok(events)
        };
        read().map_err(|error| io_error("read the events", &self.path, error))
    }

    fn append(&self, mut line: Vec<u8>) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&self.path)?;
        file.lock()?;
        if file.seek(SeekFrom::End(0))? > 0 {
            let mut last = [b'\n'];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != [b'\n'] {
                line.insert(0, b'\n');
            }
        }
        file.write_all(&line)?;
        file.sync_data()
    }
}

#[async_trait]
impl EventBus for EventLog {
    async fn publish(&self, event: &DomainEvent) -> StepResult<()> {
        let logged = LoggedEvent {
            version: "0".into(),
            id: Uuid::new_v4().to_string(),
            account: "000000000000".into(),
            time: Utc::now().trunc_subsecs(0),
            region: "local".into(),
            resources: Vec::new(),
            event: event.clone(),
        };
        let mut line = serde_json::to_vec(&logged).map_err(|error| {
            StepError::new(ErrorKind::Internal, "an event is no JSON").because(error)
        })?;
        line.push(b'\n');
        self.append(line).map_err(|error| io_error("log an event", &self.path, error))
    }
}
