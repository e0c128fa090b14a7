//! From what the report was made, and where everything is.

use contract::wording::bounded;
use pipeline_core::{
    results::RunResults,
    run::{OutputKind, Run},
};

use super::view::View;
use crate::figure::{counted, size};

/// One output of the run.
pub(crate) struct OutputRow {
    /// What it is.
    pub(crate) label: &'static str,
    pub(crate) key: String,
    pub(crate) href: Option<String>,
    /// Its size, and its records where it has any.
    pub(crate) contents: Option<String>,
    pub(crate) sha256: Option<String>,
}

/// The outputs that exist, in the order in which they are published.
pub(super) fn outputs(run: &Run, results: &RunResults, view: &View<'_>) -> Vec<OutputRow> {
    let records = results.records().unwrap_or_default();
    let mut rows: Vec<OutputRow> = results
        .outputs()
        .map(|(kind, object)| {
            let (label, records) = match kind {
                OutputKind::Processed => ("Valid records", Some(records.valid)),
                OutputKind::Rejected => ("Rejected records", Some(records.rejected)),
                OutputKind::Facts => ("Facts", None),
                OutputKind::Analysis => ("Analysis", None),
                OutputKind::Report => ("Report", None),
            };
            let size = size(object.size_bytes);
            let contents = match records {
                Some(records) => format!("{}, {size}", counted(records, "record", "records")),
                None => size,
            };
            OutputRow {
                contents: Some(contents),
                sha256: Some(object.sha256.clone()),
                ..row(label, &object.key, view)
            }
        })
        .collect();
    rows.push(row("Manifest", &run.outputs.manifest, view));
    rows
}

fn row(label: &'static str, key: &str, view: &View<'_>) -> OutputRow {
    OutputRow { label, key: key.to_owned(), href: (view.link)(key), contents: None, sha256: None }
}

/// Names and values, in reading order.
pub(crate) struct Provenance {
    pub(crate) correlation_id: String,
    pub(crate) bucket: String,
    pub(crate) source_key: String,
    pub(crate) entries: Vec<(&'static str, String)>,
}

impl Provenance {
    pub(super) fn new(run: &Run, results: &RunResults, program_version: &str) -> Self {
        let source = &run.source;
        let mut entries = vec![("Size", size(source.size_bytes))];
        if let Some(version) = &source.version_id {
            entries.push(("Version", version.clone()));
        }
        entries.push(("ETag", source.etag.clone()));
        entries.push(("Checksum", source.checksum.clone()));
        let validation = results.validation.as_ref();
        if let Some(sha256) = validation.and_then(|v| v.source_sha256.as_ref())
            && source.checksum != format!("sha256:{sha256}")
        {
            entries.push(("SHA-256", sha256.clone()));
        }
        entries.push(("Contract", run.contract.key.clone()));
        if let Some(version) = &run.contract.version_id {
            entries.push(("Contract version", version.clone()));
        }
        entries.push(("Contract SHA-256", run.contract.sha256.clone()));
        if let Some(prompt) = results.analysis.as_ref().and_then(|a| a.prompt_sha256.as_ref()) {
            entries.push(("Prompt SHA-256", prompt.clone()));
        }
        entries.push(("Program", format!("sluice {program_version}")));
        for (_, value) in &mut entries {
            *value = bounded(value, 1_100);
        }
        Self {
            correlation_id: run.correlation_id.clone(),
            bucket: source.bucket.clone(),
            source_key: source.key.clone(),
            entries,
        }
    }
}
