//! The texts of reasons: bounded, on one line, with nothing in them that a terminal would obey.

use std::fmt::{self, Write as _};

use contract::wording::is_invisible;

/// How many characters of a value are shown.
const SHOWN: usize = 80;

/// A value in double quotes, at bounded length, control and direction characters escaped.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_char('"')?;
        for (index, char) in self.0.chars().enumerate() {
            if index == SHOWN {
                out.write_str("…")?;
                break;
            }
            if is_invisible(char) {
                write!(out, "{}", char.escape_default())?;
            } else {
                out.write_char(char)?;
            }
        }
        out.write_char('"')
    }
}

/// Names in backquotes, separated by commas; of many the first ones and how many more there are.
pub(super) fn names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let count = names.len();
    let mut text = String::new();
    for (index, name) in names.take(MOST).enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        // A write into a string cannot fail.
        let _ = write!(text, "{separator}`{}`", Name(name));
    }
    if count > MOST {
        let _ = write!(text, " and {} more", count - MOST);
    }
    text
}

/// A label of the file, like [`Quoted`] but without quotes.
pub(super) struct Name<'a>(pub(super) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = Quoted(self.0).to_string();
        out.write_str(quoted.get(1..quoted.len() - 1).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted_on_one_bounded_line() {
        assert_eq!(
            Quoted("a\tb\n\u{1b}[31m\u{202e}é").to_string(),
            "\"a\\tb\\n\\u{1b}[31m\\u{202e}é\""
        );
        assert_eq!(Quoted(&"é".repeat(81)).to_string(), format!("\"{}…\"", "é".repeat(80)));
        assert_eq!(Quoted(&"é".repeat(80)).to_string(), format!("\"{}\"", "é".repeat(80)));
    }
}
