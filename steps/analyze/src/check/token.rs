//! The numbers of a text, as they are written.

use std::ops::Range;

use contract::number::Number;

/// A number that a text writes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    /// Its characters, without signs of currency and percent.
    pub(crate) span: Range<usize>,
    /// What it says; `None` if it has digits and no reading, such as `1.2.3` or `٣`.
    pub(crate) written: Option<Written>,
}

/// What a number says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Written {
    /// A year and a month, or a day: `2024-05`, `2024-05-20`.
    Date(String),
    /// A decimal number.
    Number {
        value: Number,
        /// The power of ten of the last digit shown: -1 for `12.5`, 3 for `3k`.
        unit: i32,
        sense: Sense,
    },
}

/// What stands around a number, and so the facts that it can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sense {
    /// `12`
    Plain,
    /// `12%`, `12 percent`: the value is the share, a hundredth of what is shown.
    Percent,
    /// `$12`, `12 €`
    Currency,
    /// `2nd`, `#2`
    Rank,
    /// `top 2`
    Selection,
}

impl Token {
    fn unread(span: Range<usize>) -> Self {
        Self { span, written: None }
    }
}

/// Finds every number of a text: digits of any script, with signs, separators of thousands,
/// decimals, exponents, `k`, `million` and the like, percent and currency; dates; and cardinal numbers
/// in words from zero on, but for a lone `one`, which is rather a pronoun.
///
/// Words of proportion (`half`, `twice`, `a third`) and ordinals in words are not numbers here.
pub(crate) fn tokens(text: &[char]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&char) = text.get(at) {
        let token = if char.is_ascii_digit() || (char == '.' && starts_fraction(text, at)) {
            Some(date(text, at).unwrap_or_else(|| number(text, at)))
        } else if char.is_numeric() {
            let length = text[at..].iter().take_while(|char| char.is_numeric()).count();
            Some(Token::unread(at..at + length))
        } else if char.is_alphabetic() && !previous(text, at).is_some_and(char::is_alphanumeric) {
            in_words(text, at)
        } else {
            None
        };
        at = token.as_ref().map_or(at + 1, |token| token.span.end.max(at + 1));
        tokens.extend(token);
    }
    tokens
}

fn previous(text: &[char], at: usize) -> Option<char> {
    text.get(at.checked_sub(1)?).copied()
}

fn is_digit(text: &[char], at: usize) -> bool {
    text.get(at).is_some_and(char::is_ascii_digit)
}

fn digits(text: &[char], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take_while(|char| char.is_ascii_digit()).count()
}

/// Whether a word or a number goes on at this place.
fn goes_on(text: &[char], at: usize) -> bool {
    text.get(at).is_some_and(|char| char.is_alphanumeric())
}

fn starts_fraction(text: &[char], at: usize) -> bool {
    is_digit(text, at + 1)
        && !previous(text, at).is_some_and(|char| char.is_alphanumeric() || char == '.')
}

fn date(text: &[char], start: usize) -> Option<Token> {
    if previous(text, start).is_some_and(|char| char.is_alphanumeric() || "-.,/".contains(char)) {
        return None;
    }
    let part = |at: usize, length: usize| (digits(text, at) == length).then_some(at + length);
    let next = |at: usize| if text.get(at) == Some(&'-') { part(at + 1, 2) } else { None };
    let month = next(part(start, 4)?)?;
    let end = next(month).unwrap_or(month);
    let open = goes_on(text, end) || (text.get(end) == Some(&'-') && goes_on(text, end + 1));
    let written = (!open).then(|| Written::Date(text[start..end].iter().collect()))?;
    Some(Token { span: start..end, written: Some(written) })
}

fn number(text: &[char], start: usize) -> Token {
    let mut end = start;
    while is_digit(text, end) || (is_separator(text, end) && is_digit(text, end + 1)) {
        end += 1;
    }
    let body: String = text[start..end].iter().collect();
    let Some((plain, decimals)) = plain(&body) else { return Token::unread(start..end) };
    let (shift, end) = magnitude(text, end);
    let (start, negative, currency) = prefix(text, start);
    let (percent, rank, currency_after) = suffix(text, end);
    let before: String = text[start.saturating_sub(4)..start].iter().collect();
    let sense = if percent {
        Sense::Percent
    } else if currency || currency_after {
        Sense::Currency
    } else if rank || previous(text, start) == Some('#') {
        Sense::Rank
    } else if matches!(before.to_lowercase().as_str(), "top " | "top-") {
        Sense::Selection
    } else {
        Sense::Plain
    };
    let shift = if percent { shift - 2 } else { shift };
    let sign = if negative { "-" } else { "" };
    let value = Number::parse(&format!("{sign}{plain}e{shift}")).ok();
    let written = value.map(|value| Written::Number { value, unit: shift - decimals, sense });
    Token { span: start..end, written }
}

const GROUP_SEPARATORS: [char; 6] = [',', '\'', '’', '\u{a0}', '\u{2009}', '\u{202f}'];

fn is_separator(text: &[char], at: usize) -> bool {
    text.get(at).is_some_and(|char| *char == '.' || GROUP_SEPARATORS.contains(char))
}

/// The digits without separators of thousands, and how many of them are decimals.
fn plain(body: &str) -> Option<(String, i32)> {
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let separator = whole.chars().find(|char| !char.is_ascii_digit());
    let whole = match separator {
        None => whole.to_owned(),
        Some(separator) => {
            let mut groups = whole.split(separator);
            let first = groups.next()?;
            let mut plain = (1..=3).contains(&first.len()).then(|| first.to_owned())?;
            for group in groups {
                plain.push_str(
                    (group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()))
                        .then_some(group)?,
                );
            }
            plain
        }
    };
    let decimals = i32::try_from(fraction.len()).ok()?;
    Some((format!("{whole}.{fraction}"), decimals))
}

const MAGNITUDES: [(&str, i32); 13] = [
    ("hundred", 2),
    ("k", 3),
    ("thousand", 3),
    ("m", 6),
    ("mn", 6),
    ("mio", 6),
    ("million", 6),
    ("b", 9),
    ("bn", 9),
    ("billion", 9),
    ("t", 12),
    ("tn", 12),
    ("trillion", 12),
];

/// The power of ten that stands after the digits, and where it ends: `e6`, `k`, ` million`.
fn magnitude(text: &[char], end: usize) -> (i32, usize) {
    if matches!(text.get(end), Some('e' | 'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some('+' | '-')));
        let from = end + 1 + sign;
        let to = from + digits(text, from);
        let exponent: String = text[end + 1..to].iter().collect();
        if let (1..=3, false, Ok(shift)) = (to - from, goes_on(text, to), exponent.parse()) {
            return (shift, to);
        }
    }
    let apart = usize::from(matches!(text.get(end), Some(' ' | '\u{a0}' | '-')));
    let word = word(text, end + apart);
    let known = MAGNITUDES.iter().find(|(name, _)| *name == word);
    // A letter on its own after a blank, as in `5 K`, is not a magnitude.
    match known.filter(|(name, _)| apart == 0 || name.len() > 3) {
        Some((name, shift)) => (*shift, end + apart + name.len()),
        None => (0, end),
    }
}

/// The lower-case word that stands here, up to the first character that is not a letter; empty where
/// a digit goes on after it.
fn word(text: &[char], at: usize) -> String {
    let letters = text.get(at..).unwrap_or_default();
    let length = letters.iter().take_while(|char| char.is_alphabetic()).count();
    if goes_on(text, at + length) {
        return String::new();
    }
    letters[..length].iter().map(char::to_ascii_lowercase).collect()
}

fn is_currency(char: char) -> bool {
    matches!(char, '$' | '€' | '£' | '¥' | '₹')
}

/// Where the number begins with its sign, whether it is negative, whether a currency stands before.
fn prefix(text: &[char], start: usize) -> (usize, bool, bool) {
    let sign = |at: usize| {
        let char = previous(text, at).filter(|char| matches!(char, '-' | '−' | '+'))?;
        let before = at.checked_sub(2).and_then(|at| text.get(at)).copied();
        let bound = before.is_some_and(|char| char.is_alphanumeric() || matches!(char, ')' | '%'));
        (!bound).then_some(char != '+')
    };
    let currency = |at: usize| {
        previous(text, at).is_some_and(is_currency)
            || (previous(text, at) == Some(' ')
                && at.checked_sub(1).and_then(|at| previous(text, at)).is_some_and(is_currency))
    };
    if let Some(negative) = sign(start) {
        return (start - 1, negative, currency(start - 1));
    }
    if previous(text, start).is_some_and(is_currency) {
        let negative = sign(start - 1).unwrap_or(false);
        return (start, negative, true);
    }
    (start, false, currency(start))
}

/// Whether percent, an ordinal's ending or a currency stands after the number.
fn suffix(text: &[char], end: usize) -> (bool, bool, bool) {
    let rank = matches!(word(text, end).as_str(), "st" | "nd" | "rd" | "th");
    let apart = usize::from(matches!(text.get(end), Some(' ' | '\u{a0}' | '\u{202f}')));
    let next = text.get(end + apart).copied();
    let percent = matches!(next, Some('%' | '٪'))
        || matches!(word(text, end + apart).as_str(), "percent" | "pct")
        || (word(text, end + apart) == "per" && word(text, end + apart + 4) == "cent");
    (percent, rank, next.is_some_and(is_currency))
}

const WORDS: [(&str, i64); 31] = [
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
    ("thousand", 1_000),
    ("million", 1_000_000),
];

/// A cardinal number in words: `two`, `twenty-five`, `three hundred and two`.
fn in_words(text: &[char], start: usize) -> Option<Token> {
    let (mut end, mut at, mut count) = (start, start, 0_u32);
    let (mut total, mut group) = (0_i64, 0_i64);
    loop {
        let word = word(text, at);
        let Some((name, value)) = WORDS.iter().find(|(name, _)| *name == word) else {
            let joins = word == "and" && group >= 100 && text.get(at + 3) == Some(&' ');
            if joins && WORDS.iter().any(|(name, _)| *name == self::word(text, at + 4)) {
                at += 4;
                continue;
            }
            break;
        };
        match value {
            100 => group = group.max(1).saturating_mul(100),
            1_000.. => {
                total = total.saturating_add(group.max(1).saturating_mul(*value));
                group = 0;
            }
            _ => group = group.saturating_add(*value),
        }
        count += 1;
        end = at + name.len();
        if !matches!(text.get(end), Some(' ' | '-')) {
            break;
        }
        at = end + 1;
    }
    let value = total.saturating_add(group);
    if count == 0 || (count == 1 && value == 1) {
        return None;
    }
    let (percent, ..) = suffix(text, end);
    let before: String = text[start.saturating_sub(4)..start].iter().collect();
    let (sense, unit) = if percent {
        (Sense::Percent, -2)
    } else if matches!(before.to_lowercase().as_str(), "top " | "top-") {
        (Sense::Selection, 0)
    } else {
        (Sense::Plain, 0)
    };
    let value = Number::parse(&format!("{value}e{unit}")).ok()?;
    Some(Token { span: start..end, written: Some(Written::Number { value, unit, sense }) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows what is read: `value/unit`, with a letter for the sense.
    fn read(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let show = |token: Token| match token.written {
            None => format!("?{}", chars[token.span].iter().collect::<String>()),
            Some(Written::Date(date)) => format!("date {date}"),
            Some(Written::Number { value, unit, sense }) => format!("{sense:?} {value}/{unit}"),
        };
        tokens(&chars).into_iter().map(show).collect()
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        fn check(text: &str, expect: &[&str]) {
            assert_eq!(read(text), expect, "{text:?}");
        }
        check("no number, one of many", &[]);
        check("sold 10.", &["Plain 10/0"]);
        check(
            "1,234 and 1 234.50 and 12.5%",
            &["Plain 1234/0", "Plain 1/0", "Plain 234.5/-2", "Percent 0.125/-3"],
        );
        check("12\u{a0}345 or 12’345", &["Plain 12345/0", "Plain 12345/0"]);
        check("12,5 or 1.2.3 or 1,23", &["?12,5", "?1.2.3", "?1,23"]);
        check(
            "$899, 899 €, -$5, US$ 7",
            &["Currency 899/0", "Currency 899/0", "Currency -5/0", "Currency 7/0"],
        );
        check(
            "3.2k, 4K, 1.5 million, 2bn, 5 M",
            &["Plain 3200/2", "Plain 4000/3", "Plain 1500000/5", "Plain 2000000000/9", "Plain 5/0"],
        );
        check("1.5e3 and 2e-4 and 3ex", &["Plain 1500/2", "Plain 0.0002/-4", "Plain 3/0"]);
        check(
            "-0.35, (−2), +3, 500-1000, mid-2024",
            &[
                "Plain -0.35/-2",
                "Plain -2/0",
                "Plain 3/0",
                "Plain 500/0",
                "Plain 1000/0",
                "Plain 2024/0",
            ],
        );
        check("2024-05 to 2024-05-20", &["date 2024-05", "date 2024-05-20"]);
        check(
            "2nd, 11th, #3, top 5, Top-2",
            &["Rank 2/0", "Rank 11/0", "Rank 3/0", "Selection 5/0", "Selection 2/0"],
        );
        check("S24, Y28 and 128GB", &["Plain 24/0", "Plain 28/0", "Plain 128/0"]);
        check(".5 of it", &["Plain 0.5/-1"]);
        check("٣ and ½ and １０", &["?٣", "?½", "?１０"]);
        check(
            "two, twenty-five, three hundred and two, ten percent, top three",
            &["Plain 2/0", "Plain 25/0", "Plain 302/0", "Percent 0.1/-2", "Selection 3/0"],
        );
        check("one hundred; someone often; million", &["Plain 100/0", "Plain 1000000/0"]);
        check("14 per cent and 5 percentage points", &["Percent 0.14/-2", "Plain 5/0"]);
        check("9e999999 1e", &["Plain 9/0", "Plain 999999/0", "Plain 1/0"]);
    }
}
