//! "Add a step" in the README, proven: in a copy of the tree a step is added piece by piece, and until
//! the last piece is there the rules name what is missing.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::{findings, tree::Tree};

const STEP: &str = "count-words";

/// A copy of what the rules read. Nothing in it is ever compiled.
struct Copy {
    folder: TempDir,
    /// What is wrong with the tree itself, which is not the new step's matter.
    before: Vec<String>,
}

impl Copy {
    fn of(tree: &Tree) -> Self {
        let copy = Self { folder: tempfile::tempdir().unwrap(), before: findings(tree) };
        let folders = ["steps", "statemachine", "terraform", "codepipeline"];
        let mut files: Vec<_> = folders.iter().flat_map(|it| tree.files_below(it)).collect();
        files.extend(["Cargo.toml", "README.md"].map(str::to_owned));
        for path in files {
            copy.write(&path, fs::read(tree.root.join(&path)).unwrap());
        }
        copy
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Adds a line after the first that is `line`.
    fn add_after(&self, line: &str, path: &str, added: &str) {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        let (line, added) = (format!("\n{line}\n"), format!("\n{line}\n{added}\n"));
        assert!(text.contains(&line), "{path} has no line {line}");
        self.write(path, text.replacen(&line, &added, 1));
    }

    fn add_at_the_end(&self, path: &str, added: &str) {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        self.write(path, format!("{text}{added}\n"));
    }

    /// A state like that of `aggregate`.
    fn add_state(&self) {
        let path = "statemachine/statemachine.asl.json";
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        let mut definition: Value = serde_json::from_str(&text).unwrap();
        let mut state = definition["States"]["Aggregate"].clone();
        state["Arguments"]["FunctionName"] = "${count_words}".into();
        definition["States"]["CountWords"] = state;
        self.write(path, definition.to_string());
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = findings(&Tree::at(&self.path().canonicalize().unwrap()));
        findings.retain(|finding| !self.before.contains(finding));
        findings
    }
}

const MANIFEST: &str = r#"[package]
name = "count-words"
edition.workspace = true

[dependencies]
pipeline-core.workspace = true
pipeline-lambda = { workspace = true, optional = true }

[[bin]]
name = "count-words"
path = "src/main.rs"
required-features = ["lambda"]

[features]
lambda = ["dep:pipeline-lambda"]
"#;

/// A file, and what a newcomer does there.
type Piece = (&'static str, fn(&Copy, &str));

/// What the README asks for. A package comes before it is a member, since cargo would read neither.
const PIECES: [Piece; 16] = [
    ("steps/count-words/src/lib.rs", |copy, file| {
        copy.write(file, "//! Counts.\npub async fn run(input: Input, ports: Ports<'_>) {}\n");
    }),
    ("steps/count-words/src/main.rs", |copy, file| {
        let call = "pipeline_lambda::run(\"count-words\", function).await";
        copy.write(file, format!("//! The function.\nasync fn main() {{ {call} }}\n"));
    }),
    ("steps/count-words/Cargo.toml", |copy, file| copy.write(file, MANIFEST)),
    ("Cargo.toml", |copy, file| {
        copy.add_after("members = [", file, "    \"steps/count-words\",");
        let path = "count-words = { path = \"steps/count-words\" }";
        copy.add_after("[workspace.dependencies]", file, path);
    }),
    ("steps/count-words/README.md", |copy, file| copy.write(file, "# count-words\n")),
    ("README.md", |copy, file| {
        copy.add_at_the_end(file, "| [steps/count-words](steps/count-words/README.md) | words |");
    }),
    ("steps/pipeline-core/src/steps/count_words.rs", |copy, file| {
        copy.write(file, "//! Input and output.\n");
    }),
    ("steps/pipeline-core/src/steps.rs", |copy, file| {
        copy.add_at_the_end(file, "pub mod count_words;");
    }),
    ("statemachine/statemachine.asl.json", |copy, _| copy.add_state()),
    ("steps/README.md", |copy, file| {
        copy.add_at_the_end(file, "| `count-words` | `CountWords` | the processed file (read) |");
    }),
    ("statemachine/sluice/Cargo.toml", |copy, file| {
        copy.add_after("[dependencies]", file, "count-words.workspace = true");
    }),
    ("statemachine/sluice/src/functions.rs", |copy, file| {
        copy.add_after("        match name {", file, "            \"count-words\" => {}");
    }),
    ("terraform/functions.tf", |copy, file| {
        copy.add_after("  functions = {", file, "    count-words = { environment = {} }");
    }),
    ("terraform/permissions.tf", |copy, file| {
        copy.add_after("  function_statements = {", file, "    count-words = []");
    }),
    ("terraform/tests/policies.tftest.hcl", |copy, file| {
        copy.add_after("      } == {", file, "      count-words = \"\"");
    }),
    ("terraform/tests/fixtures/functions/count-words.zip", |copy, file| copy.write(file, "")),
];

/// The files that the findings begin with.
fn files(findings: &[String]) -> BTreeSet<&str> {
    findings.iter().map(|finding| finding.split_once(": ").unwrap().0).collect()
}

#[test]
fn a_new_step_is_told_all_that_is_missing() {
    let copy = Copy::of(&Tree::of_this_checkout());
    fs::create_dir(copy.path().join("steps").join(STEP)).unwrap();

    let all = copy.findings();
    println!("a folder steps/{STEP}, and nothing in it:\n{}", all.join("\n"));
    assert_eq!(files(&all), PIECES.iter().map(|(file, _)| *file).collect(), "{all:#?}");
    for (file, add) in PIECES {
        add(&copy, file);
        let left = copy.findings();
        println!("\n{file} is done; {} left", left.len());
        assert!(!files(&left).contains(file), "{left:#?}");
        assert!(files(&left).is_subset(&files(&all)), "{left:#?}");
    }
    assert_eq!(copy.findings(), [""; 0]);
}

#[test]
fn what_is_left_of_a_step_is_named() {
    let copy = Copy::of(&Tree::of_this_checkout());
    let is_left = |file: &str| {
        ["functions", "terraform/", "statemachine.asl"].iter().any(|part| file.contains(part))
    };
    let pieces = PIECES.iter().filter(|(file, _)| is_left(file));
    let left: BTreeSet<&str> = pieces.map(|(file, add)| (add(&copy, file), *file).1).collect();
    let findings = copy.findings();
    assert_eq!(files(&findings), left, "{findings:#?}");
}
