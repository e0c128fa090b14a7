//! Who may import whom.

use std::{collections::BTreeSet, process::Command};

use cargo_metadata::{Dependency, DependencyKind, Package};

use crate::tree::Tree;

/// Our crates below the command line that are no step, and what of ours each may import. Every other
/// folder in `steps/` is a step.
const LIBRARIES: [(&str, &[&str]); 7] = [
    ("contract", &[]),
    ("pipeline-core", &["contract"]),
    ("pipeline-local", &["pipeline-core"]),
    ("pipeline-aws", &["pipeline-core"]),
    ("pipeline-lambda", &["pipeline-core"]),
    ("program-version", &[]),
    ("asl", &[]),
];

/// What of ours a step may import.
const OF_A_STEP: &[&str] = &["contract", "pipeline-core"];

/// What of ours only a step's function may import: behind the feature `lambda`.
const OF_A_FUNCTION: &[&str] = &["pipeline-aws", "pipeline-lambda", "program-version"];

/// What of ours no laptop runs.
const OF_AWS: &[&str] = &["pipeline-aws", "pipeline-lambda"];

/// Whether a crate is in the table of libraries.
pub(crate) fn is_library(name: &str) -> bool {
    LIBRARIES.iter().any(|(library, _)| *library == name)
}

/// Whether a crate of ours may import another in any build, and the feature for which alone it may.
fn may_import(name: &str, import: &str) -> (bool, Option<&'static str>) {
    if name == "sluice" {
        // The command line imports all that a laptop runs.
        return (!OF_AWS.contains(&import), (import == "pipeline-aws").then_some("aws"));
    }
    match LIBRARIES.iter().find(|(library, _)| *library == name) {
        Some((_, theirs)) => (theirs.contains(&import), None),
        None => (OF_A_STEP.contains(&import), OF_A_FUNCTION.contains(&import).then_some("lambda")),
    }
}

/// What a package is built from; what only its tests need does not count.
fn imports(package: &Package) -> impl Iterator<Item = &Dependency> {
    package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
}

/// Whether a dependency is there for this feature alone.
fn is_only_for(feature: &str, package: &Package, dependency: &Dependency) -> bool {
    let name = dependency.name.as_str();
    let enabling: Vec<&str> = package
        .features
        .iter()
        .filter(|(_, enabled)| {
            enabled.iter().any(|enabled| {
                let enabled = enabled.strip_prefix("dep:").unwrap_or(enabled);
                enabled == name || enabled.strip_prefix(name).is_some_and(|it| it.starts_with('/'))
            })
        })
        .map(|(feature, _)| feature.as_str())
        .collect();
    dependency.optional && enabling == [feature]
}

/// The package's manifest, by its path from the root.
fn manifest(tree: &Tree, package: &Package) -> String {
    package.manifest_path.strip_prefix(&tree.root).unwrap().to_string()
}

/// What to do about a dependency that a package may not have, or only for a feature.
fn refused(tree: &Tree, package: &Package, name: &str, feature: Option<&str>) -> String {
    let file = manifest(tree, package);
    match feature {
        Some(feature) => {
            format!("{file}: {name} must be optional, and for the feature `{feature}` alone")
        }
        None => format!("{file}: {} may not import {name}", package.name),
    }
}

/// A crate imports what the table allows it to.
pub(crate) fn dependency_arrows_point_one_way(tree: &Tree) -> Vec<String> {
    let ours: BTreeSet<&str> = tree.packages.iter().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in &tree.packages {
        let name = package.name.as_str();
        if name != "sluice" && !is_library(name) && !tree.is_step(name) {
            findings.push(format!(
                "statemachine/sluice/tests/tidy/imports.rs: `LIBRARIES` needs a row for {name}"
            ));
        }
        for dependency in imports(package).filter(|it| ours.contains(it.name.as_str())) {
            let (always, feature) = may_import(&package.name, &dependency.name);
            let for_feature =
                feature.is_some_and(|feature| is_only_for(feature, package, dependency));
            if !always && !for_feature {
                findings.push(refused(tree, package, &dependency.name, feature));
            }
        }
    }
    findings
}

/// Whether a crate from elsewhere may be imported here in any build, and the feature for which alone it
/// may.
fn may_import_heavy(tree: &Tree, name: &str, import: &str) -> (bool, Option<&'static str>) {
    let rooms: &[&str] = match import {
        import if import.starts_with("polars") => &["aggregate"],
        import if import.starts_with("aws-") => &["pipeline-aws"],
        import if import.starts_with("lambda") => &["pipeline-lambda"],
        import if import.starts_with("jsonata") => &["asl"],
        "rusqlite" => &["pipeline-local"],
        "tokio" => &["pipeline-local", "pipeline-aws", "pipeline-lambda", "asl", "sluice"],
        _ => return (true, None),
    };
    let feature = match name {
        "sluice" if import.starts_with("aws-") => Some("aws"),
        step if import == "tokio" && tree.is_step(step) => Some("lambda"),
        _ => None,
    };
    (rooms.contains(&name), feature)
}

/// What is slow to build or belongs to AWS is imported in one place.
pub(crate) fn heavy_dependencies_stay_in_their_room(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for package in &tree.packages {
        for dependency in imports(package) {
            let (always, feature) = may_import_heavy(tree, &package.name, &dependency.name);
            let for_feature =
                feature.is_some_and(|feature| is_only_for(feature, package, dependency));
            if !always && !for_feature {
                findings.push(refused(tree, package, &dependency.name, feature));
            }
        }
    }
    findings
}

/// A step's library sees the dependencies of its function too, where both are built: it must not use them.
pub(crate) fn a_steps_library_knows_nothing_of_its_function(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for step in &tree.steps {
        let source = format!("steps/{step}/src");
        let function = [format!("{source}/main.rs"), format!("{source}/main/")];
        for path in tree.files_below(&source) {
            let text = tree.text(&path);
            for theirs in ["pipeline_aws", "pipeline_lambda", "pipeline_local"] {
                if text.contains(theirs) && !function.iter().any(|start| path.starts_with(start)) {
                    findings.push(format!("{path}: only the step's src/main.rs may use {theirs}"));
                }
            }
        }
    }
    findings
}

/// The names of all crates that a build links.
fn linked(tree: &Tree, package: &str, features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(&tree.root)
        .args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}", "--package", package, "--features", &features.join(",")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn any_starts_with(names: &BTreeSet<String>, prefix: &str) -> bool {
    names.iter().any(|name| name.starts_with(prefix))
}

/// AWS's crates are linked for a feature, never by default.
pub(crate) fn the_default_build_holds_no_aws_code(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for package in &tree.packages {
        if OF_A_FUNCTION.contains(&package.name.as_str()) {
            continue;
        }
        let linked = linked(tree, &package.name, &[]);
        for theirs in ["aws-", "lambda_runtime", "pipeline-aws", "pipeline-lambda"] {
            if any_starts_with(&linked, theirs) {
                findings.push(format!("{}: it links {theirs} by default", manifest(tree, package)));
            }
        }
    }
    let with_feature = linked(tree, "sluice", &["aws"]);
    assert!(any_starts_with(&with_feature, "aws-sdk-sfn"), "the feature is what brings it");
    assert!(!any_starts_with(&with_feature, "lambda_runtime"));
    findings
}

/// A function links what its step needs: Polars in one of them, and nothing of the laptop.
pub(crate) fn only_aggregate_links_polars(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for step in &tree.steps {
        let linked = linked(tree, step, &["lambda"]);
        assert!(linked.contains("pipeline-lambda"), "{step} is built as a function");
        assert!(step != "aggregate" || any_starts_with(&linked, "polars"), "aggregate links it");
        if step != "aggregate" && any_starts_with(&linked, "polars") {
            findings.push(format!("steps/{step}/Cargo.toml: only aggregate may link Polars"));
        }
        for theirs in ["pipeline-local", "rusqlite", "asl"] {
            if linked.contains(theirs) {
                findings.push(format!("steps/{step}/Cargo.toml: its function links {theirs}"));
            }
        }
    }
    findings
}
