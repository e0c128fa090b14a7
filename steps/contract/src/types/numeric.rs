//! Notations of numbers: decimal and group characters, and what stands around a number.

use std::borrow::Cow;

use regex::Regex;

use crate::number::{Number, NumberError};

/// How the numbers of a field are written: `decimalChar`, `groupChar` and `bareNumber`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notation {
    /// Instead of the point, if another.
    pub(crate) decimal: Option<String>,
    pub(crate) group: Option<String>,
    /// If numbers are not bare: a digit of any script.
    pub(crate) digit: Option<Regex>,
}

impl Notation {
    /// The number that `parse` reads from the text once the text is in plain notation.
    pub(crate) fn read(
        &self,
        text: &str,
        parse: fn(&str) -> Result<Number, NumberError>,
    ) -> Option<Number> {
        if self.decimal.is_none() && self.group.is_none() && self.digit.is_none() {
            return parse(text).ok();
        }
        let mut text = Cow::Borrowed(self.bare(text));
        if let Some(group) = &self.group
            && text.contains(group)
        {
            text = Cow::Owned(text.replace(group, ""));
        }
        if let Some(decimal) = &self.decimal {
            if text.contains('.') {
                return None;
            }
            if text.contains(decimal) {
                text = Cow::Owned(text.replace(decimal, "."));
            }
        }
        parse(&text).ok()
    }

    /// The text without what stands before its first digit or minus sign, and after its last digit.
    /// A decimal character directly before that first digit stays.
    fn bare<'a>(&self, text: &'a str) -> &'a str {
        let Some(digit) = &self.digit else { return text };
        let is_digit = |char: char| {
            char.is_ascii_digit()
                || (!char.is_ascii() && digit.is_match(char.encode_utf8(&mut [0; 4])))
        };
        let Some(first) = text.find(|char| char == '-' || is_digit(char)) else { return "" };
        let Some((last, char)) = text.char_indices().rfind(|(_, char)| is_digit(*char)) else {
            return "";
        };
        let decimal = self.decimal.as_deref().unwrap_or(".");
        let before = if text[first..].starts_with('-') { "" } else { decimal };
        let start = if text[..first].ends_with(before) { first - before.len() } else { first };
        text.get(start..last + char.len_utf8()).unwrap_or_default()
    }
}
