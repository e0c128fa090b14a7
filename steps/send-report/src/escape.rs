//! How text from files and models enters a template. `askama.toml` puts these in every expression.
//!
//! Control characters could drive a terminal or break a header, and bidirectional overrides could
//! make a text read as another; neither has a place in a value that is shown in a report.

use std::fmt::{self, Write};

use askama::filters::Escaper;
use contract::wording::is_disruptive;

/// For HTML text and attribute values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        string.chars().try_for_each(|char| self.write_escaped_char(&mut dest, char))
    }

    fn write_escaped_char<W: Write>(&self, mut dest: W, char: char) -> fmt::Result {
        match printable(char) {
            '"' => dest.write_str("&quot;"),
            '&' => dest.write_str("&amp;"),
            '\'' => dest.write_str("&#39;"),
            '<' => dest.write_str("&lt;"),
            '>' => dest.write_str("&gt;"),
            char => dest.write_char(char),
        }
    }
}

/// For plain text and mail headers: a value never begins a line of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

impl Escaper for Plain {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        string.chars().try_for_each(|char| self.write_escaped_char(&mut dest, char))
    }

    fn write_escaped_char<W: Write>(&self, mut dest: W, char: char) -> fmt::Result {
        dest.write_char(printable(char))
    }
}

fn printable(char: char) -> char {
    match char {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        char if is_disruptive(char) => '\u{fffd}',
        char => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(escaper: impl Escaper, text: &str) -> String {
        let mut written = String::new();
        escaper.write_escaped_str(&mut written, text).unwrap();
        written
    }

    #[test]
    fn html_has_no_markup_left() {
        assert_eq!(
            escaped(Html, "<img src=x onerror='a&b'>\"\0\u{202e}"),
            "&lt;img src=x onerror=&#39;a&amp;b&#39;&gt;&quot;\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn plain_text_has_no_line_breaks_and_no_terminal_sequences_left() {
        assert_eq!(
            escaped(Plain, "a\r\nBcc: b\t\u{1b}[31m\u{9b}\u{2028}<b>"),
            "a  Bcc: b \u{fffd}[31m\u{fffd} <b>"
        );
    }
}
