//! The validator: bytes in, in chunks of any size; rows out, valid or rejected. It does no I/O.
//!
//! ```
//! use contract::Contract;
//! use validate_and_partition::validator::{Event, Validator};
//!
//! let contract = Contract::from_json(br#"{
//!     "fields": [{ "name": "id", "type": "integer" }, { "name": "size", "type": "integer" }],
//!     "primaryKey": "id"
//! }"#)?;
//! let mut validator = Validator::new(&contract);
//! validator.push(b"id,size\n1,large\n2,5\n02,7\n");
//! validator.finish();
//! let mut seen = Vec::new();
//! while let Some(event) = validator.next_event() {
//!     match event {
//!         Event::Valid(row) => seen.push(format!("row {}", row.number)),
//!         Event::Rejected(row) => seen.extend(row.errors.iter().map(|error| error.message.clone())),
//!         _ => {}
//!     }
//! }
//! assert_eq!(seen, [
//!     "\"large\" is not an integer",
//!     "row 3",
//!     "the primary key (id \"02\") is the same as in row 3",
//! ]);
//! assert_eq!(validator.tally().records.rejected, 2);
//! # Ok::<(), contract::ContractError>(())
//! ```

mod header;
mod keys;
mod message;
mod redrop;
mod row;
mod tally;

use std::borrow::Cow;

use contract::{
    Contract, Dialect,
    record::{MAX_RECORD_BYTES, RecordReader, write_cell},
    reject::{Refusal, RefusalCode},
    spreadsheet, wording,
};

pub use self::header::{Column, Header, MAX_COLUMNS};
pub(crate) use self::redrop::BASE64_PREFIX;
use self::row::{Cells, Checker};
pub use self::row::{MAX_LISTED_CELLS, RowError};
pub use self::tally::Tally;

/// What became of the next part of the file.
#[derive(Debug)]
pub enum Event<'a> {
    /// The header is accepted. Comes once, before any row.
    Header(HeaderRow<'a>),
    /// The file is refused for its header. Comes instead of anything else, and nothing follows.
    Refused(&'a Refusal),
    /// A row without an error.
    Valid(ValidRow<'a>),
    /// A row with errors.
    Rejected(RejectedRow<'a>),
    /// More of the bytes of the rejected row before it: see [`RawRecord::Pieces`].
    RejectedPiece {
        /// The bytes.
        bytes: &'a [u8],
        /// Whether they are the last.
        is_last: bool,
    },
    /// A comment of the dialect, which is no record.
    Comment,
}

/// The header as it is to be written.
#[derive(Debug)]
pub struct HeaderRow<'a> {
    /// The columns.
    pub header: &'a Header<'a>,
    /// The labels as they stand in the file, without terminator.
    pub bytes: Cow<'a, [u8]>,
    /// What ends a line in this file.
    pub terminator: &'a [u8],
}

/// A row without an error.
#[derive(Debug)]
pub struct ValidRow<'a> {
    /// Which record of the file it is; the header is 1 as a rule.
    pub number: u64,
    /// The original cells exactly as they stand in the file, without terminator. Owned only where a
    /// rejected file that was dropped again does not have them so.
    pub bytes: Cow<'a, [u8]>,
    /// The row's terminator; at the end of a file without one, the file's.
    pub terminator: &'a [u8],
}

/// A row with errors.
#[derive(Debug)]
pub struct RejectedRow<'a> {
    /// Which record of the file it is; the header is 1 as a rule.
    pub number: u64,
    /// The physical line on which it begins, from 1.
    pub line: u64,
    /// Everything that is wrong with it, never empty.
    pub errors: &'a [RowError],
    /// What cannot be told from the cells.
    pub raw: RawRecord<'a>,
    cells: Option<Cells<'a>>,
    columns: usize,
}

impl<'a> RejectedRow<'a> {
    /// The text of each original column; `None` if the row does not have the right number of
    /// readable cells.
    pub fn cells(&self) -> Option<impl Iterator<Item = Cow<'a, str>>> {
        let cells = self.cells?;
        Some((0..self.columns).map(move |index| cells.get(index).unwrap_or_default()))
    }
}

/// The record's exact bytes, where the cells alone would not give it back.
#[derive(Debug)]
pub enum RawRecord<'a> {
    /// The cells say it all.
    InCells,
    /// The record.
    Whole(Cow<'a, [u8]>),
    /// What an earlier run wrote as `raw_record`, to be written again.
    Kept(Cow<'a, str>),
    /// The record's beginning; the rest follows in [`Event::RejectedPiece`]s.
    Pieces(&'a [u8]),
}

/// Validates one file against a contract.
///
/// Memory is bounded but for the keys of unique fields and of the primary key: at most 39 bytes for
/// each distinct one (two different keys are taken for one with a probability of `n² / 2⁹⁷`).
pub struct Validator<'c> {
    contract: &'c Contract,
    max_record_bytes: usize,
    reader: RecordReader,
    /// Is it the rejected file of an earlier run, which is in the standard dialect? Everything that
    /// was pushed is kept until that is clear.
    probe: Option<Vec<u8>>,
    is_rejected_file: bool,
    finished: bool,
    /// Set once the header is accepted, or refused.
    checker: Option<Checker<'c>>,
    refusal: Option<Refusal>,
    tally: Tally,
    /// What ends a line in this file.
    terminator: Vec<u8>,
    /// Cells of the current row without the mark of a spreadsheet.
    restored: Vec<(usize, String)>,
}

impl<'c> Validator<'c> {
    /// A validator for one file, with records of at most [`MAX_RECORD_BYTES`].
    pub fn new(contract: &'c Contract) -> Self {
        Self::with_max_record_bytes(contract, MAX_RECORD_BYTES)
    }

    /// A validator for one file, with records of at most so many bytes.
    pub fn with_max_record_bytes(contract: &'c Contract, max_record_bytes: usize) -> Self {
        Self {
            contract,
            max_record_bytes,
            reader: RecordReader::new(&Dialect::default(), max_record_bytes),
            probe: Some(Vec::new()),
            is_rejected_file: false,
            finished: false,
            checker: None,
            refusal: None,
            tally: Tally::default(),
            terminator: b"\n".to_vec(),
            restored: Vec::new(),
        }
    }

    /// Appends the file's next bytes. Ask [`Self::next_event`] until it has none before the next
    /// push.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.refusal.is_some() {
            return;
        }
        if let Some(pushed) = &mut self.probe {
            pushed.extend_from_slice(chunk);
        }
        self.reader.push(chunk);
    }

    /// Says that the file ends here.
    pub fn finish(&mut self) {
        self.finished = true;
        self.reader.finish();
    }

    /// What was counted so far; everything once [`Self::next_event`] has no more after
    /// [`Self::finish`].
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The header, once it is accepted.
    pub fn header(&self) -> Option<&Header<'c>> {
        self.checker.as_ref().map(Checker::header)
    }

    /// Why the file is refused: for its header, or after its end because more records are rejected
    /// than the contract allows. A file without a single valid record is not refused for that, which is
    /// a verdict of its own; nor is a corrected rejected file, of which any row saved is a gain.
    pub fn refusal(&self) -> Option<Refusal> {
        let (rate, most) = (self.tally.reject_rate(), self.contract.sluice().max_reject_rate);
        let is_within = rate <= most || self.tally.records.valid == 0 || self.is_rejected_file;
        if self.refusal.is_some() || !self.finished || is_within {
            return self.refusal.clone();
        }
        let message = format!(
            "{} of {} records are rejected ({:.2} %), and the contract allows {:.2} %",
            wording::count(self.tally.records.rejected),
            wording::count(self.tally.records.read),
            rate * 100.0,
            most * 100.0,
        );
        Some(Refusal { code: RefusalCode::RejectRateExceeded, message })
    }

    /// The next part of the file; `None` if that needs more bytes, or if there is none after
    /// [`Self::finish`].
    pub fn next_event(&mut self) -> Option<Event<'_>> {
        self.probe()?;
        if self.refusal.is_some() {
            return None;
        }
        let Some(record) = self.reader.next_record() else {
            if !self.finished || self.checker.is_some() {
                return None;
            }
            let refusal = header::absent(self.tally.comments);
            return Some(Event::Refused(self.refusal.insert(refusal)));
        };
        if record.is_comment() {
            self.tally.comments += u64::from(!record.is_continuation());
            return Some(Event::Comment);
        }
        if record.is_continuation() {
            return Some(Event::RejectedPiece {
                bytes: record.bytes(),
                is_last: !record.continues(),
            });
        }
        let (contract, is_rejected_file) = (self.contract, self.is_rejected_file);
        if self.checker.is_none() {
            let header = match header::read(&record, contract, is_rejected_file, &mut self.restored)
            {
                Ok(header) => header,
                Err(refusal) => return Some(Event::Refused(self.refusal.insert(refusal))),
            };
            let cells = Cells { record, restored: &self.restored };
            if !record.terminator().is_empty() {
                self.terminator = record.terminator().to_vec();
            }
            let bytes = original(&cells, &header, *contract.dialect());
            let checker = Checker::new(contract, header, self.max_record_bytes);
            let header = self.checker.insert(checker).header();
            return Some(Event::Header(HeaderRow { header, bytes, terminator: &self.terminator }));
        }
        let checker = self.checker.as_mut()?;

        if is_rejected_file {
            redrop::restore_cells(
                &record,
                checker.header(),
                *contract.dialect(),
                &mut self.restored,
            );
        }
        let cells = Cells { record, restored: &self.restored };
        checker.check(&cells);
        let (header, errors) = checker.result();
        if errors.is_empty() {
            self.tally.valid();
            let terminator = match record.terminator() {
                b"" => &self.terminator,
                terminator => terminator,
            };
            let bytes = original(&cells, header, *contract.dialect());
            return Some(Event::Valid(ValidRow { number: record.number(), bytes, terminator }));
        }
        self.tally.rejected(record.number(), errors);
        let columns = header.columns.len();
        let readable = record.flaw().is_none()
            && record.text().is_some()
            && (columns..=header.cells).contains(&record.cell_count());
        let cells = readable.then_some(cells);
        let raw = match &cells {
            None if record.continues() => RawRecord::Pieces(record.bytes()),
            None => RawRecord::Whole(Cow::Borrowed(record.bytes())),
            Some(cells) => raw_record(cells, header, *contract.dialect()),
        };
        let (number, line) = (record.number(), record.line());
        Some(Event::Rejected(RejectedRow { number, line, errors, raw, cells, columns }))
    }

    /// Finds out from the first record in which dialect the file is.
    fn probe(&mut self) -> Option<()> {
        let Some(pushed) = &mut self.probe else { return Some(()) };
        let is_rejected_file = match self.reader.next_record() {
            Some(record) => header::is_rejected_file(&record),
            None if self.finished => false,
            None => return None,
        };
        let mut dialect = *self.contract.dialect();
        if is_rejected_file {
            let Dialect { delimiter, quote_char, .. } = Dialect::default();
            let comment_char = dialect
                .comment_char
                .filter(|comment| *comment != delimiter && *comment != quote_char);
            dialect = Dialect { delimiter, quote_char, comment_char };
        }
        self.reader = RecordReader::new(&dialect, self.max_record_bytes);
        self.reader.push(pushed);
        if self.finished {
            self.reader.finish();
        }
        self.is_rejected_file = is_rejected_file;
        self.probe = None;
        Some(())
    }
}

/// The original cells as the contract's dialect writes them: the file's own bytes if possible.
fn original<'a>(cells: &Cells<'a>, header: &Header<'_>, dialect: Dialect) -> Cow<'a, [u8]> {
    let standard = Dialect::default();
    let same_dialect = !header.is_rejected_file
        || dialect.delimiter == standard.delimiter && dialect.quote_char == standard.quote_char;
    let columns = header.columns.len();
    if same_dialect && cells.restored.is_empty() {
        let bytes = cells.record.bytes();
        let end = cells.record.cell_range(columns - 1).map_or(bytes.len(), |range| range.end);
        return Cow::Borrowed(&bytes[..end]);
    }
    let mut bytes = Vec::new();
    for index in 0..columns {
        if index > 0 {
            bytes.push(dialect.delimiter);
        }
        write_cell(cells.get(index).unwrap_or_default().as_bytes(), &dialect, &mut bytes);
    }
    Cow::Owned(bytes)
}

/// What the cells of a readable row do not tell.
///
/// A row whose cells are all empty is told by its raw record alone, since any row without readable
/// cells looks the same. A cell that looks as if a spreadsheet copy had marked it is proven by it.
fn raw_record<'a>(cells: &Cells<'a>, header: &Header<'_>, dialect: Dialect) -> RawRecord<'a> {
    let columns = header.columns.len();
    let mut texts = (0..columns).map(|index| cells.get(index).unwrap_or_default());
    if texts.clone().all(|text| text.is_empty()) {
        if header.is_rejected_file {
            return RawRecord::Kept(redrop::raw_record(&cells.record, header.cells));
        }
    } else if !texts.any(|text| spreadsheet::looks_marked(&text)) {
        return RawRecord::InCells;
    }
    RawRecord::Whole(original(cells, header, dialect))
}
