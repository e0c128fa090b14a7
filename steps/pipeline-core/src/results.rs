//! What the steps found out about a run, and what it published: stated here, once.

use std::collections::BTreeMap;

use contract::reject::{Refusal, RejectCode};
use serde::{Deserialize, Serialize};

use crate::{
    run::{Outcome, OutputKind, PublishedObject, RecordCounts, Run},
    steps::{aggregate, analyze, validate_and_partition},
};

/// Everything that the steps found out about a run, in the words of the manifest and the report.
///
/// The state machine gathers it; it holds keys, counts and hashes, never rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResults {
    /// How the run ends.
    pub outcome: Outcome,
    /// Why the file was refused, where it was.
    #[serde(default)]
    pub refusal: Option<Refusal>,
    /// What validation found; absent where the file was refused before it was read.
    #[serde(default)]
    pub validation: Option<validate_and_partition::Output>,
    /// What was aggregated; absent where no record is valid.
    #[serde(default)]
    pub aggregation: Option<aggregate::Output>,
    /// What was analysed; absent where no record is valid.
    #[serde(default)]
    pub analysis: Option<analyze::Output>,
    /// The report that was rendered.
    #[serde(default)]
    pub report: Option<RenderedReport>,
}

/// The report is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedReport {
    /// `report.html`
    pub report: PublishedObject,
}

/// The keys under which a run's outputs lie, or where else they are to be found: the same members
/// wherever outputs are listed. `None` where there is no such output.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputPlaces {
    /// The valid rows.
    pub processed: Option<String>,
    /// The rejected rows with their reasons.
    pub rejected: Option<String>,
    /// The numbers.
    pub facts: Option<String>,
    /// What is said about them.
    pub analysis: Option<String>,
    /// The report for a browser.
    pub report: Option<String>,
    /// The proof that all of it is whole.
    pub manifest: Option<String>,
}

impl RunResults {
    /// What was published as this output, if it was.
    pub fn output(&self, kind: OutputKind) -> Option<&PublishedObject> {
        let validation = self.validation.as_ref();
        match kind {
            OutputKind::Processed => validation?.processed.as_ref(),
            OutputKind::Rejected => validation?.rejected.as_ref(),
            OutputKind::Facts => Some(&self.aggregation.as_ref()?.facts),
            OutputKind::Analysis => Some(&self.analysis.as_ref()?.analysis),
            OutputKind::Report => Some(&self.report.as_ref()?.report),
        }
    }

    /// What was published, in the order of publishing. The manifest, which vouches for it, is not in it.
    pub fn outputs(&self) -> impl Iterator<Item = (OutputKind, &PublishedObject)> {
        let output = |kind| self.output(kind).map(|object| (kind, object));
        OutputKind::ALL.into_iter().filter_map(output)
    }

    /// How the results contradict themselves, if they do. Those of a run never do.
    pub fn contradiction(&self) -> Option<&'static str> {
        let records = self.records();
        if records.is_some_and(|found| Some(found.read) != found.valid.checked_add(found.rejected))
        {
            return Some("records read are not the valid and the rejected ones");
        }
        let Self { refusal, aggregation, analysis, .. } = self;
        let (read, valid) = records.map_or((None, None), |r| (Some(r.read), Some(r.valid)));
        let has_facts = aggregation.is_some() || analysis.is_some();
        let agrees = match self.outcome {
            Outcome::Completed => {
                refusal.is_none()
                    && valid.is_some_and(|valid| valid > 0)
                    && aggregation.as_ref().map(|aggregation| aggregation.records) == valid
                    && analysis.is_some()
            }
            Outcome::AllRecordsRejected => {
                refusal.is_none()
                    && !has_facts
                    && valid == Some(0)
                    && read.is_some_and(|read| read > 0)
            }
            Outcome::NoRecords => refusal.is_none() && !has_facts && read == Some(0),
            Outcome::FileRefused => refusal.is_some() && !has_facts,
        };
        (!agrees).then_some("the outcome is not what the steps found")
    }

    /// Where the outputs lie. `place` says it for a key.
    pub fn places(&self, run: &Run, place: impl Fn(&str) -> String) -> OutputPlaces {
        let of = |kind| self.output(kind).map(|object| place(&object.key));
        OutputPlaces {
            processed: of(OutputKind::Processed),
            rejected: of(OutputKind::Rejected),
            facts: of(OutputKind::Facts),
            analysis: of(OutputKind::Analysis),
            report: of(OutputKind::Report),
            manifest: Some(place(&run.outputs.manifest)),
        }
    }

    /// How many records went where; `None` where the file was refused before it was read.
    pub fn records(&self) -> Option<RecordCounts> {
        self.validation.as_ref().map(|validation| validation.records)
    }

    /// Cell and row errors by code; `None` where the file was refused before it was read.
    pub fn rejected_by_code(&self) -> Option<&BTreeMap<RejectCode, u64>> {
        self.validation.as_ref().map(|validation| &validation.rejected_by_code)
    }

    /// The same results with every duration 0, to compare what two attempts published.
    #[must_use]
    pub fn without_durations(&self) -> Self {
        let mut results = self.clone();
        let durations = [
            results.validation.as_mut().map(|output| &mut output.duration_ms),
            results.aggregation.as_mut().map(|output| &mut output.duration_ms),
            results.analysis.as_mut().map(|output| &mut output.duration_ms),
        ];
        durations.into_iter().flatten().for_each(|duration_ms| *duration_ms = 0);
        results
    }
}
