//! Numbers and names as texts show them.

pub(crate) use contract::wording::count;
use contract::{number::Number, wording::grouped};

/// The longest a value is shown, in characters.
const SHOWN_CHARS: usize = 60;

/// A value from a file on one line, at bounded length, without characters that cannot be seen and
/// without the marks that texts put around names.
pub(crate) fn shown(value: &str) -> String {
    shown_up_to(value, SHOWN_CHARS)
}

/// The same at another length.
pub(crate) fn shown_up_to(value: &str, longest_chars: usize) -> String {
    let visible = value.chars().map(|char| match char {
        '“' | '”' => '"',
        char if is_hidden(char) => ' ',
        char => char,
    });
    let mut shown = String::new();
    let mut length = 0;
    let mut blank = false;
    for char in visible {
        if char.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && !shown.is_empty() {
            shown.push(' ');
            length += 1;
        }
        blank = false;
        if length >= longest_chars {
            shown.truncate(shown.trim_end().len());
            shown.push('…');
            break;
        }
        shown.push(char);
        length += 1;
    }
    shown
}

/// Whether a character shows nothing, or changes how others are shown: control characters, directions
/// of writing, joiners, private use, tags.
pub(crate) fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..)
}

/// A column's name as people say it: `customer review`.
pub(crate) fn human(field: &str) -> String {
    shown(&field.replace(['_', '-'], " "))
}

/// Several of what this is one of.
pub(crate) fn plural(noun: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| noun.ends_with(ending));
    match noun.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["s", "x", "z", "ch", "sh"]) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// A sentence's first letter.
pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `A`, `A and B`, `A, B and C`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// An exact decimal as it stands, with separators of thousands; `None` if it is not a number.
pub(crate) fn exact(decimal: &str) -> Option<String> {
    const LONGEST: usize = 40;
    let number = Number::parse(decimal).ok()?;
    let is_plain = |text: &str| {
        text.len() <= LONGEST
            && text.starts_with(|char: char| char.is_ascii_digit() || char == '-')
            && text.ends_with(|char: char| char.is_ascii_digit())
            && text.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b'.')
            && text.bytes().any(|byte| byte.is_ascii_digit())
    };
    let plain = [decimal.to_owned(), number.to_string()].into_iter().find(|text| is_plain(text));
    plain.map_or_else(|| float(number.to_f64()), |text| Some(grouped(&text)))
}

/// A mean or a median to two decimals, or fewer where they are zeros, or in scientific notation where
/// it is too large or too small for either; `None` if it is beyond even that.
pub(crate) fn float(value: f64) -> Option<String> {
    if value != 0.0 && !(1e-300..1e300).contains(&value.abs()) {
        return None;
    }
    if value != 0.0 && !(0.005..1e12).contains(&value.abs()) {
        return Some(format!("{value:.2e}"));
    }
    let text = format!("{value:.2}");
    Some(grouped(text.strip_suffix(".00").unwrap_or(&text)))
}

/// A sentiment to two decimals; `None` if it is not from -1 to 1.
pub(crate) fn score(value: f64) -> Option<String> {
    let text = (value.abs() <= 1.0).then(|| format!("{value:.2}"))?;
    Some(if text == "-0.00" { "0.00".to_owned() } else { text })
}

/// A share as a percentage to one decimal, or to as many as it takes not to call a part nothing or
/// everything; `None` if it is not finite.
pub(crate) fn percent(share: f64) -> Option<String> {
    let value = share * 100.0;
    if !value.is_finite() || value.abs() >= 1e9 {
        return None;
    }
    let is_exact = matches!(share, 0.0 | 1.0);
    let says_too_much =
        |text: &str| matches!(text.trim_start_matches('-').parse::<f64>(), Ok(0.0 | 100.0));
    let texts = (1..=6).map(|places| format!("{value:.places$}"));
    let text = texts.into_iter().find(|text| is_exact || !says_too_much(text))?;
    let text = text.strip_suffix(".0").filter(|_| is_exact).unwrap_or(&text);
    Some(format!("{}%", grouped(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_read_them() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(exact("466903.50").as_deref(), Some("466,903.50"));
        assert_eq!(exact("-1000").as_deref(), Some("-1,000"));
        assert_eq!(exact("n/a"), None);
        assert_eq!(exact("1e99").as_deref(), Some("1.00e99"));
        assert_eq!(float(652.105).as_deref(), Some("652.11"));
        assert_eq!(float(899.0).as_deref(), Some("899"));
        assert_eq!(float(0.0001).as_deref(), Some("1.00e-4"));
        assert_eq!(float(f64::NAN), None);
        assert_eq!(score(-0.001).as_deref(), Some("0.00"));
        assert_eq!(percent(0.2854).as_deref(), Some("28.5%"));
        assert_eq!(percent(1.0).as_deref(), Some("100%"));
        assert_eq!(percent(0.9999).as_deref(), Some("99.99%"));
        assert_eq!(percent(0.0001).as_deref(), Some("0.01%"));
        assert_eq!(percent(1e-12), None);
    }

    #[test]
    fn hostile_values_are_shown_on_one_line() {
        assert_eq!(shown("  a\u{202e}\n b\u{0} “c”  "), "a b \"c\"");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 61);
        assert_eq!(shown("\u{e0041}\u{200b}"), "");
    }

    #[test]
    fn nouns_have_plurals() {
        assert_eq!(plural("category"), "categories");
        assert_eq!(plural("day"), "days");
        assert_eq!(plural("box"), "boxes");
        assert_eq!(plural("customer review"), "customer reviews");
    }
}
