//! What a page and a mail ask of their report: the length of its lists, and its links.

/// How a page or a mail wants its report.
pub(crate) struct View<'a> {
    pub(crate) limits: Limits,
    /// A link to an object, if there is one.
    pub(crate) link: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub(crate) program_version: &'a str,
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
    /// Of the claims of a statement.
    pub(crate) statement_chars: usize,
    pub(crate) words_chars: usize,
    pub(crate) reasons_chars: usize,
    /// Of all statements together; the last that begins within it may go beyond.
    pub(crate) analysis_chars: usize,
    /// Figures whose source is listed. Others are shown without it.
    pub(crate) figures: usize,
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
        words_chars: 2_000,
        reasons_chars: 600,
        analysis_chars: 200_000,
        figures: 500,
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
        statement_chars: 700,
        words_chars: 400,
        reasons_chars: 160,
        analysis_chars: 5_000,
        figures: 0,
    };

    /// The same where only so many characters are left for statements.
    pub(super) fn within(self, left: usize) -> Self {
        Self {
            statement_chars: self.statement_chars.min(left),
            words_chars: self.words_chars.min(left),
            reasons_chars: self.reasons_chars.min(left),
            ..self
        }
    }
}
