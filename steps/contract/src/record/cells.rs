//! The second phase of reading: which cells the record has.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::syntax::Syntax;

/// The longest record whose cells a [`Span`] can describe.
pub(super) const LONGEST: usize = (1 << 30) - 1;

/// The cells of one record. The memory is used again for the next one.
#[derive(Debug, Default)]
pub(super) struct Spans(Vec<Span>);

/// Where a cell ends and how it is written, in 4 bytes: a record may be all delimiters. A cell
/// begins one byte after the end of the one before it.
#[derive(Debug, Clone, Copy)]
struct Span(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The bytes are the text.
    Plain = 0,
    /// The text is what stands between the first and the last byte, which are quotes.
    Quoted = 1,
    /// Begins with a quote; has a doubled one, or text after the closing one.
    Escaped = 2,
}

impl Span {
    fn new(end: usize, form: Form) -> Self {
        // The reader clamps its bound to `LONGEST`, so the end always fits.
        Self(u32::try_from(end).unwrap_or(u32::MAX >> 2) << 2 | form as u32)
    }

    fn end(self) -> usize {
        (self.0 >> 2) as usize
    }

    fn form(self) -> Form {
        match self.0 & 3 {
            0 => Form::Plain,
            1 => Form::Quoted,
            _ => Form::Escaped,
        }
    }
}

impl Spans {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Splits a record without its terminator. `has_quotes` says whether a quote is anywhere in it.
    pub(super) fn split(&mut self, bytes: &[u8], has_quotes: bool, syntax: Syntax) {
        self.0.clear();
        if bytes.is_empty() {
            return;
        }
        if has_quotes {
            self.split_quoted(bytes, syntax);
            return;
        }
        let ends = memchr_iter(syntax.delimiter, bytes).map(|end| Span::new(end, Form::Plain));
        self.0.extend(ends);
        self.0.push(Span::new(bytes.len(), Form::Plain));
    }

    fn split_quoted(&mut self, bytes: &[u8], syntax: Syntax) {
        let mut start = 0;
        loop {
            let (from, mut form) = match bytes.get(start) {
                Some(first) if *first == syntax.quote => quoted_end(bytes, start, syntax.quote),
                _ => (start, Form::Plain),
            };
            let end = memchr(syntax.delimiter, &bytes[from..]).map_or(bytes.len(), |at| from + at);
            if form == Form::Quoted && end > from {
                form = Form::Escaped;
            }
            self.0.push(Span::new(end, form));
            if end == bytes.len() {
                return;
            }
            start = end + 1;
        }
    }

    pub(super) fn range(&self, index: usize) -> Option<Range<usize>> {
        let end = self.0.get(index)?.end();
        Some(self.start(index)..end)
    }

    fn start(&self, index: usize) -> usize {
        let before = index.checked_sub(1).and_then(|before| self.0.get(before));
        before.map_or(0, |span| span.end() + 1)
    }

    #[inline]
    pub(super) fn text<'a>(&self, text: &'a str, index: usize, quote: u8) -> Option<Cow<'a, str>> {
        let span = *self.0.get(index)?;
        let raw = text.get(self.start(index)..span.end())?;
        Some(match span.form() {
            Form::Plain => Cow::Borrowed(raw),
            Form::Quoted => Cow::Borrowed(raw.get(1..raw.len() - 1)?),
            Form::Escaped => Cow::Owned(unescape(raw, quote)),
        })
    }

    /// Whether the record whose cells these are is a comment.
    pub(super) fn is_comment(&self, bytes: &[u8], syntax: Syntax) -> bool {
        let Some(comment) = syntax.comment else { return false };
        let quoted = self.0.first().is_some_and(|span| span.form() != Form::Plain);
        let text = if quoted { bytes.get(1..).unwrap_or_default() } else { bytes };
        // `""#` is an empty pair of quotes with text after it.
        let text = match text.split_first() {
            Some((first, rest)) if quoted && *first == syntax.quote => rest,
            _ => text,
        };
        text.first() == Some(&comment)
    }
}

/// The end of the quoted part of the cell at `start`, and the form of the cell if it ends there.
fn quoted_end(bytes: &[u8], start: usize, quote: u8) -> (usize, Form) {
    let mut from = start + 1;
    let mut form = Form::Quoted;
    while let Some(found) = memchr(quote, &bytes[from..]) {
        let at = from + found;
        if bytes.get(at + 1) != Some(&quote) {
            return (at + 1, form);
        }
        form = Form::Escaped;
        from = at + 2;
    }
    // The first phase lets no record through whose quotes are open.
    (bytes.len(), Form::Escaped)
}

/// The text of a cell that begins with a quote.
fn unescape(raw: &str, quote: u8) -> String {
    let quote = char::from(quote);
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.get(1..).unwrap_or_default();
    while let Some((before, after)) = rest.split_once(quote) {
        text.push_str(before);
        let Some(after) = after.strip_prefix(quote) else {
            text.push_str(after);
            return text;
        };
        text.push(quote);
        rest = after;
    }
    text.push_str(rest);
    text
}
