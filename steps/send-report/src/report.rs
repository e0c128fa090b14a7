//! What a report shows, as text that only has to be escaped. Page and mail are two views of it.

mod bar;
mod capped;
mod cell;
mod commentary;
mod facts;
mod provenance;
mod rejects;
mod view;

use contract::reject::Refusal;
use pipeline_core::{results::RunResults, run::Run};

pub(crate) use self::view::{Limits, View};
use self::{
    capped::Capped,
    cell::value,
    commentary::Commentary,
    facts::Computed,
    provenance::{OutputRow, Provenance},
    rejects::{Funnel, Rejects},
};
use crate::{advice, evidence::Evidence, headline::Headline};

/// Everything that is known of a run, for people.
pub(crate) struct Report {
    pub(crate) headline: Headline,
    /// The file's name, without its folders.
    pub(crate) file_name: String,
    pub(crate) dataset: String,
    /// RFC 3339, UTC, to the second.
    pub(crate) started_at: String,
    pub(crate) refusal: Option<RefusalNote>,
    /// Absent where the file was refused unread.
    pub(crate) funnel: Option<Funnel>,
    pub(crate) rejects: Rejects,
    /// Columns that the contract does not declare.
    pub(crate) undeclared_columns: Capped<String>,
    pub(crate) computed: Option<Computed>,
    pub(crate) commentary: Option<Commentary>,
    pub(crate) outputs: Vec<OutputRow>,
    pub(crate) provenance: Provenance,
}

/// Why a file was refused, and what to do.
pub(crate) struct RefusalNote {
    pub(crate) code: &'static str,
    pub(crate) advice: &'static str,
}

impl Report {
    pub(crate) fn new(
        run: &Run,
        results: &RunResults,
        evidence: &Evidence,
        view: &View<'_>,
    ) -> Self {
        let validation = results.validation.as_ref();
        let columns = validation.map(|v| v.undeclared_columns.as_slice()).unwrap_or_default();
        let limits = view.limits;
        Self {
            headline: Headline::of(results),
            file_name: file_name(&run.source.key).to_owned(),
            dataset: run.contract.dataset.clone(),
            started_at: run.timestamp(),
            refusal: results.refusal.as_ref().map(RefusalNote::new),
            funnel: validation.map(|validation| Funnel::new(validation.records)),
            rejects: Rejects::new(validation, limits.rejects),
            undeclared_columns: Capped::new(columns.iter().map(|name| value(name)), limits.columns),
            computed: evidence.facts.as_ref().map(|facts| Computed::new(facts, limits)),
            commentary: evidence.analysis.as_ref().map(|a| Commentary::new(a, limits)),
            outputs: provenance::outputs(run, results, view),
            provenance: Provenance::new(run, results, view.program_version),
        }
    }
}

impl RefusalNote {
    fn new(refusal: &Refusal) -> Self {
        Self { code: refusal.code.as_str(), advice: advice::for_refusal(refusal.code) }
    }
}

/// The last part of a key.
pub(crate) fn file_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}
