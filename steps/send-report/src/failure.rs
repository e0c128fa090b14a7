//! Mails that an execution failed.

use askama::Template;
use chrono::{DateTime, SecondsFormat, Utc};
use contract::wording::bounded;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::RawEmail,
    status_change::{StatusChange, failure_mail_id},
    steps::send_report::{FailureInput, SendOutput},
};
use serde_json::Value;

use crate::{
    Config, Ports, advice, delivery::deliver, mail::Mail, report::file_name, send::ExecutionLink,
    template::rendered,
};

#[derive(Template)]
#[template(path = "failure/subject.txt")]
struct Subject<'a> {
    failure: &'a Failure,
}

#[derive(Template)]
#[template(path = "failure/mail.txt")]
struct Text<'a> {
    failure: &'a Failure,
}

#[derive(Template)]
#[template(path = "failure/mail.html")]
struct Html<'a> {
    failure: &'a Failure,
}

/// A failed execution, for people.
struct Failure {
    /// `failed`, `timed out` or `was aborted`.
    happened: &'static str,
    execution: ExecutionLink,
    error: String,
    cause: Option<String>,
    /// The file, where the execution's input names one.
    file: Option<File>,
    started_at: String,
    stopped_at: Option<String>,
    advice: &'static str,
}

struct File {
    name: String,
    key: String,
    bucket: Option<String>,
    href: Option<String>,
}

/// Sends the mail unless it was sent, or may have been.
pub(crate) async fn run(
    input: &FailureInput,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<SendOutput> {
    let change = &input.event.detail;
    let id = failure_mail_id(&change.name, change.stop_date);
    let compose = async { compose(id.clone(), change, config) };
    Ok(deliver(&ports, &id, compose).await?.output)
}

fn compose(id: String, change: &StatusChange, config: &Config) -> StepResult<RawEmail> {
    let started = instant(change.start_date)?;
    let stopped = change.stop_date.map(instant).transpose()?;
    let failure = Failure::new(change, started, stopped, config);
    let mail = Mail {
        id,
        subject: rendered(&Subject { failure: &failure })?,
        text: rendered(&Text { failure: &failure })?,
        html: rendered(&Html { failure: &failure })?,
        date: stopped.unwrap_or(started),
        attachment: None,
    };
    mail.into_message(config)
}

impl Failure {
    fn new(
        change: &StatusChange,
        started: DateTime<Utc>,
        stopped: Option<DateTime<Utc>>,
        config: &Config,
    ) -> Self {
        let (happened, default_error) = match change.status.as_str() {
            "TIMED_OUT" => ("timed out", "States.Timeout"),
            "ABORTED" => ("was aborted", "ABORTED"),
            _ => ("failed", "FAILED"),
        };
        let error = change.error.as_deref().filter(|error| !error.is_empty());
        let error = error.unwrap_or(default_error);
        Self {
            happened,
            execution: ExecutionLink::new(&change.name, &change.execution_arn, config),
            error: bounded(error, 200),
            cause: change.cause.as_deref().and_then(cause),
            file: change.input.as_deref().and_then(|input| File::of(input, config)),
            started_at: timestamp(started),
            stopped_at: stopped.map(timestamp),
            advice: advice::for_failure(&change.status, error),
        }
    }
}

/// What the cause says: the message of a Lambda error payload, or else the text as it stands.
fn cause(cause: &str) -> Option<String> {
    let payload: Option<Value> = serde_json::from_str(cause).ok();
    let message = payload.as_ref().and_then(|payload| payload.get("errorMessage")?.as_str());
    let text = message.unwrap_or(cause).trim();
    (!text.is_empty()).then(|| bounded(text, 2_000))
}

impl File {
    /// The file of an S3 `Object Created` event.
    fn of(input: &str, config: &Config) -> Option<Self> {
        let input: Value = serde_json::from_str(input).ok()?;
        let text = |pointer: &str| input.pointer(pointer).and_then(Value::as_str);
        let key = text("/detail/object/key")?;
        let bucket = text("/detail/bucket/name");
        Some(Self {
            name: bounded(file_name(key), 80),
            key: bounded(key, 1_100),
            bucket: bucket.map(|bucket| bounded(bucket, 120)),
            href: bucket.and_then(|bucket| config.links.mail_url(bucket, key)),
        })
    }
}

fn instant(milliseconds: i64) -> StepResult<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds).ok_or_else(|| {
        StepError::new(ErrorKind::InvalidEvent, "the event's time is out of range")
            .with("milliseconds", milliseconds)
    })
}

fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
