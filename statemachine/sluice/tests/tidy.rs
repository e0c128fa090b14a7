//! The rules of the house, proven: who may import whom, what is named after what, which errors the
//! state machine may name. A rule that is not tested here is a wish.
#![expect(clippy::unwrap_used, reason = "a broken rule should fail the test where it stands")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
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

fn imports(package: &Package) -> BTreeSet<&str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.as_str())
        .collect()
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

#[test]
fn dependency_arrows_point_one_way() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    for package in &packages {
        let name = package.name.as_str();
        let allowed: BTreeSet<&str> = match name {
            "pipeline-core" | "asl" => BTreeSet::new(),
            "sluice" => ours.iter().copied().filter(|name| *name != "pipeline-aws").collect(),
            name if STEPS.contains(&name) || name.starts_with("pipeline-") => {
                BTreeSet::from(["pipeline-core"])
            }
            other => panic!("{other} has no row in the table of who may import whom"),
        };
        let imported: BTreeSet<&str> = imports(package).intersection(&ours).copied().collect();
        let forbidden: Vec<_> = imported.difference(&allowed).collect();
        assert!(forbidden.is_empty(), "{name} imports {forbidden:?}");
    }
}

#[test]
fn heavy_dependencies_stay_in_their_room() {
    for package in packages() {
        let name = package.name.as_str();
        for import in imports(&package) {
            let owner: Option<&[&str]> = match import {
                import if import.starts_with("polars") => Some(&["aggregate"]),
                import if import.starts_with("aws-") => Some(&["pipeline-aws"]),
                import if import.starts_with("jsonata") => Some(&["asl"]),
                "rusqlite" => Some(&["pipeline-local"]),
                "tokio" => Some(&["pipeline-local", "asl", "sluice"]),
                _ => None,
            };
            assert!(owner.is_none_or(|owner| owner.contains(&name)), "{name} imports {import}");
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

#[test]
fn files_are_short_and_their_names_say_something() {
    let mut folders = vec![root().join("steps"), root().join("statemachine")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let stem = name.strip_suffix(".rs").unwrap_or(&name);
            assert!(
                !["utils", "util", "helpers", "helper", "common", "manager", "misc"]
                    .contains(&stem),
                "{} says nothing",
                path.display()
            );
            if path.is_dir() {
                if !["tests", "benches", "examples"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let lines = text.lines().take_while(|line| !line.starts_with("mod tests")).count();
                assert!(lines <= 400, "{} has {lines} lines before its tests", path.display());
            }
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
