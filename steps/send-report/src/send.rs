//! Mails the report of a completed run.

use askama::Template;
use contract::wording::bounded;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    manifest::Manifest,
    ports::RawEmail,
    run::{Execution, Run},
    steps::send_report::{SendInput, SendOutput},
};

use crate::{
    Config, Ports,
    attachment::RejectedRows,
    delivery::{Delivery, deliver},
    evidence::Evidence,
    mail::Mail,
    report::{Limits, Report, View},
    template::rendered,
};

#[derive(Template)]
#[template(path = "report/subject.txt")]
struct Subject<'a> {
    report: &'a Report,
    file_name: String,
}

#[derive(Template)]
#[template(path = "report/mail.txt")]
struct Text<'a> {
    report: &'a Report,
    rejected: &'a RejectedRows,
    execution: &'a ExecutionLink,
}

#[derive(Template)]
#[template(path = "report/mail.html")]
struct Html<'a> {
    report: &'a Report,
    rejected: &'a RejectedRows,
    execution: &'a ExecutionLink,
}

/// The execution that did the work, and where to look at it.
pub(crate) struct ExecutionLink {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
}

impl ExecutionLink {
    pub(crate) fn new(name: &str, arn: &str, config: &Config) -> Self {
        Self { name: bounded(name, 120), href: config.links.execution_url(arn) }
    }
}

/// Sends the report unless it was sent, or may have been.
pub(crate) async fn run(
    input: &SendInput,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<SendOutput> {
    let SendInput { run, execution, outcome } = input;
    let id = run.mail_id(*outcome);
    let compose = compose(id.clone(), run, execution, ports, config);
    let delivery = deliver(&ports, &id, compose).await?;
    note_sent(run, &delivery, ports).await?;
    Ok(delivery.output)
}

async fn compose(
    id: String,
    run: &Run,
    execution: &Execution,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<RawEmail> {
    let manifest = Manifest::of(run, ports.store).await?.ok_or_else(|| {
        StepError::new(ErrorKind::ObjectNotFound, "the run has no manifest")
            .with("key", &run.outputs.manifest)
    })?;
    let (run, results) = (&manifest.run, &manifest.results);
    let evidence = Evidence::read(ports.store, results).await?;
    let rejected = RejectedRows::read(ports.store, results, config).await?;
    let link = |key: &str| config.links.mail_url(&run.source.bucket, key);
    let program_version = manifest.program_version.as_str();
    let view = View { limits: Limits::MAIL, link: &link, program_version };
    let report = Report::new(run, results, &evidence, &view);
    let execution = ExecutionLink::new(&execution.name, &execution.id, config);

    let file_name = bounded(&report.file_name, 80);
    let subject = rendered(&Subject { report: &report, file_name })?;
    let text = rendered(&Text { report: &report, rejected: &rejected, execution: &execution })?;
    let html = rendered(&Html { report: &report, rejected: &rejected, execution: &execution })?;
    let attachment = match rejected {
        RejectedRows::Attached(attachment) => Some(attachment),
        RejectedRows::None | RejectedRows::Elsewhere(_) => None,
    };
    Mail { id, subject, text, html, date: run.started_at, attachment }.into_message(config)
}

/// Notes at the run's analysis that the report about it is out. A retry notes it again, since the
/// attempt that sent may have died before. A run without an analysis, or whose analysis has expired,
/// has nothing to be noted at.
async fn note_sent(run: &Run, delivery: &Delivery, ports: Ports<'_>) -> StepResult<()> {
    let Some(at) = delivery.sent_at else { return Ok(()) };
    match ports.analyses.mark_notified(&run.analysis_id(), at).await {
        Err(error) if error.kind() == ErrorKind::ObjectNotFound => Ok(()),
        marked => marked,
    }
}
