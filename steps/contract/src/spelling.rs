//! Which known word somebody meant who wrote another one.

/// The word of `known` that `word` is most likely a misspelling of.
///
/// Words are compared without their case and without `_`, `-` and blanks. A short known word (up
/// to five letters) is recognised with one slip if its first letter is right, a longer one with
/// two; a slip is a letter too many, missing, wrong, or two neighbours swapped. A word that is spelled
/// right is no misspelling of itself.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    const LONGEST: usize = 64;
    let wanted = letters(word);
    if wanted.chars().count() > LONGEST {
        return None;
    }
    known
        .iter()
        .filter(|candidate| **candidate != word)
        .filter_map(|candidate| {
            let letters = letters(candidate);
            let slips = strsim::osa_distance(&wanted, &letters);
            let short = letters.chars().count() <= 5;
            let allowed = if short { 1 } else { 2 };
            let same_start = wanted.chars().next() == letters.chars().next();
            let near = slips <= allowed && (!short || same_start);
            near.then_some((slips, *candidate))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

fn letters(word: &str) -> String {
    word.chars()
        .filter(|char| !matches!(char, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        fn check(word: &str, expect: Option<&str>) {
            let known =
                ["name", "type", "fields", "primaryKey", "missingValues", "minimum", "maximum"];
            assert_eq!(nearest(word, &known), expect, "{word}");
        }
        check("feilds", Some("fields"));
        check("primarykey", Some("primaryKey"));
        check("primary_key", Some("primaryKey"));
        check("missingvalues", Some("missingValues"));
        check("minimun", Some("minimum"));
        check("nmae", Some("name"));
        check("names", Some("name"));
        check("name", None);
        check("game", None);
        check("source", None);
        check("", None);
        check(&"x".repeat(1000), None);
    }
}
