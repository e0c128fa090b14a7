//! Where a regular expression means one thing to Rust's `regex` and another to Python's `re`.

/// What in the pattern the two read differently, with a way to write it that both read alike. What
/// only one of them can read at all is not looked for.
pub(super) fn ambiguity(pattern: &str) -> Option<String> {
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    let mut after_quantifier = false;
    while let Some(char) = chars.next() {
        let quantified = std::mem::take(&mut after_quantifier);
        match char {
            '\\' => match chars.next() {
                Some(next @ ('<' | '>')) => {
                    return Some(format!("write `{next}` without a backslash"));
                }
                Some('b') if chars.peek() == Some(&'{') => {
                    return Some("`\\b{` is not read alike everywhere".to_owned());
                }
                _ => {}
            },
            '[' if in_class => return Some("write `[` inside of brackets as `\\[`".to_owned()),
            '[' => {
                in_class = true;
                // A bracket that closes directly after the opening one stands for itself.
                let _ = chars.next_if_eq(&'^');
                let _ = chars.next_if_eq(&']');
            }
            ']' => in_class = false,
            '&' | '-' | '~' if in_class && chars.peek() == Some(&char) => {
                return Some(format!(
                    "write `{char}{char}` inside of brackets as `\\{char}\\{char}`"
                ));
            }
            _ if in_class => {}
            '+' if quantified => {
                return Some(
                    "a quantifier with a `+` after it is not read alike everywhere".to_owned(),
                );
            }
            '*' | '+' | '?' | '}' => after_quantifier = true,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::ambiguity;

    #[test]
    fn only_what_is_read_differently_is_found() {
        for pattern in [
            "[a-z]+", r"\[x\]", "[]a]", "[^]a-]", "a+?", "a{2,3}", r"[\[\]]", "a-b", "a&&b",
            "(a+)+", "^x$",
        ] {
            assert_eq!(ambiguity(pattern), None, "{pattern}");
        }
        for pattern in [
            "[[:alpha:]]",
            "[a[b]",
            "[a&&b]",
            "[a--b]",
            r"\<a\>",
            r"\b{start}",
            "a++",
            "a*+",
            "a{2}+",
        ] {
            assert!(ambiguity(pattern).is_some(), "{pattern}");
        }
    }
}
