//! Files: their first line, how long they are, what they are called, what a crate must come with.

use crate::tree::Tree;

const FOLDERS: [&str; 4] = ["steps", "statemachine", "terraform", "codepipeline"];

/// The most lines of a file before its tests.
const MAX_LINES: usize = 400;

/// Names that a file or folder could have whatever is in it.
const EMPTY_NAMES: [&str; 7] = ["utils", "util", "helpers", "helper", "common", "manager", "misc"];

fn all(tree: &Tree) -> impl Iterator<Item = String> {
    FOLDERS.iter().flat_map(|folder| tree.files_below(folder))
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// A file of the product has one job, so it is short. Tests may be longer.
pub(crate) fn files_are_short(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for path in all(tree).filter(|path| has_extension(path, &["rs", "tf", "py"])) {
        let is_apart = ["tests", "benches", "examples"]
            .iter()
            .any(|folder| path.split('/').any(|part| part == *folder));
        if is_apart && !path.starts_with("terraform/") {
            continue;
        }
        let text = tree.text(&path);
        let lines = text.lines().take_while(|line| !line.starts_with("mod tests")).count();
        if lines > MAX_LINES {
            findings.push(format!(
                "{path}: it has {lines} lines before its tests, and {MAX_LINES} are the most: split it"
            ));
        }
    }
    findings
}

/// A source file says in its first line what lives there.
pub(crate) fn the_first_line_says_what_lives_there(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for path in all(tree) {
        let opening = match path.rsplit_once('.') {
            Some((_, "rs")) => "//! ",
            Some((_, "py")) => "\"\"\"",
            _ => continue,
        };
        let text = tree.text(&path);
        let first = text.lines().find(|line| !line.starts_with("#!/"));
        // An empty file, such as an `__init__.py`, has nothing to say.
        if first.is_some_and(|first| !first.starts_with(opening)) {
            findings.push(format!("{path}: its first line must say what lives there: {opening}…"));
        }
    }
    findings
}

/// A name says what is in the file.
pub(crate) fn names_say_something(tree: &Tree) -> Vec<String> {
    let says_nothing = |path: &String| {
        path.split('/').any(|part| EMPTY_NAMES.contains(&part.split('.').next().unwrap()))
    };
    let named = all(tree).filter(says_nothing);
    named.map(|path| format!("{path}: its name says nothing: rename it")).collect()
}

/// A crate has a README of its own, and the README of the whole leads there.
pub(crate) fn every_crate_has_a_readme_and_a_place_on_the_map(tree: &Tree) -> Vec<String> {
    let members = tree.packages.iter().map(|package| {
        let folder = package.manifest_path.parent().unwrap();
        folder.strip_prefix(&tree.root).unwrap().to_string()
    });
    let mut folders: Vec<String> = members.collect();
    folders.extend(tree.steps.iter().map(|step| format!("steps/{step}")));
    folders.sort();
    folders.dedup();

    let mut findings = Vec::new();
    let map = tree.text("README.md");
    for folder in folders {
        let readme = format!("{folder}/README.md");
        if !tree.root.join(&readme).exists() {
            findings.push(format!("{readme}: it is missing: say what the crate is for"));
        }
        if !map.contains(&format!("({readme})")) {
            findings.push(format!("README.md: the code map has no row that links to {readme}"));
        }
    }
    findings
}
