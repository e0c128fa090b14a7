//! How numbers and foreign text are written for people: one voice for the analysis, the report, the
//! mails and the command line. A number is rounded only where this module says so.

/// A count with its thousands apart: `1,234`.
pub fn count(count: u64) -> String {
    decimal(&count.to_string())
}

/// An exact decimal with the thousands of its whole part apart and every digit kept: `-1,234.50`. What
/// is no plain decimal stays as it is.
pub fn decimal(exact: &str) -> String {
    let (sign, unsigned) = exact.strip_prefix('-').map_or(("", exact), |rest| ("-", rest));
    let whole = unsigned.split_once('.').map_or(unsigned, |(whole, _fraction)| whole);
    if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return exact.to_owned();
    }
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(unsigned.strip_prefix(whole).unwrap_or_default());
    text
}

/// A mean or a median: rounded to two decimals, or below 1 to four significant digits. Where it is too
/// large or too small for either, in scientific notation: `799.00`, `0.01235`, `1.235e-7`.
pub fn mean(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        "0.00".to_owned()
    } else if (1.0..1e12).contains(&magnitude) {
        decimal(&format!("{value:.2}"))
    } else if (1e-3..1.0).contains(&magnitude) {
        let zeros_behind_the_point = [0.1, 0.01].iter().filter(|bound| magnitude < **bound).count();
        format!("{value:.*}", zeros_behind_the_point + 4)
    } else {
        format!("{value:.3e}")
    }
}

/// A share from 0 to 1 as a percentage: `28.5%`. Rounded to one decimal, or to as many as it takes not to
/// call a part nothing or everything: `99.99%`. Only all is `100%`, only none is `0%`.
pub fn share(share: f64) -> String {
    if share <= 0.0 {
        return "0%".to_owned();
    }
    if share >= 1.0 {
        return "100%".to_owned();
    }
    let says_too_much = |text: &str| matches!(text.parse::<f64>(), Ok(0.0 | 100.0));
    let mut texts = (1..=6).map(|places| format!("{:.places$}", share * 100.0));
    match texts.find(|text| !says_too_much(text)) {
        Some(text) => format!("{text}%"),
        None if share < 0.5 => "<0.000001%".to_owned(),
        None => ">99.999999%".to_owned(),
    }
}

/// A score with its sign, rounded to two decimals: `+0.42`, `-0.05`, `0.00`.
pub fn score(score: f64) -> String {
    let rounded = format!("{score:+.2}");
    if matches!(rounded.as_str(), "-0.00" | "+0.00") { "0.00".to_owned() } else { rounded }
}

/// The text, cut after so many characters with a mark that it is cut.
pub fn bounded(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// Whether a character can change how the text around it is shown: control characters, line separators,
/// marks of direction. It has no place in a text for people.
pub fn is_disruptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is disruptive, or shows nothing of its own: joiners, tags, selectors of variants,
/// private use. People's text may hold it, such as a family of emoji; a name or a value that has to be
/// told from another may not.
pub fn is_invisible(character: char) -> bool {
    is_disruptive(character)
        || matches!(character,
            '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_and_every_digit_is_kept() {
        assert_eq!([0, 999, 1_000, 1_048_576].map(count), ["0", "999", "1,000", "1,048,576"]);
        for (exact, shown) in [
            ("-1234.50", "-1,234.50"),
            ("0.12345", "0.12345"),
            ("600123.999999999999999999", "600,123.999999999999999999"),
            ("123456789012345678901234567890", "123,456,789,012,345,678,901,234,567,890"),
            ("1e5", "1e5"),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(decimal(exact), shown);
        }
    }

    #[test]
    fn means_keep_what_a_person_needs() {
        for (value, shown) in [
            (0.0, "0.00"),
            (799.0, "799.00"),
            (1234.567, "1,234.57"),
            (-0.012_345_6, "-0.01235"),
            (0.5, "0.5000"),
            (0.001, "0.001000"),
            (1e-30, "1.000e-30"),
            (-2.5e15, "-2.500e15"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(mean(value), shown);
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_all_or_none() {
        for (value, shown) in [
            (0.0, "0%"),
            (0.000_1, "0.01%"),
            (1e-12, "<0.000001%"),
            (0.28544, "28.5%"),
            (0.999_9, "99.99%"),
            (1.0 - 1e-12, ">99.999999%"),
            (1.0, "100%"),
        ] {
            assert_eq!(share(value), shown);
        }
    }

    #[test]
    fn a_score_has_its_sign_and_nothing_has_none() {
        assert_eq!([0.423, -0.051, -0.001, 0.0].map(score), ["+0.42", "-0.05", "0.00", "0.00"]);
    }

    #[test]
    fn bounds_count_characters_not_bytes() {
        assert_eq!(bounded("größe", 5), "größe");
        assert_eq!(bounded("größe", 4), "größ…");
        assert_eq!(bounded("ab cd", 3), "ab…");
    }

    #[test]
    fn what_hides_is_told_from_what_shows() {
        assert!("\u{1b}\n\u{202e}\u{2066}\u{61c}".chars().all(is_disruptive));
        assert!("\u{1b}\u{200d}\u{202e}\u{feff}\u{ad}\u{e0041}".chars().all(is_invisible));
        assert!(!"\u{200d}\u{fe0f}".chars().any(is_disruptive), "a family of emoji stays one");
        assert!(!"aé素👍 ".chars().any(is_invisible));
    }
}
