//! The log: one JSON object a line, on standard output.

use std::io::Write;

use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Environment;

/// How much a line matters, in the words of Lambda's advanced logging controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Info,
    Warn,
    Error,
    /// No line has this level. As a threshold it silences the log.
    Fatal,
}

impl Level {
    /// `TRACE`, `DEBUG` and what is no level are `INFO`: there are no finer lines.
    fn parse(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "WARN" => Self::Warn,
            "ERROR" => Self::Error,
            "FATAL" => Self::Fatal,
            _ => Self::Info,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

/// The log as Lambda's advanced logging controls want it.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    threshold: Level,
    is_text: bool,
}

impl Log {
    /// JSON unless `AWS_LAMBDA_LOG_FORMAT` says `Text`; from `AWS_LAMBDA_LOG_LEVEL` on.
    pub(crate) fn new(environment: &Environment) -> Self {
        let variable = |name| environment.optional(name).unwrap_or_default();
        Self {
            threshold: Level::parse(variable("AWS_LAMBDA_LOG_LEVEL")),
            is_text: variable("AWS_LAMBDA_LOG_FORMAT").eq_ignore_ascii_case("text"),
        }
    }

    /// Writes a line. `fields` is an object.
    pub(crate) fn write(self, level: Level, message: &str, fields: &impl Serialize) {
        if level >= self.threshold {
            write_line(&self.line(level, message, fields));
        }
    }

    /// Writes a document in the embedded metric format.
    ///
    /// It counts as a line of the log whose level passes the threshold, whatever that is: Lambda drops
    /// a line below it, and its metrics would be lost.
    pub(crate) fn write_metrics(self, document: &impl Serialize) {
        let mut line = head(self.threshold, "finished");
        merge(&mut line, document);
        write_line(&line.to_string());
    }

    fn line(self, level: Level, message: &str, fields: &impl Serialize) -> String {
        if self.is_text {
            let fields = serde_json::to_value(fields).unwrap_or_default();
            return format!("{} {} {message} {fields}", now(), level.name());
        }
        let mut line = head(level, message);
        merge(&mut line, fields);
        line.to_string()
    }
}

fn head(level: Level, message: &str) -> Value {
    json!({"timestamp": now(), "level": level.name(), "message": message})
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Adds fields to a line. Fields that are not an object are left out.
pub(crate) fn merge(line: &mut Value, fields: &impl Serialize) {
    if let (Value::Object(line), Ok(Value::Object(fields))) = (line, serde_json::to_value(fields)) {
        line.extend(fields);
    }
}

/// One write for each line, so that lines of two threads do not mix. There is nobody to tell if
/// standard output is closed.
fn write_line(line: &str) {
    let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(variables: &[(&str, &str)]) -> Log {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Log::new(&variables.iter().map(owned).collect())
    }

    #[test]
    fn a_line_is_a_json_object_with_the_names_that_lambda_reads() {
        let line = log(&[]).line(Level::Error, "failed", &json!({"step": "a\nb"}));
        assert!(!line.contains('\n'));
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["message"], "failed");
        assert_eq!(line["step"], "a\nb");
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(chrono::DateTime::parse_from_rfc3339(timestamp).is_ok());
    }

    #[test]
    fn text_is_text_if_it_is_asked_for() {
        let text = log(&[("AWS_LAMBDA_LOG_FORMAT", "Text")]);
        let line = text.line(Level::Warn, "failed", &json!({"step": "aggregate"}));
        assert!(line.ends_with(r#" WARN failed {"step":"aggregate"}"#), "{line}");
    }

    #[test]
    fn the_level_is_the_one_that_lambda_sets() {
        assert_eq!(log(&[]).threshold, Level::Info);
        assert_eq!(log(&[("AWS_LAMBDA_LOG_LEVEL", "TRACE")]).threshold, Level::Info);
        assert_eq!(log(&[("AWS_LAMBDA_LOG_LEVEL", "error")]).threshold, Level::Error);
    }
}
