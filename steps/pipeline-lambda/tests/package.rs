//! `steps/package`: what Lambda cannot run is refused, and equal binaries give equal zips.
//!
//! The binaries are real ones, of a few lines of C. Needs Python 3 and a C compiler, as Rust does.
#![expect(clippy::unwrap_used, reason = "a broken promise should fail the test where it stands")]

mod steps;

use std::{
    env::consts::ARCH,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use steps::steps;
use tempfile::TempDir;

/// A folder of small programs, one for each step.
fn binaries() -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in steps() {
        compile(folder.path(), &name, "int main(void) { return 0; }", &[]);
    }
    folder
}

fn compile(folder: &Path, name: &str, source: &str, arguments: &[&str]) {
    let file = folder.join(format!("{name}.c"));
    fs::write(&file, source).unwrap();
    let compiler = Command::new("cc")
        .current_dir(folder)
        .arg(&file)
        .args(["-o", name])
        .args(arguments)
        .output()
        .unwrap();
    assert!(compiler.status.success(), "{}", String::from_utf8_lossy(&compiler.stderr));
}

fn package(binaries: &Path, zips: &Path, arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../package");
    let paths = [Path::new("--from"), binaries, Path::new("--out"), zips];
    Command::new("python3").arg(script).args(paths).args(arguments).output().unwrap()
}

/// Why the package is refused. Nothing is written then.
fn refusal(binaries: &TempDir, arguments: &[&str]) -> String {
    let zips = binaries.path().join("zips");
    let output = package(binaries.path(), &zips, arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(!zips.exists());
    String::from_utf8(output.stderr).unwrap()
}

/// The zips' bytes.
fn zips(binaries: &Path) -> Vec<Vec<u8>> {
    let folder = TempDir::new().unwrap();
    let output = package(binaries, folder.path(), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut names: Vec<PathBuf> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let mut expected: Vec<PathBuf> =
        steps().iter().map(|name| folder.path().join(format!("{name}.zip"))).collect();
    expected.sort();
    assert_eq!(names, expected);
    names.iter().map(|name| fs::read(name).unwrap()).collect()
}

#[test]
fn equal_binaries_give_equal_zips() {
    let binaries = binaries();
    let first = zips(binaries.path());
    for name in steps() {
        let file = binaries.path().join(name);
        let bytes = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        // Another time, other permissions.
        fs::write(&file, bytes).unwrap();
    }
    assert!(first == zips(binaries.path()));
}

#[test]
fn a_zip_holds_an_executable_bootstrap_and_nothing_else() {
    let binaries = binaries();
    let zip = binaries.path().join("x.zip");
    fs::write(&zip, zips(binaries.path()).remove(0)).unwrap();
    let list = "import sys, zipfile\n\
        for i in zipfile.ZipFile(sys.argv[1]).infolist():\n \
            print(i.filename, oct(i.external_attr >> 16), i.date_time[0], i.create_system)";
    let output = Command::new("python3").args(["-c", list]).arg(&zip).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "bootstrap 0o100755 1980 3\n");
}

/// A C library of tomorrow, under the name of today's, makes the program ask for its version.
#[test]
fn a_symbol_newer_than_lambdas_glibc_is_refused_by_name() {
    let binaries = binaries();
    fs::write(binaries.path().join("map"), "GLIBC_2.99 { global: of_tomorrow; };").unwrap();
    let library = ["-shared", "-fPIC", "-Wl,-soname,libm.so.6", "-Wl,--version-script,map"];
    compile(binaries.path(), "libnewer.so", "int of_tomorrow(void) { return 0; }", &library);
    let program = "int of_tomorrow(void); int main(void) { return of_tomorrow(); }";
    compile(binaries.path(), "analyze", program, &["-L.", "-lnewer"]);
    let message = refusal(&binaries, &[]);
    assert!(message.contains("analyze is refused: Lambda has glibc 2.34"), "{message}");
    assert!(message.contains("of_tomorrow@GLIBC_2.99"), "{message}");
}

#[test]
fn a_library_that_lambda_does_not_have_is_refused() {
    let binaries = binaries();
    let library = ["-shared", "-fPIC", "-Wl,-soname,libnowhere.so.1"];
    compile(binaries.path(), "libnowhere.so", "int nowhere(void) { return 0; }", &library);
    let program = "int nowhere(void); int main(void) { return nowhere(); }";
    compile(binaries.path(), "aggregate", program, &["-L.", "-lnowhere"]);
    let message = refusal(&binaries, &[]);
    assert!(message.contains("aggregate is refused: Lambda does not have libnowhere.so.1"));
}

#[test]
fn another_architecture_is_refused() {
    let (here, other) = if ARCH == "aarch64" { ("arm64", "x86_64") } else { ("x86_64", "arm64") };
    let message = refusal(&binaries(), &["--arch", other]);
    assert!(message.contains(&format!("it is for {here}, not for {other}")), "{message}");
}

#[test]
fn what_cannot_be_checked_is_refused() {
    let binaries = binaries();
    let file = binaries.path().join("claim-file");
    let whole = fs::read(&file).unwrap();
    for (bytes, found) in [
        (b"#!/bin/sh\n".as_slice(), "it is not a 64-bit little-endian ELF binary"),
        (&whole[..60], "it cannot be checked"),
        (&whole[..whole.len() / 2], "it cannot be checked"),
    ] {
        fs::write(&file, bytes).unwrap();
        let message = refusal(&binaries, &[]);
        assert!(message.contains(&format!("claim-file is refused: {found}")), "{message}");
    }
    fs::remove_file(&file).unwrap();
    assert!(refusal(&binaries, &[]).contains("there is no binary of claim-file"));
}
