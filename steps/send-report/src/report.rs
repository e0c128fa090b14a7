//! What a report shows, as text that only has to be escaped. Page and mail are two views of it.

mod commentary;
mod facts;
mod provenance;
mod rejects;

use contract::reject::Refusal;
use pipeline_core::{results::RunResults, run::Run};

pub(crate) use self::{
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

/// How much of each list is shown; what is left out is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) rejects: usize,
    pub(crate) columns: usize,
    pub(crate) measures: usize,
    pub(crate) segments: usize,
    pub(crate) top: usize,
    pub(crate) dimensions: usize,
    pub(crate) groups: usize,
    pub(crate) pairs: usize,
    pub(crate) periods: usize,
    pub(crate) quotes: usize,
    pub(crate) statements: usize,
    pub(crate) statement_chars: usize,
}

impl Limits {
    /// For the browser copy: generous, but no list is as long as the data.
    pub(crate) const PAGE: Self = Self {
        rejects: 200,
        columns: 100,
        measures: 12,
        segments: 24,
        top: 5,
        dimensions: 12,
        groups: 25,
        pairs: 4,
        periods: 366,
        quotes: 24,
        statements: 50,
        statement_chars: 2_000,
    };

    /// For the mail, which Gmail cuts at 102 KiB of HTML.
    pub(crate) const MAIL: Self = Self {
        rejects: 8,
        columns: 10,
        measures: 2,
        segments: 5,
        top: 2,
        dimensions: 3,
        groups: 6,
        pairs: 0,
        periods: 0,
        quotes: 3,
        statements: 4,
        statement_chars: 500,
    };
}

/// A list that may have been cut.
#[derive(Debug, Clone)]
pub(crate) struct Capped<T> {
    pub(crate) items: Vec<T>,
    /// How many are not listed.
    pub(crate) more: usize,
}

impl<T> Capped<T> {
    pub(crate) fn new<I>(all: I, limit: usize) -> Self
    where
        I: IntoIterator<Item = T>,
    {
        let mut all = all.into_iter();
        let items: Vec<T> = all.by_ref().take(limit).collect();
        Self { items, more: all.count() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// The length of a bar, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bar(f64);

impl Bar {
    pub(crate) fn new(part: u64, whole: u64) -> Self {
        Self::of(crate::figure::ratio(part, whole))
    }

    pub(crate) fn of(share: f64) -> Self {
        Self(if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 })
    }

    /// In percent, to two decimals.
    pub(crate) fn percent(self) -> String {
        format!("{:.2}", self.0 * 100.0)
    }

    /// In whole percent for table cells; what there is at all is at least 1, and never quite all
    /// unless it is all.
    pub(crate) fn whole_percent(self) -> u32 {
        let shown = (1..=99).rev().find(|percent| self.0 * 100.0 >= f64::from(*percent));
        match shown {
            _ if self.0 <= 0.0 => 0,
            _ if self.0 >= 1.0 => 100,
            shown => shown.unwrap_or(1),
        }
    }

    /// What is left of 100.
    pub(crate) fn rest_percent(self) -> u32 {
        100 - self.whole_percent()
    }
}

/// How a page or a mail wants its report.
pub(crate) struct View<'a> {
    pub(crate) limits: Limits,
    /// A link to an object, if there is one.
    pub(crate) link: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub(crate) program_version: &'a str,
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

/// A value of the data at the length of a table cell.
fn value(text: &str) -> String {
    contract::wording::bounded(text, 120)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_what_is_there_and_never_more() {
        for (share, percent) in
            [(0.0, 0), (0.000_1, 1), (0.5, 50), (0.999_9, 99), (1.0, 100), (7.0, 100)]
        {
            assert_eq!(Bar::of(share).whole_percent(), percent);
        }
        assert_eq!(Bar::of(f64::NAN).percent(), "0.00");
    }

    #[test]
    fn a_capped_list_counts_what_it_leaves_out() {
        let capped = Capped::new(0..10, 3);
        assert_eq!((capped.items, capped.more), (vec![0, 1, 2], 7));
    }
}
