//! Formats of strings.

use regex::Regex;

use crate::field_type::FormatName;

/// A format of a string field, ready to check text.
#[derive(Debug, Clone)]
pub(crate) enum TextFormat {
    Default,
    Email(Box<Email>),
    Uri,
    Uuid,
}

impl TextFormat {
    pub(crate) fn new(name: FormatName) -> Result<Self, regex::Error> {
        Ok(match name {
            FormatName::Default => Self::Default,
            FormatName::Email => Self::Email(Box::new(Email::new()?)),
            FormatName::Uri => Self::Uri,
            FormatName::Uuid => Self::Uuid,
        })
    }

    /// What is said of text that it does not accept.
    pub(crate) const fn rule(&self) -> &'static str {
        match self {
            Self::Default => "",
            Self::Email(_) => "is not an email address",
            Self::Uri => "is not a URI",
            Self::Uuid => "is not a UUID",
        }
    }

    pub(crate) fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Default => true,
            Self::Email(email) => email.accepts(text),
            Self::Uri => is_uri(text),
            Self::Uuid => is_uuid(text),
        }
    }
}

/// What an email address looks like: a dot-atom or quoted local part (RFC 5322) and a domain name
/// with at least two labels (RFC 1034), in the ASCII form if it is an international one.
#[derive(Debug, Clone)]
pub(crate) struct Email {
    local: Regex,
    domain: Regex,
}

impl Email {
    pub(crate) fn new() -> Result<Self, regex::Error> {
        const LATIN: &str = r"\u00A0-\u024F";
        const ATOM: &str = r"0-9a-z!#$%&'*+/=?^_`{}|~\-";
        const QUOTED: &str =
            r"[\x01-\x08\x0B\x0C\x0E-\x1F!\x23-\x5B\x5D-\x7F\u00A0-\u024F]|\\[\t.]";
        const LABEL: &str = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
        Ok(Self {
            local: Regex::new(&format!(
                r#"\A(?i:[{LATIN}{ATOM}]+(?:\.[{LATIN}{ATOM}]+)*|"(?:{QUOTED})*")\z"#
            ))?,
            domain: Regex::new(&format!(
                r"\A(?i-u:(?:{LABEL}\.)+[a-z0-9][a-z0-9-]{{0,61}}[a-z])\z"
            ))?,
        })
    }

    fn accepts(&self, text: &str) -> bool {
        let Some((local, domain)) = text.split_once('@') else { return false };
        local.chars().count() <= 64
            && domain.len() <= 253
            && self.local.is_match(local)
            && self.domain.is_match(domain)
    }
}

/// The scheme of RFC 3986, section 3.1, and a colon; the rest is not looked at.
fn is_uri(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(plain)
}

/// 32 hexadecimal digits with hyphens anywhere, in braces or not, with `urn:uuid:` or not.
fn is_uuid(text: &str) -> bool {
    let hexadecimal = |text: &str| {
        let mut digits = 0_usize;
        for byte in text.bytes().filter(|byte| *byte != b'-') {
            if !byte.is_ascii_hexdigit() {
                return false;
            }
            digits += 1;
        }
        digits == 32
    };
    hexadecimal(text)
        || hexadecimal(text.replace("urn:", "").replace("uuid:", "").trim_matches(['{', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses() {
        fn check(text: &str, expect: bool) {
            assert_eq!(Email::new().unwrap().accepts(text), expect, "{text:?}");
        }
        check("someone@example.com", true);
        check("first.last+tag@sub.example.co", true);
        check("\"quoted local\"@example.com", false);
        check("\"quoted\"@example.com", true);
        check("müller@example.com", true);
        check("a@xn--bcher-kva.example", true);
        for text in [
            "",
            "@",
            "a@",
            "@example.com",
            "a@b",
            "a@@example.com",
            "a..b@example.com",
            "a@example.c1",
            "a@-example.com",
            "a b@example.com",
            "a@exa mple.com",
            "a@1.2.3.4",
            "a@example.com\n",
            "a@example.com.",
        ] {
            check(text, false);
        }
        check(&format!("{}@example.com", "x".repeat(64)), true);
        check(&format!("{}@example.com", "x".repeat(65)), false);
    }

    #[test]
    fn uris_begin_with_a_scheme() {
        for text in ["http://example.com", "mailto:a@b", "x:", "a+b-c.d:e f", "urn:isbn:1"] {
            assert!(is_uri(text), "{text:?}");
        }
        for text in ["", ":", "//example.com", "example.com", "1a:b", "a_b:c", "é:x", " http://x"]
        {
            assert!(!is_uri(text), "{text:?}");
        }
    }

    #[test]
    fn uuids_are_32_hexadecimal_digits() {
        for text in [
            "2bc1c94f-0deb-43e9-92a1-4775189ec9f8",
            "2BC1C94F0DEB43E992A14775189EC9F8",
            "{2bc1c94f-0deb-43e9-92a1-4775189ec9f8}",
            "urn:uuid:2bc1c94f-0deb-43e9-92a1-4775189ec9f8",
        ] {
            assert!(is_uuid(text), "{text:?}");
        }
        for text in [
            "",
            "2bc1c94f-0deb-43e9-92a1-4775189ec9f",
            "2bc1c94f 0deb 43e9 92a1 4775189ec9f8",
            "2bc1c94f-0deb-43e9-92a1-4775189ec9g8",
            "0x1c94f0deb43e992a14775189ec9f800",
        ] {
            assert!(!is_uuid(text), "{text:?}");
        }
    }
}
