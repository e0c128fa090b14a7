//! `sluice executions` and `sluice show`: which state, what went in, what came out, why it failed.

use std::{io, process::ExitCode};

use anyhow::bail;
use chrono::{DateTime, Utc};
use pipeline_local::DataFolder;
use serde_json::{Value, json};

use crate::{
    cli::{ExecutionsArgs, OutputFormat, ShowArgs},
    history::{Execution, History},
    laptop::history_folder,
    result::message_of,
    terminal::{BAD, DIM, GOOD, WARN, duration, print, safe, styled},
    timeline::{Visit, timeline},
};

/// How much of an input or output a line shows; `--state` shows it whole.
const PREVIEW_CHARS: usize = 160;

/// Lists what ran, newest first.
pub(crate) async fn list(args: &ExecutionsArgs) -> anyhow::Result<ExitCode> {
    let mut executions = Vec::new();
    if args.data.data.is_dir() {
        let folder = DataFolder::open(&args.data.data)?;
        executions = History::new(history_folder(&folder), &folder.executions).list().await?;
    }
    if let Some(status) = &args.status {
        executions.retain(|execution| execution.status.eq_ignore_ascii_case(status));
    }
    executions.truncate(args.limit);
    if args.output == OutputFormat::Json {
        for execution in &executions {
            print(&line_of(execution).to_string())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if executions.is_empty() {
        print(&format!("Nothing ran in {}.", args.data.data.display()))?;
    }
    for execution in &executions {
        let header = &execution.header;
        print(&format!(
            "{}  {}  {}  {:<22}  {}",
            styled(DIM, header.start_date.format("%Y-%m-%d %H:%M:%S")),
            header.name.get(..8).unwrap_or(&header.name),
            colored_status(&execution.status, 9),
            execution.last_state().unwrap_or("-"),
            safe(execution.source_file()),
        ))?;
        if let Some(error) = &execution.error {
            print(&format!("{:>33}{}", "", styled(BAD, safe(error))))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line_of(execution: &Execution) -> Value {
    json!({
        "name": execution.header.name,
        "executionArn": execution.header.execution_arn,
        "status": execution.status,
        "startDate": execution.header.start_date,
        "stopDate": execution.stop_date,
        "outcome": execution.last_state(),
        "sourceFile": execution.source_file(),
        "error": execution.error,
        "cause": execution.cause,
    })
}

/// Shows one execution.
pub(crate) async fn show(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    if !args.data.data.is_dir() {
        bail!("{} is no data folder; name yours with --data", args.data.data.display());
    }
    let folder = DataFolder::open(&args.data.data)?;
    let history = History::new(history_folder(&folder), &folder.executions);
    let execution = history.find(&args.run).await?;
    if let Some(state) = &args.state {
        return show_state(&execution, state, args.output);
    }
    if args.output == OutputFormat::Json {
        print(&serde_json::to_string(&execution)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let header = &execution.header;
    let took = execution.stop_date.map(|stop| between(header.start_date, stop));
    print(&format!("{}  {}", header.name, colored_status(&execution.status, 0)))?;
    print(&format!("file     {}", safe(execution.source_file())))?;
    print(&format!("started  {}", header.start_date.format("%Y-%m-%d %H:%M:%S UTC")))?;
    if let Some(took) = took {
        print(&format!("took     {took}"))?;
    }
    for visit in timeline(&execution.events) {
        print_visit(&visit)?;
    }
    if let Some(error) = &execution.error {
        print(&format!("\n{}", styled(BAD, safe(error))))?;
    }
    if let Some(cause) = &execution.cause {
        print(&safe(&message_of(cause)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_visit(visit: &Visit) -> io::Result<()> {
    let took = visit.exited.map_or_else(
        || styled(BAD, "not left"),
        |exited| styled(DIM, between(visit.entered, exited)),
    );
    print(&format!(
        "\n{}  {}  {took}",
        styled(anstyle::Style::new().bold(), safe(&visit.name)),
        visit.kind
    ))?;
    // A Choice hands on what it was given; only the way it takes is news, and that is the next line.
    if visit.kind == "Choice" && visit.failures.is_empty() {
        return Ok(());
    }
    print(&format!("  in   {}", preview(&visit.input)))?;
    for failure in &visit.failures {
        print(&format!("  {}  {}", styled(WARN, "fail"), preview(failure)))?;
    }
    if let Some(output) = &visit.output {
        print(&format!("  out  {}", preview(output)))?;
    }
    Ok(())
}

fn show_state(
    execution: &Execution,
    state: &str,
    output: OutputFormat,
) -> anyhow::Result<ExitCode> {
    let visits: Vec<Visit> =
        timeline(&execution.events).into_iter().filter(|visit| visit.name == state).collect();
    if visits.is_empty() {
        bail!("execution {} was never in a state named {state:?}", execution.header.name);
    }
    for visit in visits {
        let parsed = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        let whole = json!({
            "state": visit.name,
            "type": visit.kind,
            "entered": visit.entered,
            "exited": visit.exited,
            "input": parsed(&visit.input),
            "failures": visit.failures,
            "output": visit.output.as_deref().map(parsed),
        });
        if output == OutputFormat::Json {
            print(&format!("{whole}"))?;
        } else {
            print(&serde_json::to_string_pretty(&whole)?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn preview(text: &str) -> String {
    let mut shown: String = text.chars().take(PREVIEW_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    safe(&shown)
}

fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    duration(u64::try_from((to - from).num_milliseconds()).unwrap_or(0))
}

fn colored_status(status: &str, width: usize) -> String {
    let style = match status {
        "SUCCEEDED" => GOOD,
        "RUNNING" => WARN,
        _ => BAD,
    };
    styled(style, format_args!("{status:<width$}"))
}
