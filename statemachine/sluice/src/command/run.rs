//! `sluice run`: drops each file in the data folder and runs the state machine on it.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};
use bytes::Bytes;
use pipeline_core::{
    error::ErrorKind,
    manifest::Manifest,
    ports::{Metadata, ObjectInfo, ObjectStore, Publication},
};
use pipeline_local::DataFolder;

use crate::{
    cli::RunArgs,
    dataset::{DEFAULT_CONTRACT, DEFAULT_DATASET, Dataset, read_contract},
    history::Execution,
    laptop::Laptop,
    result::{Ending, Places, RunResult, print_failure, run_of},
    terminal::{BAD, Progress, safe, styled},
};

/// How much of a file is copied at once.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Runs the state machine once for each file.
pub(crate) async fn run(args: RunArgs) -> anyhow::Result<ExitCode> {
    let dataset = Dataset::from_args(args.dataset, args.contract);
    let folder = Arc::new(DataFolder::open(&args.data.data)?);
    put_contract(&folder, &dataset).await?;
    let laptop = Laptop::new(Arc::clone(&folder))?;
    let mut endings = Vec::new();
    for file in &args.files {
        let result = run_one(&folder, &laptop, &dataset, file, args.rerun).await;
        endings.push(match result {
            Ok(result) => {
                result.print(args.output, "")?;
                result.ending()
            }
            Err(error) => print_failure(file, "the execution did not start", &error, args.output)?,
        });
    }
    Ok(ExitCode::from(Ending::gravest(endings).exit_code()))
}

/// Puts the contract where the first state looks for it. One that lies there already stays, unless
/// the command names another.
async fn put_contract(folder: &DataFolder, dataset: &Dataset) -> anyhow::Result<()> {
    let key = dataset.contract_key();
    let json = match dataset {
        // A contract that does not load must not take the place of one that does.
        Dataset::WithContract { path, .. } => read_contract(path)?.1,
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
    result_of(folder, &finished.execution).await
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
async fn result_of(folder: &DataFolder, execution: &Execution) -> anyhow::Result<RunResult> {
    let manifest = match run_of(execution) {
        Some(run) => Manifest::of(&run, &folder.store).await?,
        None => None,
    };
    Ok(RunResult::of(execution, manifest.as_ref(), folder))
}

impl Places for DataFolder {
    fn object(&self, key: &str) -> String {
        self.root().join(key).display().to_string()
    }

    fn mail(&self, mail_id: &str) -> Option<String> {
        let mail = self.outbox.path(mail_id);
        mail.exists().then(|| mail.display().to_string())
    }
}
