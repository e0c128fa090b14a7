//! Which keys are plain paths.

/// The most bytes that S3 takes for a key.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
const MAX_KEY_BYTES: usize = 1024;

/// The most bytes that the usual file systems take for a name.
const MAX_NAME_BYTES: usize = 255;

/// What keeps a key from being a plain path inside a folder, as a clause such as `it has an empty
/// segment`; `None` if nothing does.
///
/// S3 itself takes any such key. A bucket that is to be synchronised with a folder must not hold it.
pub fn key_fault(key: &str) -> Option<&'static str> {
    if key.len() > MAX_KEY_BYTES {
        return Some("it is longer than 1,024 bytes");
    }
    if key.chars().any(char::is_control) {
        return Some("it has a control character");
    }
    if key.contains('\\') {
        return Some("it has a backslash");
    }
    key.split('/').find_map(|segment| match segment {
        "" => Some("it has an empty segment"),
        "." | ".." => Some("it has a segment of dots"),
        _ if segment.len() > MAX_NAME_BYTES => Some("it has a segment longer than 255 bytes"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_a_plain_path_has_no_fault() {
        let longest = format!("input/{}", "x".repeat(255));
        for key in ["x", "input/a b/größe \u{1f4f1} (1)+100%.csv", "input/..x/.y/z..", &longest] {
            assert_eq!(key_fault(key), None, "{key}");
        }
    }

    #[test]
    fn each_fault_is_named() {
        let long_name = format!("input/{}", "x".repeat(256));
        let long_key = "input/".repeat(200);
        for (key, fault) in [
            ("", "empty segment"),
            ("/etc/passwd", "empty segment"),
            ("input//x.csv", "empty segment"),
            ("input/", "empty segment"),
            ("input/../x.csv", "dots"),
            ("./x.csv", "dots"),
            ("input\\x.csv", "backslash"),
            ("input/a\0.csv", "control"),
            ("input/a\n.csv", "control"),
            ("input/a\u{85}.csv", "control"),
            (long_name.as_str(), "segment longer"),
            (long_key.as_str(), "1,024"),
        ] {
            let found = key_fault(key);
            assert!(found.is_some_and(|text| text.contains(fault)), "{key:?}: {found:?}");
        }
    }
}
