//! Which known word somebody meant who wrote another one.

/// The word of `known` that `word` is most likely a misspelling of.
///
/// Words are compared without their case and without `_`, `-` and blanks. A short known word (up
/// to five letters) is recognised with one slip if its first letter is right, a longer one with
/// two; a slip is a letter too many, missing, wrong, or two letters swapped. A word that is spelled
/// right is no misspelling of itself.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    const LONGEST: usize = 64;
    let wanted = letters(word);
    if wanted.len() > LONGEST {
        return None;
    }
    known
        .iter()
        .filter(|candidate| **candidate != word)
        .filter_map(|candidate| {
            let letters = letters(candidate);
            let slips = distance(&wanted, &letters);
            let short = letters.len() <= 5;
            let allowed = if short { 1 } else { 2 };
            let near = slips <= allowed && (!short || wanted.first() == letters.first());
            near.then_some((slips, *candidate))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

fn letters(word: &str) -> Vec<char> {
    word.chars()
        .filter(|char| !matches!(char, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, &from) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &to) in right.iter().enumerate() {
            let mut best = (above[column] + usize::from(from != to))
                .min(above[column + 1] + 1)
                .min(current[column] + 1);
            let swapped = row > 0 && column > 0 && from == right[column - 1] && to == left[row - 1];
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or_default()
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
