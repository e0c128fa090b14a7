//! Numbers and names as texts show them.

pub(crate) use contract::wording::count;
use contract::{
    number::Number,
    wording::{self, decimal, is_invisible},
};

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
        char if is_invisible(char) => ' ',
        char => char,
    });
    let visible: String = visible.collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(longest_chars) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
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

/// An exact decimal as it stands, with separators of thousands; `None` if it is not a number, or has more
/// digits than a sentence can bear.
pub(crate) fn exact(text: &str) -> Option<String> {
    const LONGEST: usize = 40;
    let number = Number::parse(text).ok()?;
    let is_plain = |text: &str| {
        text.len() <= LONGEST
            && text.starts_with(|char: char| char.is_ascii_digit() || char == '-')
            && text.ends_with(|char: char| char.is_ascii_digit())
            && text.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b'.')
            && text.bytes().any(|byte| byte.is_ascii_digit())
    };
    let plain = [text.to_owned(), number.to_string()].into_iter().find(|text| is_plain(text));
    plain.map(|text| decimal(&text))
}

/// A mean or a median; `None` where it is beyond what a sentence can say.
pub(crate) fn float(value: f64) -> Option<String> {
    let can_be_said = value == 0.0 || (1e-300..1e300).contains(&value.abs());
    can_be_said.then(|| wording::mean(value))
}

/// A sentiment; `None` if it is not from -1 to 1.
pub(crate) fn score(value: f64) -> Option<String> {
    (value.abs() <= 1.0).then(|| wording::score(value))
}

/// A share; `None` if it is not from 0 to 1, or where its percentage has no digits that a sentence can state.
pub(crate) fn percent(share: f64) -> Option<String> {
    let text = wording::share(share);
    ((0.0..=1.0).contains(&share) && !text.starts_with(['<', '>'])).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_cannot_say_is_left_out() {
        assert_eq!(exact("466903.50").as_deref(), Some("466,903.50"));
        assert_eq!(exact("-1000").as_deref(), Some("-1,000"));
        assert_eq!(exact("n/a"), None);
        assert_eq!(exact("1e99"), None);
        assert_eq!(exact("1e3").as_deref(), Some("1,000"));
        assert_eq!(float(652.105).as_deref(), Some("652.11"));
        assert_eq!(float(f64::NAN), None);
        assert_eq!(float(1e-301), None);
        assert_eq!(score(1.5), None);
        assert_eq!(percent(0.2854).as_deref(), Some("28.5%"));
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
