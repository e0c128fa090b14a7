//! The rules of the house, proven: who may import whom, what is named after what, which errors the
//! state machine may name. A rule that is not tested here is a wish.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a broken rule should fail the test where it stands"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};
use pipeline_core::error::ErrorKind;
use serde_json::Value;

const STEPS: [&str; 5] =
    ["claim-file", "validate-and-partition", "aggregate", "analyze", "send-report"];

/// Error names that are AWS's own. Sources: the Step Functions developer guide, "Handling errors",
/// and the Lambda integration's page.
const AWS_ERRORS: [&str; 10] = [
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
    "States.TaskFailed",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn packages() -> Vec<Package> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap()
        .packages
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

fn states() -> serde_json::Map<String, Value> {
    let text = fs::read_to_string(root().join("statemachine/statemachine.asl.json")).unwrap();
    let definition: Value = serde_json::from_str(&text).unwrap();
    definition["States"].as_object().unwrap().clone()
}

fn tasks() -> Vec<(String, Value)> {
    states().into_iter().filter(|(_, state)| state["Type"] == "Task").collect()
}

/// `${claim_file}`, as Terraform fills it in, to `claim-file`.
fn function_of(task: &Value) -> String {
    let name = task["Arguments"]["FunctionName"].as_str().unwrap();
    name.strip_prefix("${").unwrap().strip_suffix('}').unwrap().replace('_', "-")
}

fn kebab_case(state: &str) -> String {
    let mut name = String::new();
    for character in state.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

/// A row of the table of who may import whom: what a crate may import in any build, and what only for a
/// feature of that name.
struct Row<'a> {
    always: BTreeSet<&'a str>,
    for_feature: Option<(&'a str, BTreeSet<&'a str>)>,
}

fn row<'a>(name: &str, ours: &BTreeSet<&'a str>) -> Row<'a> {
    let core = BTreeSet::from(["pipeline-core"]);
    match name {
        "contract" | "asl" => Row { always: BTreeSet::new(), for_feature: None },
        "pipeline-core" => Row { always: BTreeSet::from(["contract"]), for_feature: None },
        "pipeline-local" | "pipeline-aws" | "pipeline-lambda" => {
            Row { always: core, for_feature: None }
        }
        step if STEPS.contains(&step) => Row {
            always: BTreeSet::from(["contract", "pipeline-core"]),
            for_feature: Some(("lambda", BTreeSet::from(["pipeline-aws", "pipeline-lambda"]))),
        },
        "sluice" => {
            let theirs = ["pipeline-aws", "pipeline-lambda"];
            let always = ours.iter().copied().filter(|name| !theirs.contains(name)).collect();
            Row { always, for_feature: Some(("aws", BTreeSet::from(["pipeline-aws"]))) }
        }
        other => panic!("{other} has no row in the table of who may import whom"),
    }
}

#[test]
fn dependency_arrows_point_one_way() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    for package in &packages {
        let Row { always, for_feature } = row(&package.name, &ours);
        for dependency in imports(package).filter(|it| ours.contains(it.name.as_str())) {
            let name = dependency.name.as_str();
            let is_allowed = always.contains(name)
                || for_feature.as_ref().is_some_and(|(feature, theirs)| {
                    theirs.contains(name) && is_only_for(feature, package, dependency)
                });
            assert!(is_allowed, "{} imports {name}", package.name);
        }
    }
}

#[test]
fn heavy_dependencies_stay_in_their_room() {
    for package in packages() {
        for dependency in imports(&package) {
            let import = dependency.name.as_str();
            let (rooms, for_feature): (&[&str], &[(&str, &str)]) = match import {
                import if import.starts_with("polars") => (&["aggregate"], &[]),
                import if import.starts_with("aws-") => (&["pipeline-aws"], &[("sluice", "aws")]),
                import if import.starts_with("lambda") => (&["pipeline-lambda"], &[]),
                import if import.starts_with("jsonata") => (&["asl"], &[]),
                "rusqlite" => (&["pipeline-local"], &[]),
                "tokio" => (
                    &["pipeline-local", "pipeline-aws", "pipeline-lambda", "asl", "sluice"],
                    &STEPS.map(|step| (step, "lambda")),
                ),
                _ => continue,
            };
            let is_allowed = rooms.contains(&package.name.as_str())
                || for_feature.iter().any(|(room, feature)| {
                    *room == package.name.as_str() && is_only_for(feature, &package, dependency)
                });
            assert!(is_allowed, "{} imports {import}", package.name);
        }
    }
}

/// A step's library sees the dependencies of its function too, where both are built: it must not use them.
#[test]
fn a_steps_library_knows_nothing_of_its_function() {
    for step in STEPS {
        let source = root().join("steps").join(step).join("src");
        for path in files_below(&source) {
            let is_function =
                path == source.join("main.rs") || path.starts_with(source.join("main"));
            let text = fs::read_to_string(&path).unwrap();
            let theirs = ["pipeline_aws", "pipeline_lambda", "pipeline_local"];
            let named: Vec<_> = theirs.iter().filter(|name| text.contains(**name)).collect();
            assert!(is_function || named.is_empty(), "{} names {named:?}", path.display());
        }
    }
}

/// The names of all crates that a build links.
fn linked(package: &str, features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
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

#[test]
fn the_default_build_holds_no_aws_code() {
    for package in packages() {
        let name = package.name.as_str();
        if name == "pipeline-aws" || name == "pipeline-lambda" {
            continue;
        }
        let linked = linked(name, &[]);
        for theirs in ["aws-", "lambda_runtime", "pipeline-aws", "pipeline-lambda"] {
            assert!(!any_starts_with(&linked, theirs), "{name} links {theirs} by default");
        }
    }
    let with_feature = linked("sluice", &["aws"]);
    assert!(any_starts_with(&with_feature, "aws-sdk-sfn"), "the feature is what brings it");
    assert!(!any_starts_with(&with_feature, "lambda_runtime"));
}

#[test]
fn only_aggregate_links_polars() {
    for step in STEPS {
        let linked = linked(step, &["lambda"]);
        assert!(linked.contains("pipeline-lambda"), "{step} is built as a function");
        assert_eq!(any_starts_with(&linked, "polars"), step == "aggregate", "{step}");
        for theirs in ["pipeline-local", "rusqlite", "asl"] {
            assert!(!linked.contains(theirs), "the function {step} links {theirs}");
        }
    }
}

#[test]
fn a_step_has_one_name() {
    let states = states();
    for step in STEPS {
        let manifest = root().join("steps").join(step).join("Cargo.toml");
        let package = packages().into_iter().find(|package| package.manifest_path == manifest);
        assert_eq!(package.unwrap().name.as_str(), step, "the folder's name is the package's");
        let state = states.keys().find(|state| kebab_case(state) == step).unwrap();
        assert_eq!(function_of(&states[state]), step, "{state} calls the function of its name");
    }
}

/// The keys of the map `functions` in Terraform, which are the names of the functions.
#[test]
fn terraform_deploys_every_step_and_nothing_else() {
    let text = fs::read_to_string(root().join("terraform/functions.tf")).unwrap();
    let map = text.lines().skip_while(|line| line.trim() != "functions = {").skip(1);
    let keys: BTreeSet<&str> = map
        .take_while(|line| line.trim() != "}")
        .map(|line| line.split('=').next().unwrap().trim().trim_matches('"'))
        .collect();
    assert_eq!(keys, BTreeSet::from(STEPS));
}

/// The table in `steps/README.md` names every state that calls a step: those, and no others.
#[test]
fn the_table_of_steps_names_every_calling_state() {
    let mut calls: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (state, task) in tasks() {
        calls.entry(function_of(&task)).or_default().insert(state);
    }
    let readme = fs::read_to_string(root().join("steps/README.md")).unwrap();
    let mut table = BTreeMap::new();
    for line in readme.lines() {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        if let [_, step, states, ..] = columns.as_slice()
            && STEPS.contains(&step.trim_matches('`'))
        {
            let states = states.split(',').map(|state| state.trim().trim_matches('`').to_owned());
            table.insert(step.trim_matches('`').to_owned(), states.collect());
        }
    }
    assert_eq!(calls, table);
}

#[test]
fn every_error_name_is_one_that_can_happen() {
    let known: BTreeSet<&str> =
        ErrorKind::ALL.iter().map(|kind| kind.name()).chain(AWS_ERRORS).collect();
    for (state, task) in tasks() {
        for handler in ["Retry", "Catch"] {
            for entry in task[handler].as_array().into_iter().flatten() {
                for name in entry["ErrorEquals"].as_array().unwrap() {
                    let name = name.as_str().unwrap();
                    assert!(known.contains(name), "{state}: nothing raises {name}");
                }
            }
        }
    }
}

#[test]
fn every_task_retries_what_is_retryable_and_nothing_else_of_ours() {
    for (state, task) in tasks() {
        assert!(task["TimeoutSeconds"].is_u64(), "{state} may hang for ever");
        let mut retried = BTreeSet::new();
        for retrier in task["Retry"].as_array().unwrap() {
            assert_eq!(retrier["JitterStrategy"], "FULL", "{state}");
            assert!(retrier["BackoffRate"].is_number(), "{state}");
            assert!(retrier["MaxDelaySeconds"].is_number(), "{state}");
            let names = retrier["ErrorEquals"].as_array().unwrap().iter();
            retried.extend(names.map(|name| name.as_str().unwrap().to_owned()));
        }
        for kind in ErrorKind::ALL {
            let is_retried = retried.contains(kind.name());
            assert_eq!(is_retried, kind.is_retryable(), "{state}: {}", kind.name());
        }
    }
}

/// Every file below a folder, but those of hidden folders, which are not ours.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_hidden = path.file_name().unwrap().to_str().unwrap().starts_with('.');
            match path.is_dir() {
                _ if is_hidden => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files
}

#[test]
fn files_are_short_and_their_names_say_something() {
    let folders = ["steps", "statemachine", "terraform", "codepipeline"];
    for path in folders.iter().flat_map(|folder| files_below(&root().join(folder))) {
        for part in path.strip_prefix(root()).unwrap() {
            let stem = part.to_str().unwrap().split('.').next().unwrap();
            assert!(
                !["utils", "util", "helpers", "helper", "common", "manager", "misc"]
                    .contains(&stem),
                "{} says nothing",
                path.display()
            );
        }
        let extension = path.extension().unwrap_or_default().to_str().unwrap();
        let is_apart = ["tests", "benches", "examples"]
            .iter()
            .any(|folder| path.iter().any(|part| part == *folder))
            && !path.starts_with(root().join("terraform"));
        if ["rs", "tf", "py"].contains(&extension) && !is_apart {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().take_while(|line| !line.starts_with("mod tests")).count();
            assert!(lines <= 400, "{} has {lines} lines before its tests", path.display());
        }
    }
}

#[test]
fn every_crate_has_a_readme() {
    for package in packages() {
        let folder = package.manifest_path.parent().unwrap();
        assert!(folder.join("README.md").exists(), "{} has no README.md", package.name);
    }
}
