//! `sluice run`: drops each file in the data folder and runs the state machine on it.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};
use bytes::Bytes;
use pipeline_core::{
    contract::Contract,
    error::ErrorKind,
    manifest::Manifest,
    ports::{Metadata, ObjectInfo, ObjectStore, Publication},
    run::Run,
};
use pipeline_local::DataFolder;
use serde_json::Value;

use crate::{
    cli::{OutputFormat, RunArgs},
    dataset::{DEFAULT_CONTRACT, DEFAULT_DATASET, Dataset},
    laptop::{Finished, Laptop},
    result::{OutputPaths, RunResult, Verdict},
    terminal::{BAD, Progress, print, safe, styled},
};

/// How much of a file is copied at once.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Runs the state machine once for each file.
pub(crate) async fn run(args: RunArgs) -> anyhow::Result<ExitCode> {
    let dataset = Dataset::from_args(args.dataset, args.contract);
    let folder = Arc::new(DataFolder::open(&args.data.data)?);
    put_contract(&folder, &dataset).await?;
    let laptop = Laptop::new(Arc::clone(&folder))?;
    let mut verdicts = Vec::new();
    for file in &args.files {
        match run_one(&folder, &laptop, &dataset, file, args.rerun).await {
            Ok(result) => {
                verdicts.push(result.verdict());
                match args.output {
                    OutputFormat::Json => print(&serde_json::to_string(&result)?)?,
                    OutputFormat::Text => print(&result.text())?,
                }
            }
            Err(error) => {
                verdicts.push(Verdict::Failed);
                if args.output == OutputFormat::Json {
                    let path = file.display().to_string();
                    let result = RunResult::not_started(&path, &format!("{error:#}"));
                    print(&serde_json::to_string(&result)?)?;
                }
                let message = safe(&format!("{}: {error:#}", file.display()));
                anstream::eprintln!("{} {message}", styled(BAD, "error:"));
            }
        }
    }
    Ok(ExitCode::from(Verdict::gravest(verdicts).exit_code()))
}

/// Puts the contract where the first state looks for it. One that lies there already stays, unless
/// the command names another.
async fn put_contract(folder: &DataFolder, dataset: &Dataset) -> anyhow::Result<()> {
    let key = dataset.contract_key();
    let json = match dataset {
        Dataset::WithContract { path, .. } => {
            let json = fs::read(path)
                .with_context(|| format!("cannot read the contract {}", path.display()))?;
            // A contract that does not load must not take the place of one that does.
            Contract::from_json(&json)
                .with_context(|| format!("the contract {} does not load", path.display()))?;
            json
        }
        _ if dataset.name() == DEFAULT_DATASET => match folder.store.head(&key, None).await {
            Err(error) if error.kind() == ErrorKind::ObjectNotFound => DEFAULT_CONTRACT.to_vec(),
            found => return found.map(drop).map_err(Into::into),
        },
        _ => return Ok(()),
    };
    let mut object = folder.store.put(&key, "application/json").await?;
    object.write(Bytes::from(json)).await?;
    object.finish(Metadata::new(), Publication::Replace).await?;
    Ok(())
}

async fn run_one(
    folder: &DataFolder,
    laptop: &Laptop,
    dataset: &Dataset,
    file: &Path,
    rerun: bool,
) -> anyhow::Result<RunResult> {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
        bail!("the name of the file is not UTF-8");
    };
    let size_bytes = fs::metadata(file).context("cannot read the file")?.len();
    let progress = Progress::bytes(name, size_bytes);
    let object = drop_file(folder, &dataset.input_key(name), file, &progress).await?;
    let progress = {
        progress.clear();
        Progress::spinner(name)
    };
    let finished = laptop.execute(&object, rerun, &progress).await?;
    progress.clear();
    for fault in &finished.faults {
        anstream::eprintln!("{} {}", styled(BAD, "error:"), safe(fault));
    }
    result_of(folder, &object, &finished).await
}

/// What a person does on AWS: puts the file into `input/`.
async fn drop_file(
    folder: &DataFolder,
    key: &str,
    file: &Path,
    progress: &Progress,
) -> anyhow::Result<ObjectInfo> {
    let mut source = File::open(file).context("cannot open the file")?;
    let mut object = folder.store.put(key, "text/csv").await?;
    let mut copied_bytes = 0;
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let length = source.read(&mut chunk).context("cannot read the file")?;
        if length == 0 {
            break;
        }
        chunk.truncate(length);
        object.write(Bytes::from(chunk)).await?;
        copied_bytes += length as u64;
        progress.at(copied_bytes);
    }
    Ok(object.finish(Metadata::new(), Publication::Replace).await?)
}

/// Reads what the execution says, and what the manifest of its run vouches for.
async fn result_of(
    folder: &DataFolder,
    object: &ObjectInfo,
    finished: &Finished,
) -> anyhow::Result<RunResult> {
    let result = &finished.result;
    let output = result.output.clone().unwrap_or_default();
    let claim = claim_of(finished);
    let run: Option<Run> = serde_json::from_value(claim["run"].clone()).ok();
    let manifest = match &run {
        Some(run) => Manifest::of(run, &folder.store).await?,
        None => None,
    };
    let outcome = result.last_state.clone();
    let is_held = matches!(outcome.as_deref(), Some("DuplicateSkipped" | "AlreadyInProgress"));
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let validation = manifest.as_ref().and_then(|manifest| manifest.results.validation.as_ref());
    let mut outputs =
        run.as_ref().map(|run| paths_of(folder, run, manifest.as_ref())).unwrap_or_default();
    if result.status != asl::Status::Succeeded {
        outputs.email = mail_of(folder, &format!("{}-Failed", finished.name));
    }
    let event = |position: Option<&asl::HistoryEvent>| position.map(|event| event.timestamp);
    let (first, last) = (event(result.events.first()), event(result.events.last()));
    let took = last.zip(first).map_or(0, |(last, first)| (last - first).num_milliseconds());
    Ok(RunResult {
        run: Some(finished.name.clone()),
        status: text(&serde_json::to_value(result.status)?).unwrap_or_default(),
        earlier_outcome: text(&claim["outcome"]).filter(|_| is_held),
        owner: text(&claim["owner"]["name"]).filter(|_| is_held),
        outcome,
        correlation_id: run.as_ref().map(|run| run.correlation_id.clone()),
        source_file: object.key.clone(),
        // A file that was refused unread has a manifest and no validation: no record was read.
        records: manifest
            .as_ref()
            .map(|_| validation.map(|validation| validation.records).unwrap_or_default()),
        rejected_by_code: validation
            .map(|validation| validation.rejected_by_code.clone())
            .unwrap_or_default(),
        undeclared_columns: validation
            .map(|validation| validation.undeclared_columns.clone())
            .unwrap_or_default(),
        refusal: manifest.as_ref().and_then(|manifest| manifest.results.refusal.clone()),
        mail: text(&output["mail"]),
        outputs,
        error: result.error.clone(),
        cause: result.cause.clone(),
        duration_ms: u64::try_from(took).unwrap_or(0),
    })
}

/// What `ClaimFile` gave back, from the history; null if the execution did not come so far.
fn claim_of(finished: &Finished) -> Value {
    finished
        .result
        .events
        .iter()
        .find_map(|event| match &event.details {
            Some(asl::EventDetails::StateExited { name, output, .. }) if name == "ClaimFile" => {
                serde_json::from_str(output).ok()
            }
            _ => None,
        })
        .unwrap_or_default()
}

/// The outputs that the manifest vouches for, and the mail if it is in the outbox.
fn paths_of(folder: &DataFolder, run: &Run, manifest: Option<&Manifest>) -> OutputPaths {
    let Some(Manifest { results, .. }) = manifest else {
        return OutputPaths::default();
    };
    let path = |key: &str| folder.root().join(key);
    let validation = results.validation.as_ref();
    let published = |object: Option<&pipeline_core::run::PublishedObject>| -> Option<PathBuf> {
        object.map(|object| path(&object.key))
    };
    OutputPaths {
        processed: published(validation.and_then(|validation| validation.processed.as_ref())),
        rejected: published(validation.and_then(|validation| validation.rejected.as_ref())),
        facts: published(results.aggregation.as_ref().map(|aggregation| &aggregation.facts)),
        analysis: published(results.analysis.as_ref().map(|analysis| &analysis.analysis)),
        report: published(results.report.as_ref().map(|report| &report.report)),
        manifest: Some(path(&run.outputs.manifest)),
        email: mail_of(folder, &run.mail_id(results.outcome)),
    }
}

/// The mail of this id, if it is in the outbox.
fn mail_of(folder: &DataFolder, mail_id: &str) -> Option<PathBuf> {
    Some(folder.outbox.path(mail_id)).filter(|mail| mail.exists())
}
