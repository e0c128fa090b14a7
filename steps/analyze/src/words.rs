//! What the words of a model may say: why it matters and what to do.
//!
//! They hold no quantity in any form (no number, proportion, multiple, comparison, superlative, trend or
//! ranking), no name of a group, no request to contact, pay, open, reply or follow, no link. `{1}` stands
//! for the subject of claim 1, and its digit is the only one. What they may not say is a closed list,
//! `vocabulary.txt`. Letters are those of plain English, and a text of five words or more has some of its
//! most usual ones.
//!
//! # What this does not prove
//! That the words are so. `Customers praise the battery` holds no quantity, passes, and may still be
//! wrong: words are shown as what they are, an opinion of the model. And a list of words is not the
//! language: a quantity that is put in words that the list does not know passes.

mod vocabulary;

use contract::wording::is_invisible;

use self::vocabulary::stopped;

/// The longest words of a statement, in characters.
pub(crate) const WORDS_CHARS: usize = 400;

/// From how many words on a text must show that it is English, and which part of its words must be among
/// [`ENGLISH`]: one of so many.
const ENGLISH_FROM: usize = 5;
const ENGLISH_OF: usize = 9;

/// Words without which few English sentences are made.
const ENGLISH: &str = "a about after all also an and any are around as at be because been before between but by can \
    check could do does for from give had has have how if in into is it its keep let like look make may might near \
    need no not of on once or our out put review see should show since so such take that the their them then there \
    these they this those to up use want was we were what when where whether which while who why will with without \
    would you your";

/// Everything that these words may not say, for their author. `claims` is how many claims there are to speak
/// of, `names` what groups are called.
pub(crate) fn problems(words: &str, claims: usize, names: &[String]) -> Vec<String> {
    if words.chars().count() > WORDS_CHARS {
        return vec![format!("are longer than {WORDS_CHARS} characters")];
    }
    let mut problems = Vec::new();
    let (plain, places) = without_places(words);
    if places.iter().any(|place| !(1..=claims).contains(place)) {
        problems.push(format!("speak of a claim that there is not: there are {claims}"));
    }
    if plain.contains(char::is_numeric) || has_roman_numeral(&plain) {
        problems.push("have a number".to_owned());
    }
    if let Some(odd) = plain.chars().find(|char| !is_plain(*char)) {
        let odd = if is_invisible(odd) { "one that cannot be seen".to_owned() } else { odd.into() };
        problems.push(format!("have a character that plain English has not: {odd}"));
    }
    let tokens = tokens(&plain);
    let joined = joined(&plain);
    for (section, said) in stopped(&tokens).into_iter().chain(stopped(&joined)) {
        let problem = format!("say “{said}” ({section})");
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    if is_spelled_out(&tokens) {
        problems.push("spell a word out".to_owned());
    }
    if names.iter().any(|name| holds_name(&plain, name)) {
        problems.push("name a group; write {1} for the subject of claim 1".to_owned());
    }
    if !is_english(&tokens) {
        problems.push("are not English".to_owned());
    }
    problems
}

/// Whether a name could be taken for a quantity.
pub(crate) fn states_quantity(name: &str) -> bool {
    stopped(&tokens(name)).iter().any(|(section, _)| *section == "number")
}

/// The words with `{}` for each place to fill, and the numbers of these places.
fn without_places(words: &str) -> (String, Vec<usize>) {
    let mut plain = String::with_capacity(words.len());
    let mut places = Vec::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        plain.push_str("{}");
        let place = after.split_once('}').filter(|(number, _)| number.len() <= 2);
        let Some((number, after)) = place else {
            places.push(0);
            rest = after;
            continue;
        };
        places.push(number.parse().unwrap_or(0));
        rest = after;
    }
    if rest.contains('}') {
        places.push(0);
    }
    (plain + rest, places)
}

fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || " .,;:!?'’‘\"“”()-–—{}/&é".contains(char)
}

/// Words in lower case, `{}` among them.
fn tokens(text: &str) -> Vec<String> {
    spelled(&text.to_lowercase().replace('é', "e"))
}

/// Words that a hyphen hides: `twi-ce`. One with short parts is looked at as a whole too.
fn joined(text: &str) -> Vec<String> {
    const SHORT_CHARS: usize = 3;
    let hidden = text.split_whitespace().filter(|word| {
        let mut parts = word.split('-');
        word.contains('-') && parts.any(|part| part.chars().count() <= SHORT_CHARS)
    });
    hidden.flat_map(|word| tokens(&word.replace('-', ""))).collect()
}

/// Words as they are spelled.
fn spelled(text: &str) -> Vec<String> {
    let spaced = text.replace('’', "'").replace("{}", " {} ");
    let words = spaced.split(|char: char| !(char.is_alphanumeric() || "'{}".contains(char)));
    let words = words.map(|word| word.trim_matches('\'').to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

/// Such as `XIV`. `XL` is a size, `CV` a life.
fn has_roman_numeral(text: &str) -> bool {
    let mut words = text.split(|char: char| !char.is_alphanumeric());
    words.any(|word| {
        let is_roman = word.len() > 1 && word.chars().all(|char| "IVXLC".contains(char));
        is_roman && !matches!(word, "XL" | "CV")
    })
}

/// Letter by letter: `d o u b l e d`.
fn is_spelled_out(tokens: &[String]) -> bool {
    tokens.windows(3).any(|three| three.iter().all(|token| token.len() == 1))
}

/// Only names of several words or with a digit can be told from words, and only as they are spelled: a
/// group may be called `In Stock`.
fn holds_name(text: &str, name: &str) -> bool {
    let can_be_told = name.contains(' ') || name.contains(char::is_numeric);
    let (text, name) = (spelled(text), spelled(name));
    can_be_told && !name.is_empty() && text.windows(name.len()).any(|window| window == name)
}

fn is_english(tokens: &[String]) -> bool {
    let words = tokens.iter().filter(|token| *token != "{}");
    let known = words.clone().filter(|word| ENGLISH.split_whitespace().any(|known| known == *word));
    let count = words.count();
    count < ENGLISH_FROM || known.count() * ENGLISH_OF >= count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_problem(words: &str) -> Option<String> {
        problems(words, 2, &["North America".to_owned(), "Galaxy S24".to_owned()])
            .into_iter()
            .next()
    }

    fn judged_wrong(sentences: &'static str, stop: bool) -> Vec<&'static str> {
        let wrong = |sentence: &&str| first_problem(sentence).is_some() != stop;
        sentences.lines().filter(wrong).collect()
    }

    /// The vocabulary was made with these sentences.
    #[test]
    fn the_sentences_that_made_the_vocabulary_are_judged_right() {
        let none: [&str; 0] = [];
        assert_eq!(judged_wrong(include_str!("../tests/words/stopped.txt"), true), none);
        assert_eq!(judged_wrong(include_str!("../tests/words/passed.txt"), false), none);
    }

    /// These were written by others, and looked at when it was done: what they miss shows what it is worth.
    #[test]
    fn few_unseen_sentences_are_judged_wrong() {
        for (sentences, stop) in [
            (include_str!("../tests/words/stopped_unseen.txt"), true),
            (include_str!("../tests/words/passed_unseen.txt"), false),
        ] {
            let wrong = judged_wrong(sentences, stop);
            assert!(wrong.len() * 20 <= sentences.lines().count(), "{wrong:#?}");
        }
    }

    #[test]
    fn the_problem_is_told() {
        for (words, problem) in [
            ("Keep {1} in stock, since buyers ask for it.", None),
            ("Look into why {1} and {2} come back broken.", None),
            ("Keep {3} in stock.", Some("speak of a claim that there is not: there are 2")),
            ("Keep {} in stock.", Some("speak of a claim that there is not: there are 2")),
            ("Keep 1} in stock.", Some("speak of a claim that there is not: there are 2")),
            ("It was ordered 7 times.", Some("have a number")),
            ("It was ordered ٧ times.", Some("have a number")),
            ("It was ordered XIV times.", Some("have a number")),
            (
                "Sell it in North America.",
                Some("name a group; write {1} for the subject of claim 1"),
            ),
            ("Sell the galaxy s24.", Some("have a number")),
            ("Sell it in north america.", None),
            ("It twi-ce came back.", Some("say “twice” (multiple)")),
            ("It doùbled here.", Some("have a character that plain English has not: ù")),
            ("It is 2×.", Some("have a number")),
            ("Half of it is sold.", Some("say “half” (proportion)")),
            ("It is the lion's share.", Some("say “lion's share” (proportion)")),
            ("{1} is outselling {2}.", Some("say “outselling” (comparison)")),
            ("{1} is the tastiest.", Some("say “tastiest” (comparison)")),
            ("Sales are skyrokketing.", Some("say “skyrokketing” (trend)")),
            ("It d o u b l e d here.", Some("spell a word out")),
            ("It dоubled here.", Some("have a character that plain English has not: о")),
            (
                "It\u{200b} is here.",
                Some("have a character that plain English has not: one that cannot be seen"),
            ),
            ("Behalten Sie das Modell weiterhin im Regal.", Some("are not English")),
            ("Please reply to us.", Some("say “reply” (request)")),
            ("First of all, this one is most welcome.", None),
            ("Next to nothing comes back.", Some("say “next to nothing” (proportion)")),
        ] {
            let found = first_problem(words);
            assert_eq!(found.as_deref(), problem, "{words}");
        }
        assert_eq!(
            first_problem(&"on ".repeat(200)).as_deref(),
            Some("are longer than 400 characters")
        );
    }
}
