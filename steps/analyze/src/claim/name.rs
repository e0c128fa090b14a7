//! What texts call the things that claims are about.

use contract::wording::bounded;

use crate::wording::{human, plural, shown};

/// The longest a name is, in characters.
const NAME_CHARS: usize = 64;

/// Words that the sentences of claims consist of. A name that holds one could be taken for one.
const FRAME: [&str; 25] = [
    "against", "all", "alone", "and", "are", "at", "by", "each", "fewest", "from", "has", "have",
    "in", "is", "lead", "leads", "level", "most", "no", "of", "or", "others", "than", "the",
    "with",
];

/// What a group is called: its value where that reads as a name, `ram 8` or `listed true` where it says
/// nothing without its column, and `“with A”` where its words could be taken for the sentence's own.
pub(crate) fn group(field: &str, value: Option<&str>) -> String {
    let Some(value) = value else {
        return bounded(&format!("what has no {}", human(field)), NAME_CHARS);
    };
    let value = shown(value);
    if value.is_empty() {
        bounded(&format!("blank {}", human(field)), NAME_CHARS)
    } else if matches!(&*value, "true" | "false") || !value.contains(char::is_alphabetic) {
        bounded(&format!("{} {value}", human(field)), NAME_CHARS)
    } else if is_name(&value) {
        bounded(&value, NAME_CHARS)
    } else {
        format!("“{}”", bounded(&value, NAME_CHARS))
    }
}

/// Whether every word has a capital or is a number beside words, and nothing stands in it that a sentence, a
/// number or a list consists of.
fn is_name(value: &str) -> bool {
    let is_plain = |char: char| char.is_alphanumeric() || matches!(char, '-' | '\'' | '+' | '/');
    let words: Vec<_> = value.split(' ').collect();
    let is_word = |word: &&str| {
        let capital = word.chars().any(|char| char.is_alphabetic() && !char.is_lowercase());
        let has_letter = word.contains(char::is_alphabetic);
        let has_digit = word.contains(char::is_numeric);
        let is_frame = FRAME.contains(&word.to_lowercase().as_str());
        !is_frame && (capital || (has_digit && (has_letter || words.len() > 1)))
    };
    value.chars().all(|char| is_plain(char) || char == ' ')
        && words.iter().all(is_word)
        && !is_number_word(value)
}

/// A single word that is, or could be, a number: `ten`, `12k`.
fn is_number_word(value: &str) -> bool {
    let begins = value.chars().next().unwrap_or_default();
    !value.contains(' ')
        && (begins.is_numeric() && !value.contains('-') || crate::words::states_quantity(value))
}

/// What a column is called: `customer review`, or `column 2024` where the name has no letter.
pub(crate) fn column(field: &str) -> String {
    let name = human(field);
    let wordy = name.contains(char::is_alphabetic);
    bounded(&if wordy { name } else { format!("column {name}") }, NAME_CHARS)
}

/// What several values of a column are called: `models`.
pub(crate) fn several(field: &str) -> String {
    let noun = column(field);
    let has_number = noun.chars().any(char::is_numeric);
    if has_number { format!("values of {noun}") } else { plural(&noun) }
}

/// A moment: a date, a month or a year as it stands.
pub(super) fn moment(field: &str, moment: &str) -> String {
    let is_date = !moment.is_empty()
        && moment.len() <= 10
        && moment.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_date { moment.to_owned() } else { group(field, Some(moment)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_reads_as_more_than_a_name_is_quoted() {
        for (value, called) in [
            ("Samsung Galaxy S24 Ultra", "Samsung Galaxy S24 Ultra"),
            ("North America", "North America"),
            ("iPhone 15", "iPhone 15"),
            ("Apple iPhone 15", "Apple iPhone 15"),
            ("black", "“black”"),
            ("others", "“others”"),
            ("Model A", "Model A"),
            ("say “8”", "“say \"8\"”"),
            ("9 OF 10", "“9 OF 10”"),
            ("Budget Leads With 99", "“Budget Leads With 99”"),
            ("dark blue", "“dark blue”"),
            ("A sold 5", "“A sold 5”"),
            ("leads by model. Next is", "“leads by model. Next is”"),
            ("true", "ram true"),
            ("8", "ram 8"),
            ("-3", "ram -3"),
            ("12k", "“12k”"),
            ("ten", "“ten”"),
            ("12%", "ram 12%"),
            ("", "blank ram"),
            ("A (10 of", "“A (10 of”"),
        ] {
            assert_eq!(group("ram", Some(value)), called);
        }
        assert_eq!(group("ram", None), "what has no ram");
        assert_eq!(moment("date", "2024-05-20"), "2024-05-20");
        assert_eq!(moment("date", "soon it was 7"), "“soon it was 7”");
    }
}
