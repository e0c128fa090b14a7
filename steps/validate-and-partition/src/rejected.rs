//! The rejected file: a clean, rectangular UTF-8 CSV in the standard dialect, with LF.
//!
//! Its columns are the original ones and then [`REJECT_COLUMNS`]. A record with the right number of
//! readable cells has them in their columns; of any other these cells are empty and `raw_record`
//! holds the record's exact bytes. `raw_record` is text, or `base64:` and the bytes in base64 where
//! text would not do: not UTF-8, longer than one record may be, or text that itself begins with
//! `base64:` or looks as if a spreadsheet copy had marked it. If it is empty, the cells are the
//! record; if they are empty too, the record is an empty line.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use contract::{Dialect, record::write_cell, reject::REJECT_COLUMNS, spreadsheet};
use pipeline_core::run::Run;

use crate::validator::{BASE64_PREFIX, Header, RawRecord, RejectedRow};

/// Writes the rejected file of one run, row by row, into a buffer of the caller's.
#[derive(Debug)]
pub struct RejectedFile {
    columns: usize,
    /// The cells that are the same in every row: `rejected_at, correlation_id, source_file`.
    lineage: Vec<u8>,
    /// Bytes of a record in pieces that do not make a group of base64 yet.
    odd: Vec<u8>,
}

const DIALECT: Dialect = Dialect { delimiter: b',', quote_char: b'"', comment_char: None };

impl RejectedFile {
    /// The rejected file of a run, beginning with its header.
    pub fn begin(run: &Run, header: &Header<'_>, out: &mut Vec<u8>) -> Self {
        let labels = header.columns.iter().map(|column| &*column.label).chain(REJECT_COLUMNS);
        for (index, label) in labels.enumerate() {
            if index > 0 {
                out.push(DIALECT.delimiter);
            }
            write_cell(label.as_bytes(), &DIALECT, out);
        }
        out.push(b'\n');
        let mut lineage = Vec::new();
        for text in [run.timestamp().as_str(), &run.correlation_id, &run.source.key] {
            cell(text, &mut lineage);
        }
        Self { columns: header.columns.len(), lineage, odd: Vec::new() }
    }

    /// Appends a row. If its record comes in pieces, [`Self::piece`] must append the others.
    pub fn row(&mut self, row: &RejectedRow<'_>, out: &mut Vec<u8>) {
        match row.cells() {
            Some(cells) => {
                for text in cells {
                    cell(&text, out);
                }
            }
            None => out.extend(std::iter::repeat_n(DIALECT.delimiter, self.columns)),
        }
        let (mut codes, mut reasons) = (String::new(), String::new());
        for error in row.errors {
            if !codes.is_empty() {
                codes.push(';');
                reasons.push_str("; ");
            }
            if let Some(field) = &error.field {
                codes.push_str(field);
                codes.push(':');
                reasons.push_str(field);
                reasons.push_str(": ");
            }
            codes.push_str(error.code.as_str());
            reasons.push_str(&error.message);
        }
        cell(&codes, out);
        cell(&reasons, out);
        cell(&row.number.to_string(), out);
        out.extend_from_slice(&self.lineage);
        match &row.raw {
            RawRecord::InCells => {}
            RawRecord::Kept(text) => write_cell(text.as_bytes(), &DIALECT, out),
            RawRecord::Whole(bytes) => raw_record(bytes, out),
            RawRecord::Pieces(bytes) => {
                out.extend_from_slice(BASE64_PREFIX.as_bytes());
                self.piece(bytes, false, out);
                return;
            }
        }
        out.push(b'\n');
    }

    /// Appends more of the record of the last row.
    pub fn piece(&mut self, bytes: &[u8], is_last: bool, out: &mut Vec<u8>) {
        self.odd.extend_from_slice(bytes);
        let whole = if is_last { self.odd.len() } else { self.odd.len() / 3 * 3 };
        base64(self.odd.get(..whole).unwrap_or_default(), out);
        self.odd.drain(..whole);
        if is_last {
            out.push(b'\n');
        }
    }
}

/// Appends a cell and the delimiter after it.
fn cell(text: &str, out: &mut Vec<u8>) {
    write_cell(text.as_bytes(), &DIALECT, out);
    out.push(DIALECT.delimiter);
}

fn raw_record(bytes: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.starts_with(BASE64_PREFIX) && !spreadsheet::looks_marked(text) => {
            write_cell(bytes, &DIALECT, out);
        }
        _ => {
            out.extend_from_slice(BASE64_PREFIX.as_bytes());
            base64(bytes, out);
        }
    }
}

fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(BASE64.encode(bytes).as_bytes());
}
