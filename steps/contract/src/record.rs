//! Records of a CSV file: bytes in, in chunks of any size; records out, each with its exact bytes.
//!
//! The reader is our own because the crate `csv` gives cells without the bytes that they were read from,
//! and one quote that is never closed makes the rest of the file one record.
//!
//! The reader does no I/O and does not judge. Everything that it is given comes out again, in order:
//! a byte order mark aside, the file is the concatenation of each record's [`Record::bytes`] and
//! [`Record::terminator`], whatever the file holds and however it was cut into chunks.
//!
//! ```
//! use contract::{Dialect, record::{MAX_RECORD_BYTES, RecordReader}};
//!
//! let mut reader = RecordReader::new(&Dialect::default(), MAX_RECORD_BYTES);
//! let mut cells = Vec::new();
//! for chunk in [b"id,na".as_slice(), b"me\r\n1,\"Ada, \"\"L\"\"\"\n"] {
//!     reader.push(chunk);
//!     while let Some(record) = reader.next_record() {
//!         cells.push(record.cell(1).unwrap_or_default().into_owned());
//!     }
//! }
//! reader.finish();
//! assert!(reader.next_record().is_none());
//! assert_eq!(cells, ["name", "Ada, \"L\""]);
//! ```
//!
//! # What a record is
//! The dialect is [RFC 4180] as Python's `csv` module reads it, which is what Frictionless uses:
//! - LF, CRLF and a lone CR outside quotes end a record, in any mixture. An empty line is a record
//!   without cells.
//! - A quote opens a quoted cell only as the cell's first byte; elsewhere it is text. Inside, a
//!   doubled quote is one quote. Text between a closing quote and the delimiter belongs to the cell.
//! - NUL and bytes that are not UTF-8 are data.
//!
//! # What keeps one bad quote from swallowing the file
//! A record ends within the reader's bound, or it is not one. If the bound (or the file) ends inside
//! quotes that span lines, the record is its first line alone, with [`Flaw::UnclosedQuote`], and
//! reading goes on with the next line. A single line beyond the bound comes in pieces of bounded size
//! ([`Flaw::TooLong`], [`Record::continues`]), so that nothing is lost and memory stays bounded.
//! A flawed record has no cells. The work is linear in the file, also where every line opens a quote.
//!
//! [RFC 4180]: https://www.rfc-editor.org/rfc/rfc4180

mod cells;
mod scan;
mod syntax;
mod write;

use std::borrow::Cow;
use std::ops::Range;

use self::cells::Spans;
pub use self::scan::Flaw;
use self::scan::{Found, Scan};
use self::syntax::Syntax;
pub use self::write::write_cell;
use crate::Dialect;

/// How long a record may be, in bytes without its terminator, unless a caller says otherwise.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// The UTF-8 byte order mark. It is no part of the first record.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Finds the records in chunks of bytes, without I/O.
///
/// Holds at most twice the bound and the chunk that was pushed last.
#[derive(Debug)]
pub struct RecordReader {
    syntax: Syntax,
    max_record_bytes: usize,
    buffer: Vec<u8>,
    /// Where the next record begins in the buffer.
    start: usize,
    /// The offset of the buffer's first byte in the file.
    base: u64,
    begun: bool,
    finished: bool,
    scan: Scan,
    spans: Spans,
    /// The number and line of the last record.
    number: u64,
    line: u64,
    /// Physical lines in the last record, terminator included.
    lines: u64,
    /// Set while the pieces of a line beyond the bound are given out.
    pieces: Option<Pieces>,
}

#[derive(Debug, Clone, Copy)]
struct Pieces {
    is_comment: bool,
}

impl RecordReader {
    /// A reader for a file of this dialect whose records have at most `max_record_bytes` bytes
    /// (at least 1 and at most 2³⁰ are in effect).
    pub fn new(dialect: &Dialect, max_record_bytes: usize) -> Self {
        Self {
            syntax: Syntax::of(*dialect),
            max_record_bytes: max_record_bytes.clamp(1, cells::LONGEST),
            buffer: Vec::new(),
            start: 0,
            base: 0,
            begun: false,
            finished: false,
            scan: Scan::default(),
            spans: Spans::default(),
            number: 0,
            line: 1,
            lines: 0,
            pieces: None,
        }
    }

    /// Appends the file's next bytes. Ask [`Self::next_record`] until it has none before the next
    /// push, or the buffer grows.
    pub fn push(&mut self, chunk: &[u8]) {
        // Moving the rest down costs at most what was consumed since the last move.
        let rest = self.buffer.len() - self.start;
        if self.start >= rest {
            self.buffer.copy_within(self.start.., 0);
            self.buffer.truncate(rest);
            self.scan.shift(self.start);
            self.base += self.start as u64;
            self.start = 0;
        }
        self.buffer.extend_from_slice(chunk);
    }

    /// Says that the file ends here. Only then does the last record come out.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// The next record; `None` if that needs more bytes, or if there is none after
    /// [`Self::finish`].
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        self.begin()?;
        if self.start == self.buffer.len() {
            return None;
        }
        let (found, continuation) = match self.pieces {
            None => {
                let found = self.scan.find(
                    &self.buffer,
                    self.start,
                    self.finished,
                    self.syntax,
                    self.max_record_bytes,
                )?;
                (found, None)
            }
            Some(pieces) => {
                let found =
                    scan::piece(&self.buffer, self.start, self.finished, self.max_record_bytes)?;
                (found, Some(pieces))
            }
        };
        let Found { end, terminator, flaw, continues, has_quotes, has_breaks } = found;
        let bytes = &self.buffer[self.start..end];

        let flaw = if continuation.is_some() { Some(Flaw::TooLong) } else { flaw };
        match flaw {
            None => self.spans.split(bytes, has_quotes, self.syntax),
            Some(_) => self.spans.clear(),
        }
        let is_comment = match continuation {
            Some(pieces) => pieces.is_comment,
            None => self.spans.is_comment(bytes, self.syntax),
        };
        if continuation.is_none() {
            self.number += 1;
            self.line += self.lines;
            self.lines = 0;
        }
        self.lines += u64::from(terminator > 0);
        if has_breaks {
            self.lines += scan::count_breaks(bytes);
        }
        self.pieces = continues.then_some(Pieces { is_comment });

        let offset = self.base + self.start as u64;
        self.start = end + terminator;
        Some(Record {
            number: self.number,
            offset,
            line: self.line,
            bytes,
            text: std::str::from_utf8(bytes).ok(),
            terminator: &self.buffer[end..end + terminator],
            spans: &self.spans,
            quote: self.syntax.quote,
            flaw,
            is_comment,
            is_continuation: continuation.is_some(),
            continues,
        })
    }

    /// Steps over a byte order mark, as soon as it is clear whether there is one.
    fn begin(&mut self) -> Option<()> {
        if self.begun {
            return Some(());
        }
        if self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.start = BYTE_ORDER_MARK.len();
        } else if !self.finished && BYTE_ORDER_MARK.starts_with(&self.buffer) {
            return None;
        }
        self.begun = true;
        Some(())
    }
}

/// One record, or a piece of one that is too long: see [`Self::continues`].
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    number: u64,
    offset: u64,
    line: u64,
    bytes: &'a [u8],
    text: Option<&'a str>,
    terminator: &'a [u8],
    spans: &'a Spans,
    quote: u8,
    flaw: Option<Flaw>,
    is_comment: bool,
    is_continuation: bool,
    continues: bool,
}

impl<'a> Record<'a> {
    /// Which record of the file it is, from 1 (the header, as a rule). Blank lines and comments
    /// count, as they do in Frictionless; the pieces of one record share its number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Where it begins in the file, in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The physical line on which it begins, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The record exactly as it stands in the file, without its terminator.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The same as text; `None` if it is not UTF-8.
    pub fn text(&self) -> Option<&'a str> {
        self.text
    }

    /// `\n`, `\r\n` or `\r`; empty at the end of a file that does not end with one, and after a
    /// piece that [continues](Self::continues).
    pub fn terminator(&self) -> &'a [u8] {
        self.terminator
    }

    /// How many cells there are: 0 in an empty line and in a flawed record.
    pub fn cell_count(&self) -> usize {
        self.spans.count()
    }

    /// What the cell says, without its quotes. `None` if there is no such cell, or if the record
    /// is not UTF-8. Allocates only where the cell has a doubled quote or text after its quotes.
    #[inline]
    pub fn cell(&self, index: usize) -> Option<Cow<'a, str>> {
        self.spans.text(self.text?, index, self.quote)
    }

    /// Every cell in order, none if the record is not UTF-8.
    pub fn cells(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let record = *self;
        (0..self.cell_count()).map_while(move |index| record.cell(index))
    }

    /// Every cell as the label of a column: without blanks around it, as Frictionless reads a header.
    pub fn labels(&self) -> impl Iterator<Item = String> {
        self.cells().map(|cell| cell.trim().to_owned())
    }

    /// Where the cell stands in [`Self::bytes`], quotes included and delimiters not. So the first
    /// `n` cells are the bytes up to the end of the range of cell `n - 1`.
    pub fn cell_range(&self, index: usize) -> Option<Range<usize>> {
        self.spans.range(index)
    }

    /// Why the record has no cells, if it could not be read.
    pub fn flaw(&self) -> Option<Flaw> {
        self.flaw
    }

    /// Whether the first cell begins with the dialect's comment character.
    pub fn is_comment(&self) -> bool {
        self.is_comment
    }

    /// Whether the next record that the reader gives is the next piece of this one.
    pub fn continues(&self) -> bool {
        self.continues
    }

    /// Whether this is a further piece of the record before it.
    pub fn is_continuation(&self) -> bool {
        self.is_continuation
    }
}

#[cfg(test)]
mod tests;
