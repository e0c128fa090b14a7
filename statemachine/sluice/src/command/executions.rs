//! `sluice executions` and `sluice show`: which state, what went in, what came out, why it failed.

use std::{io, process::ExitCode};

use anyhow::bail;
use chrono::{DateTime, Utc};
use pipeline_local::DataFolder;
use serde_json::{Value, json};

use crate::{
    cli::{ExecutionsArgs, ShowArgs},
    history::{Execution, History},
    result::{message_of, short},
    terminal::{BAD, DIM, GOOD, OutputFormat, WARN, duration, print, safe, styled},
    timeline::{Incident, Visit, timeline},
};

/// How much of an input or output a line shows; `--state` shows it whole.
const PREVIEW_CHARS: usize = 160;

/// Lists what ran in a data folder, newest first.
pub(crate) async fn list(args: &ExecutionsArgs) -> anyhow::Result<ExitCode> {
    let mut executions = Vec::new();
    if args.data.data.is_dir() {
        let folder = DataFolder::open(&args.data.data)?;
        executions = History::new(folder.history_folder(), &folder.executions).list().await?;
    }
    if let Some(status) = &args.status {
        executions.retain(|execution| execution.status.eq_ignore_ascii_case(status));
    }
    executions.truncate(args.limit);
    print_list(&executions, &args.data.data.display().to_string(), args.output)
}

/// Prints executions, a line each. `place` is where they were looked for.
pub(crate) fn print_list(
    executions: &[Execution],
    place: &str,
    output: OutputFormat,
) -> anyhow::Result<ExitCode> {
    if output == OutputFormat::Json {
        for execution in executions {
            print(&line_of(execution).to_string())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if executions.is_empty() {
        print(&format!("Nothing ran in {place}."))?;
    }
    for execution in executions {
        let header = &execution.header;
        print(&format!(
            "{}  {}  {}  {:<22}  {}",
            styled(DIM, header.start_date.format("%Y-%m-%d %H:%M:%S")),
            safe(short(&header.name)),
            colored_status(&execution.status, 9),
            safe(execution.last_state().unwrap_or("-")),
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

/// Shows one execution of a data folder.
pub(crate) async fn show(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    if !args.data.data.is_dir() {
        bail!("{} is no data folder; name yours with --data", args.data.data.display());
    }
    let folder = DataFolder::open(&args.data.data)?;
    let history = History::new(folder.history_folder(), &folder.executions);
    print_execution(&history.find(&args.run).await?, args.state.as_deref(), args.output)
}

/// Prints an execution, or one state of it.
pub(crate) fn print_execution(
    execution: &Execution,
    state: Option<&str>,
    output: OutputFormat,
) -> anyhow::Result<ExitCode> {
    if let Some(state) = state {
        return print_state(execution, state, output);
    }
    if output == OutputFormat::Json {
        print(&serde_json::to_string(execution)?)?;
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
    if execution.redrive_count > 0 {
        let times = execution.redrive_count;
        print(&format!("redriven {times} {}", if times == 1 { "time" } else { "times" }))?;
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
    if visit.kind == "Choice" && visit.incidents.is_empty() {
        return Ok(());
    }
    print(&format!("  in   {}", preview(&visit.input)))?;
    for incident in &visit.incidents {
        match incident {
            Incident::Failure(failure) => {
                print(&format!("  {}  {}", styled(WARN, "fail"), preview(failure)))?;
            }
            Incident::Redrive(at, after) => print(&format!(
                "  {}  {}, after {}",
                styled(WARN, "redriven"),
                at.format("%Y-%m-%d %H:%M:%S UTC"),
                safe(after)
            ))?,
        }
    }
    if let Some(output) = &visit.output {
        print(&format!("  out  {}", preview(output)))?;
    }
    Ok(())
}

fn print_state(
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
        let failures = visit.incidents.iter().filter_map(|incident| match incident {
            Incident::Failure(failure) => Some(failure),
            Incident::Redrive(..) => None,
        });
        let redrives = visit.incidents.iter().filter_map(|incident| match incident {
            Incident::Redrive(at, _) => Some(at),
            Incident::Failure(_) => None,
        });
        let whole = json!({
            "state": visit.name,
            "type": visit.kind,
            "entered": visit.entered,
            "exited": visit.exited,
            "input": parsed(&visit.input),
            "failures": failures.collect::<Vec<_>>(),
            "redrives": redrives.collect::<Vec<_>>(),
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
