//! `sluice verify`: is the report of a run still what its file says?

use std::{fs, process::ExitCode};

use anyhow::{Context, bail};
use pipeline_core::{layout::REPORTS, ports::ObjectStore};
use pipeline_local::DataFolder;
use serde_json::json;

use crate::{
    cli::VerifyArgs,
    terminal::{BAD, GOOD, OutputFormat, WARN, print, safe, styled},
    verification::{Verdict, Verdicts, manifest_at, verify},
};

/// Something could not be verified, and nothing was disproved.
const NOT_VERIFIABLE: u8 = 3;

/// Verifies a run of a data folder.
pub(crate) async fn in_folder(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    if !args.data.data.is_dir() {
        bail!("{} is no data folder; name yours with --data", args.data.data.display());
    }
    let folder = DataFolder::open(&args.data.data)?;
    let prefix = format!("{REPORTS}{}", args.run);
    let reports = folder.store.list(&prefix).map_err(|error| anyhow::anyhow!(error.report()))?;
    let keys = reports.into_iter().map(|object| object.info.key);
    let mut manifests: Vec<_> = keys.filter(|key| key.ends_with("/manifest.json")).collect();
    match manifests.len() {
        0 => bail!(
            "no run of {} begins with {:?} and has a manifest",
            args.data.data.display(),
            args.run
        ),
        1 => in_store(&manifests.remove(0), &folder.store, args).await,
        count => bail!("{count} runs begin with {:?}: give more of the name", args.run),
    }
}

/// Verifies the run of the manifest under this key.
pub(crate) async fn in_store(
    manifest: &str,
    store: &dyn ObjectStore,
    args: &VerifyArgs,
) -> anyhow::Result<ExitCode> {
    let contract = match &args.contract {
        Some(path) => Some(
            fs::read(path)
                .with_context(|| format!("cannot read the contract {}", path.display()))?,
        ),
        None => None,
    };
    let manifest = manifest_at(manifest, store)
        .await?
        .with_context(|| format!("there is no {manifest}: name the run in full"))?;
    report(&verify(&manifest, store, contract.as_deref()).await?, args.output)
}

fn report(verdicts: &Verdicts, output: OutputFormat) -> anyhow::Result<ExitCode> {
    let any = |is: fn(&Verdict) -> bool| verdicts.verdicts.iter().any(is);
    let (word, style, code) = if any(|verdict| matches!(verdict, Verdict::Disproved { .. })) {
        ("disproved", BAD, ExitCode::FAILURE)
    } else if any(|verdict| matches!(verdict, Verdict::NotVerifiable { .. })) {
        ("not verifiable", WARN, ExitCode::from(NOT_VERIFIABLE))
    } else {
        ("proven", GOOD, ExitCode::SUCCESS)
    };
    let run = &verdicts.correlation_id;
    if output == OutputFormat::Json {
        let verdict = word.replace(' ', "_");
        print(&json!({ "run": run, "verdict": verdict, "checks": verdicts.verdicts }).to_string())?;
        return Ok(code);
    }
    for verdict in &verdicts.verdicts {
        let (mark, what) = match verdict {
            Verdict::Proven { what } => (styled(GOOD, "proven        "), what),
            Verdict::Disproved { what } => (styled(BAD, "disproved     "), what),
            Verdict::NotVerifiable { what } => (styled(WARN, "not verifiable"), what),
        };
        print(&format!("{mark}  {}", safe(what)))?;
    }
    print(&format!("{}  {}", safe(run), styled(style, word)))?;
    Ok(code)
}
