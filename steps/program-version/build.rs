//! Finds the commit that is built: in `SLUICE_COMMIT`, else from git.
//!
//! The crates for this (`vergen`, `git-version`) look at git's own files only, so that "modified" would be
//! out of date after the next edit.

use std::{env, path::Path, process::Command};

const ROOT: &str = "../..";

/// What the program is made of.
const SOURCES: [&str; 4] = ["Cargo.lock", "Cargo.toml", "statemachine", "steps"];

/// As many digits as are enough for any repository.
const DIGITS: usize = 12;

fn main() {
    let release = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let version = match given().or_else(from_git) {
        Some(commit) => format!("{release}+{commit}"),
        None => release,
    };
    println!("cargo::rustc-env=PROGRAM_VERSION={version}");
}

/// What whoever builds without git says.
fn given() -> Option<String> {
    println!("cargo::rerun-if-env-changed=SLUICE_COMMIT");
    let commit = env::var("SLUICE_COMMIT").ok()?;
    let is_hash = commit.len() >= DIGITS && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash && !commit.is_empty() {
        println!("cargo::warning=SLUICE_COMMIT is not the hash of a commit, and is passed over");
    }
    is_hash.then(|| commit[..DIGITS].to_owned())
}

/// The commit of the repository whose root this is. Nothing in a source archive, which may lie in somebody
/// else's repository.
fn from_git() -> Option<String> {
    let prefix_and_commit = git(&["rev-parse", "--show-prefix", "HEAD"])?;
    let commit = prefix_and_commit.strip_prefix('\n')?.get(..DIGITS)?;
    for name in ["HEAD", "logs/HEAD"] {
        rerun_if_changed(git(&["rev-parse", "--git-path", name])?.trim_end());
    }
    for source in SOURCES {
        rerun_if_changed(source);
    }
    let changes = git(&[&["status", "--porcelain", "--"], &SOURCES[..]].concat())?;
    Some(if changes.is_empty() { commit.to_owned() } else { format!("{commit}.modified") })
}

fn git(arguments: &[&str]) -> Option<String> {
    // Without its optional locks: whoever works in the repository must not be kept waiting.
    let output =
        Command::new("git").current_dir(ROOT).arg("--no-optional-locks").args(arguments).output();
    let output = output.ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// Only what is there: a file that is missing counts as changed each time.
fn rerun_if_changed(path: &str) {
    let path = Path::new(ROOT).join(path);
    if path.exists() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}
