//! What became of a file, for people and for machines.

mod reading;

use std::{collections::BTreeMap, path::Path};

use contract::reject::{Refusal, RejectCode};
use pipeline_core::{results::OutputPlaces, run::RecordCounts};
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::reading::{Places, run_of};
use crate::terminal::{BAD, DIM, GOOD, OutputFormat, WARN, count, duration, print, safe, styled};

/// How a file ended, as an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Completed, with or without its mail, now or before.
    Done,
    /// The execution failed, or could not start.
    Failed,
    /// Refused, all rejected or no records.
    TurnedAway,
    /// Another execution works on it.
    InProgress,
}

impl Ending {
    /// The exit code of `sluice run`.
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::TurnedAway => 2,
            Self::InProgress => 3,
        }
    }

    /// The gravest of several: failed, turned away, in progress, done.
    pub(crate) fn gravest(endings: impl IntoIterator<Item = Self>) -> Self {
        let order = [Self::Failed, Self::TurnedAway, Self::InProgress];
        let endings: Vec<Self> = endings.into_iter().collect();
        order.into_iter().find(|ending| endings.contains(ending)).unwrap_or(Self::Done)
    }
}

/// Where the outputs of a run are, as paths or URIs; absent where there is none.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct OutputPaths {
    /// What the run published.
    #[serde(flatten)]
    pub published: OutputPlaces,
    /// The mail.
    pub email: Option<String>,
}

/// One file's result: an object of `sluice run --output json`, and of its like on AWS.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct RunResult {
    /// The execution's name; `None` if none could start.
    pub run: Option<String>,
    /// Its status, in AWS's words.
    pub status: String,
    /// The terminal state's name; of a failed execution the state that failed.
    pub outcome: Option<String>,
    /// The run that the outputs belong to: of a duplicate the earlier one.
    pub correlation_id: Option<String>,
    /// The key under which the file was dropped; its path if it was not.
    pub source_file: String,
    /// Of a duplicate, how the earlier run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier_outcome: Option<String>,
    /// The execution that works on the file, or did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Counts, where the file was read.
    pub records: Option<RecordCounts>,
    /// Cell and row errors; may add up to more than `records.rejected`.
    pub rejected_by_code: BTreeMap<RejectCode, u64>,
    /// Columns of the file that the contract does not declare: they were not checked.
    pub undeclared_columns: Vec<String>,
    /// Why the file was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// What became of the mail.
    pub mail: Option<String>,
    /// Where everything is.
    pub outputs: OutputPaths,
    /// Why the execution failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The same, at length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// From the start of the execution to its end.
    pub duration_ms: u64,
    /// The execution's ARN, where it is on AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_arn: Option<String>,
    /// The page of the execution in AWS's console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console: Option<String>,
}

impl RunResult {
    /// Stands for the result of a file that has none.
    fn none(file: &str, what: &str, cause: &str) -> Self {
        Self {
            status: "FAILED".to_owned(),
            source_file: file.to_owned(),
            error: Some(what.to_owned()),
            cause: Some(cause.to_owned()),
            ..Self::default()
        }
    }

    /// How it ended.
    pub(crate) fn ending(&self) -> Ending {
        match (self.status.as_str(), self.outcome.as_deref()) {
            ("SUCCEEDED", Some("Completed" | "CompletedWithoutReport" | "DuplicateSkipped")) => {
                Ending::Done
            }
            ("SUCCEEDED", Some("AllRecordsRejected" | "NoRecords" | "FileRefused")) => {
                Ending::TurnedAway
            }
            ("SUCCEEDED", Some("AlreadyInProgress")) => Ending::InProgress,
            _ => Ending::Failed,
        }
    }

    /// Prints the result. `elsewhere` is what `sluice show` must be told to find the execution.
    pub(crate) fn print(&self, output: OutputFormat, elsewhere: &str) -> anyhow::Result<()> {
        match output {
            OutputFormat::Json => print(&serde_json::to_string(self)?)?,
            OutputFormat::Text => print(&self.text(elsewhere))?,
        }
        Ok(())
    }

    /// The result for people.
    fn text(&self, elsewhere: &str) -> String {
        let mut lines = Vec::new();
        let style = match self.ending() {
            Ending::Done => GOOD,
            Ending::Failed => BAD,
            Ending::TurnedAway | Ending::InProgress => WARN,
        };
        let ended = match self.ending() {
            Ending::Failed => match &self.outcome {
                Some(state) => format!("{} in {state}", self.status),
                None => self.status.clone(),
            },
            _ => self.outcome.clone().unwrap_or_default(),
        };
        lines.push(format!(
            "{}  {}  {}",
            styled(style, ended),
            safe(&self.source_file),
            styled(DIM, duration(self.duration_ms))
        ));
        self.story(&mut lines);
        if let Some(counts) = self.records {
            lines.push(format!(
                "  {} read = {} valid + {} rejected",
                count(counts.read),
                styled(GOOD, count(counts.valid)),
                styled(if counts.rejected == 0 { DIM } else { WARN }, count(counts.rejected))
            ));
        }
        let codes: Vec<String> = self
            .rejected_by_code
            .iter()
            .map(|(code, errors)| format!("{} {}", code.as_str(), count(*errors)))
            .collect();
        if !codes.is_empty() {
            lines.push(format!("  {}", codes.join(", ")));
        }
        if !self.undeclared_columns.is_empty() {
            let columns = safe(&self.undeclared_columns.join(", "));
            lines.push(format!("  {}: {columns}", styled(WARN, "not checked")));
        }
        self.paths(&mut lines);
        if let Some(console) = &self.console {
            lines.push(format!("  {:<10} {}", "console", safe(console)));
        }
        if let Some(run) = &self.run {
            let command = format!("sluice show {}{elsewhere}", short(run));
            lines.push(format!("  {}", styled(DIM, command)));
        }
        lines.join("\n")
    }

    fn story(&self, lines: &mut Vec<String>) {
        if let Some(earlier) = &self.earlier_outcome {
            let by = self.owner.as_deref().or(self.correlation_id.as_deref()).unwrap_or("-");
            lines.push(format!("  the same content is done already: {earlier}, by execution {by}"));
        } else if let Some(owner) = &self.owner {
            lines.push(format!("  execution {owner} is working on it"));
        }
        if let Some(refusal) = &self.refusal {
            lines.push(format!("  {}", safe(&refusal.message)));
        }
        if let Some(error) = &self.error {
            lines.push(format!("  {}", styled(BAD, safe(error))));
        }
        if let Some(cause) = &self.cause {
            lines.push(format!("  {}", safe(&message_of(cause))));
        }
        match self.mail.as_deref() {
            Some("AMBIGUOUS") => lines.push(format!(
                "  {} an earlier attempt to send the report ended without an answer; it is not repeated, so the report may not have arrived",
                styled(WARN, "mail")
            )),
            Some("NOT_SENT") => {
                lines.push(format!("  {} the report was not sent", styled(WARN, "mail")));
            }
            _ => {}
        }
    }

    fn paths(&self, lines: &mut Vec<String>) {
        let OutputPaths { published, email } = &self.outputs;
        let paths = [
            ("processed", &published.processed),
            ("rejected", &published.rejected),
            ("report", &published.report),
            ("mail", email),
        ];
        for (name, path) in paths {
            if let Some(path) = path {
                lines.push(format!("  {name:<10} {}", safe(path)));
            }
        }
    }
}

/// Prints that a file has no result: `what` went wrong, such as "the execution did not start".
pub(crate) fn print_failure(
    file: &Path,
    what: &str,
    error: &anyhow::Error,
    output: OutputFormat,
) -> anyhow::Result<Ending> {
    let path = file.display().to_string();
    if output == OutputFormat::Json {
        let result = RunResult::none(&path, what, &format!("{error:#}"));
        print(&serde_json::to_string(&result)?)?;
    }
    let message = safe(&format!("{path}: {error:#}"));
    anstream::eprintln!("{} {message}", styled(BAD, "error:"));
    Ok(Ending::Failed)
}

/// What a cause says to people: of a function's error payload the message, else all of it.
pub(crate) fn message_of(cause: &str) -> String {
    let payload: Option<Value> = serde_json::from_str(cause).ok();
    let message = payload.as_ref().and_then(|payload| payload["errorMessage"].as_str());
    message.unwrap_or(cause).to_owned()
}

/// The beginning of an execution's name that people type.
pub(crate) fn short(name: &str) -> &str {
    name.get(..8).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_verdict_is_the_exit_code() {
        use Ending::{Done, Failed, InProgress, TurnedAway};
        let code = |endings: &[Ending]| Ending::gravest(endings.iter().copied()).exit_code();
        assert_eq!(code(&[]), 0);
        assert_eq!(code(&[Done, InProgress]), 3);
        assert_eq!(code(&[InProgress, TurnedAway, Done]), 2);
        assert_eq!(code(&[InProgress, TurnedAway, Failed]), 1);
    }
}
