//! The version of the program.

/// The release and, where the build knew it, the commit: `0.1.0+1a2b3c4d5e6f`, with `.modified` behind it if
/// files differed from that commit, or plain `0.1.0`. The form is that of [SemVer](https://semver.org).
pub const PROGRAM_VERSION: &str = env!("PROGRAM_VERSION");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_release_and_perhaps_the_commit() {
        let Some((release, build)) = PROGRAM_VERSION.split_once('+') else {
            return assert_eq!(PROGRAM_VERSION, env!("CARGO_PKG_VERSION"));
        };
        let commit = build.strip_suffix(".modified").unwrap_or(build);
        assert_eq!(release, env!("CARGO_PKG_VERSION"));
        assert!(
            commit.len() == 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{build}"
        );
    }
}
