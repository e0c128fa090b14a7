//! Copies of a rejected file that people open in a spreadsheet, and the way back.
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` (also after a tab or a CR) as a
//! formula. In a copy that is made to be opened, such a cell gets a leading `'` ([`neutralize`]), and
//! when the copy comes back the `'` is taken away ([`restore`]). A cell that is a number, such as
//! `-5`, is left alone. A cell that already looks marked gets one more mark, so the way back is exact
//! for every cell. The data files themselves are never altered.
//!
//! Source: <https://owasp.org/www-community/attacks/CSV_Injection>

use std::borrow::Cow;

use crate::Dialect;
use crate::number::Number;
use crate::record::{BYTE_ORDER_MARK, RecordReader, write_cell};

/// The text as it stands in a copy for a spreadsheet.
pub fn neutralize(text: &str) -> Cow<'_, str> {
    if is_hazard(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell of such a copy: without the mark, if it has one.
pub fn restore(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_hazard(rest)).unwrap_or(text)
}

/// Whether [`restore`] would change the text, so that a cell which says so by itself cannot be told
/// from one that was marked.
pub fn looks_marked(text: &str) -> bool {
    text.starts_with('\'') && restore(text).len() < text.len()
}

/// Whether a spreadsheet may run the text, marks that it may have aside.
fn is_hazard(text: &str) -> bool {
    let first = text.trim_start_matches('\'').as_bytes().first();
    matches!(first, Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')) && Number::parse(text).is_err()
}

/// Makes the copy of a rejected file, from chunks of any size.
///
/// Cells are neutralized, everything else stays as it is. A row beyond [`Self::MAX_ROW_BYTES`]
/// passes unaltered; in a rejected file that is a row whose only long cell is the `base64:` of its
/// raw record.
#[derive(Debug)]
pub struct SpreadsheetCopy {
    reader: RecordReader,
    dialect: Dialect,
}

impl Default for SpreadsheetCopy {
    fn default() -> Self {
        Self::new()
    }
}

impl SpreadsheetCopy {
    /// How long a row may be.
    pub const MAX_ROW_BYTES: usize = 64 << 20;

    /// A copy of one file.
    pub fn new() -> Self {
        let dialect = Dialect::default();
        Self { reader: RecordReader::new(&dialect, Self::MAX_ROW_BYTES), dialect }
    }

    /// Appends to `copy` what the file's next bytes give.
    pub fn push(&mut self, chunk: &[u8], copy: &mut Vec<u8>) {
        self.reader.push(chunk);
        self.drain(copy);
    }

    /// Appends what is left after the file's last bytes.
    pub fn finish(&mut self, copy: &mut Vec<u8>) {
        self.reader.finish();
        self.drain(copy);
    }

    fn drain(&mut self, copy: &mut Vec<u8>) {
        while let Some(record) = self.reader.next_record() {
            if record.number() == 1 && record.offset() > 0 && !record.is_continuation() {
                copy.extend_from_slice(BYTE_ORDER_MARK);
            }
            // A cell is no hazard where its bytes are none, in or out of quotes.
            let count = record.cell_count();
            if count == 0 || record.text().is_none() {
                copy.extend_from_slice(record.bytes());
            }
            for (index, cell) in record.cells().enumerate() {
                if index > 0 {
                    copy.push(self.dialect.delimiter);
                }
                let (bytes, range) = (record.bytes(), record.cell_range(index).unwrap_or_default());
                match neutralize(&cell) {
                    Cow::Owned(marked) => write_cell(marked.as_bytes(), &self.dialect, copy),
                    Cow::Borrowed(_) => copy.extend_from_slice(&bytes[range]),
                }
            }
            copy.extend_from_slice(record.terminator());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_marked_and_numbers_are_not() {
        fn check(text: &str, marked: &str) {
            assert_eq!(neutralize(text), marked);
            assert_eq!(restore(marked), text);
        }
        check("=1+1", "'=1+1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\t=1", "'\t=1");
        check("\r", "'\r");
        check("-5", "-5");
        check("+1.5e3", "+1.5e3");
        check("-", "'-");
        check("-1+1", "'-1+1");
        check("+49 30 1234", "'+49 30 1234");
        check("'=1", "''=1");
        check("''=1", "'''=1");
        check("'-5", "''-5");
        check("it's =1", "it's =1");
        check("'quoted'", "'quoted'");
        check("", "");
    }

    #[test]
    fn only_a_mark_is_taken_away() {
        for text in ["'-", "'=x", "''=x", "'-5x", "''-5"] {
            assert!(looks_marked(text), "{text}");
        }
        for text in ["'", "'a", "''", "'5", "'-5", "=x", "-5", ""] {
            assert!(!looks_marked(text), "{text}");
            assert_eq!(restore(text), text);
        }
    }

    #[test]
    fn the_copy_differs_in_its_marks_alone() {
        let mut copy = Vec::new();
        let mut maker = SpreadsheetCopy::new();
        for byte in b"\xef\xbb\xbfid,note\r\n-1,\"=HYPERLINK(\"\"x\"\")\"\n\"2\",-x,\"\"\n\n" {
            maker.push(&[*byte], &mut copy);
        }
        maker.finish(&mut copy);
        let expect = "\u{feff}id,note\r\n-1,\"'=HYPERLINK(\"\"x\"\")\"\n\"2\",'-x,\"\"\n\n";
        assert_eq!(String::from_utf8(copy).unwrap(), expect);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "['=+@\t\r1.e-]{0,6}") {
            let marked = neutralize(&text);
            prop_assert_eq!(restore(&marked), text.as_str());
            prop_assert!(marked.parse::<Number>().is_ok() || !marked.starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}
