//! The texts of reasons: bounded, on one line, with nothing in them that a terminal would obey.

use std::fmt::{self, Write as _};

use contract::wording::is_invisible;

/// How many characters of a value are shown.
const SHOWN: usize = 80;

/// A label of the file, at bounded length, control and direction characters escaped.
pub(super) struct Name<'a>(pub(super) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, char) in self.0.chars().enumerate() {
            if index == SHOWN {
                return out.write_str("…");
            }
            if is_invisible(char) {
                write!(out, "{}", char.escape_default())?;
            } else {
                out.write_char(char)?;
            }
        }
        Ok(())
    }
}

/// A value, like [`Name`] but in double quotes.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{}\"", Name(self.0))
    }
}

/// Names in backquotes, separated by commas; of many the first ones and how many more there are.
pub(super) fn names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let count = names.len();
    let shown: Vec<_> = names.take(MOST).map(|name| format!("`{}`", Name(name))).collect();
    let shown = shown.join(", ");
    if count > MOST { format!("{shown} and {} more", count - MOST) } else { shown }
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
