//! Writes a cell so that it is read back as it was.

use memchr::memchr3;

use crate::Dialect;

/// Appends a cell as the dialect writes it: in quotes only where it could not be read back without.
///
/// A record with one empty cell is the caller's to quote: without quotes it would be an empty line.
pub fn write_cell(text: &[u8], dialect: &Dialect, out: &mut Vec<u8>) {
    let Dialect { delimiter, quote_char: quote, .. } = *dialect;
    if memchr3(delimiter, b'\n', b'\r', text).is_none() && memchr::memchr(quote, text).is_none() {
        out.extend_from_slice(text);
        return;
    }
    out.push(quote);
    for part in text.split_inclusive(|byte| *byte == quote) {
        out.extend_from_slice(part);
        if part.last() == Some(&quote) {
            out.push(quote);
        }
    }
    out.push(quote);
}
