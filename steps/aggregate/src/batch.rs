//! Rows that are counted together.

/// A batch is closed at this size of its free texts, however few its rows are.
const MAX_TEXT_BYTES: usize = 1 << 23;

/// Rows as columns of codes.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) rows: usize,
    pub(crate) dimensions: Vec<Vec<u32>>,
    pub(crate) pairs: Vec<Vec<u32>>,
    pub(crate) measures: Vec<Vec<u32>>,
    /// By measure: the codes of its segment with the first dimension.
    pub(crate) segments: Vec<Vec<u32>>,
    pub(crate) time: Option<Vec<u32>>,
    pub(crate) texts: Option<Texts>,
}

impl Batch {
    /// Whether there are as many rows, or as much text, as there should be at most.
    pub(crate) fn is_full(&self, max_rows: usize) -> bool {
        let text_bytes = self.texts.as_ref().map_or(0, |texts| texts.all.len());
        self.rows >= max_rows || text_bytes >= MAX_TEXT_BYTES
    }
}

/// Free texts, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    all: String,
    /// Where each begins and ends; missing ones nowhere.
    spans: Vec<Option<(usize, usize)>>,
}

impl Texts {
    pub(crate) fn push(&mut self, text: Option<&str>) {
        self.spans.push(text.map(|text| {
            let start = self.all.len();
            self.all.push_str(text);
            (start, self.all.len())
        }));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        self.spans.iter().map(|span| span.and_then(|(start, end)| self.all.get(start..end)))
    }
}
