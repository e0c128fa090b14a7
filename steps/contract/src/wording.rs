//! How numbers and foreign text are written for people, everywhere alike.

/// A count with its thousands apart: `1,234`.
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// A plain decimal with the thousands of its whole part apart: `-1,234.50`. Digits stay as they are.
pub fn grouped(plain: &str) -> String {
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// Whether a character shows nothing of its own, or changes how the text around it is shown: control
/// characters, line separators, joiners, marks of direction. A terminal or a message escapes it.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_048_576].map(count), ["0", "999", "1,000", "1,048,576"]);
        assert_eq!(["-1234.50", "0.12345", "-5"].map(grouped), ["-1,234.50", "0.12345", "-5"]);
    }

    #[test]
    fn what_hides_is_told_from_what_shows() {
        assert!("\u{1b}\n\u{200d}\u{202e}\u{2066}\u{feff}".chars().all(is_invisible));
        assert!(!"aé素👍 ".chars().any(is_invisible));
    }
}
