//! `sluice asl`: any JSONata state machine, with mocked functions and a virtual clock.

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context, bail};
use asl::{MockFunctions, NoObjects, Objects, StateMachine, run_mocked};
use pipeline_local::FolderStore;
use serde_json::{Value, json};

use crate::{
    cli::AslCommand,
    objects::FolderObjects,
    terminal::{BAD, GOOD, OutputFormat, print, safe, safe_lines, styled},
};

/// The definition, the input or the functions cannot be used.
const UNUSABLE: u8 = 2;

/// Runs or checks a definition.
pub(crate) fn run(command: &AslCommand) -> anyhow::Result<ExitCode> {
    let done = match command {
        AslCommand::Run { definition, input, functions, objects, output } => {
            execute(definition, input, functions.as_deref(), objects.as_deref(), *output)
        }
        AslCommand::Check { definition, output } => check(definition, *output),
    };
    done.or_else(|error| {
        anstream::eprintln!("{} {}", styled(BAD, "error:"), safe_lines(&format!("{error:#}")));
        Ok(ExitCode::from(UNUSABLE))
    })
}

fn execute(
    definition: &Path,
    input: &str,
    functions: Option<&Path>,
    objects: Option<&Path>,
    output: OutputFormat,
) -> anyhow::Result<ExitCode> {
    let machine = StateMachine::parse(&read(definition)?).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
        anyhow::anyhow!("{} cannot be run:{}", definition.display(), lines.concat())
    })?;
    let functions = match functions {
        Some(path) => json_of(&read(path)?, &path.display().to_string())?,
        None => json!({}),
    };
    let functions = MockFunctions::from_json(&functions).map_err(|problems| {
        anyhow::anyhow!("the functions cannot be used: {}", problems.join("; "))
    })?;
    let folder = objects.map(open).transpose()?;
    let objects: &dyn Objects = folder.as_ref().map_or(&NoObjects, |folder| folder);
    let result = run_mocked(&machine, json_or_file(input)?, &functions, objects);
    if output == OutputFormat::Json {
        print(&format!("{result}"))?;
    } else {
        print_result(&result)?;
    }
    Ok(ExitCode::from(u8::from(result["status"] != "SUCCEEDED")))
}

/// A folder as the objects of every bucket.
fn open(folder: &Path) -> anyhow::Result<FolderObjects> {
    if !folder.is_dir() {
        bail!("there is no folder {}", folder.display());
    }
    let store = FolderStore::open(folder).map_err(|error| anyhow::anyhow!(error.report()))?;
    Ok(FolderObjects::of_any_bucket(store))
}

fn print_result(result: &Value) -> anyhow::Result<()> {
    for event in result["events"].as_array().into_iter().flatten() {
        let name = event["stateEnteredEventDetails"]["name"].as_str().unwrap_or_default();
        let kind = event["type"].as_str().unwrap_or_default();
        print(&format!("{:>5}  {kind:<28} {}", event["id"], safe(name)))?;
    }
    let status = result["status"].as_str().unwrap_or_default();
    let style = if status == "SUCCEEDED" { GOOD } else { BAD };
    print(&format!("\n{}", styled(style, status)))?;
    for member in ["error", "cause"] {
        if let Some(text) = result[member].as_str() {
            print(&format!("{member}: {}", safe(text)))?;
        }
    }
    if let Some(output) = result.get("output") {
        print(&serde_json::to_string_pretty(output)?)?;
    }
    Ok(())
}

fn check(definition: &Path, output: OutputFormat) -> anyhow::Result<ExitCode> {
    let problems = StateMachine::check(&read(definition)?);
    if output == OutputFormat::Json {
        let problems: Vec<Value> = problems
            .iter()
            .map(|problem| {
                json!({"state": problem.state, "field": problem.field, "message": problem.message})
            })
            .collect();
        print(&json!({ "problems": problems }).to_string())?;
    } else if problems.is_empty() {
        print(&format!("{} {}", styled(GOOD, "ok"), definition.display()))?;
    } else {
        for problem in &problems {
            print(&safe(&problem.to_string()))?;
        }
    }
    Ok(ExitCode::from(u8::from(!problems.is_empty())))
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn json_of(text: &str, name: &str) -> anyhow::Result<Value> {
    serde_json::from_str(text).with_context(|| format!("{name} is not JSON"))
}

/// JSON where it is JSON, else the name of a file that holds it.
fn json_or_file(input: &str) -> anyhow::Result<Value> {
    match serde_json::from_str(input) {
        Ok(value) => Ok(value),
        Err(_) if Path::new(input).is_file() => json_of(&read(Path::new(input))?, input),
        Err(error) => bail!("the input is neither JSON ({error}) nor a file: {input}"),
    }
}
