//! The steps: each is wired everywhere, and what is wired is a step.

use crate::tree::Tree;

const REGISTRY: &str = "statemachine/sluice/src/functions.rs";
const COMMAND_LINE: &str = "statemachine/sluice";
const INPUTS_AND_OUTPUTS: &str = "steps/pipeline-core/src/steps";

/// A map in Terraform that has an entry for each step.
struct Map {
    file: &'static str,
    /// The line before the first entry.
    opening: &'static str,
    /// Which map of the file it is, and what an entry says.
    meaning: &'static str,
}

const MAPS: [Map; 3] = [
    Map {
        file: "terraform/functions.tf",
        opening: "  functions = {",
        meaning: "`functions`: its memory and environment",
    },
    Map {
        file: "terraform/permissions.tf",
        opening: "  function_statements = {",
        meaning: "`function_statements`: what it may touch",
    },
    Map {
        file: "terraform/tests/policies.tftest.hcl",
        opening: "      } == {",
        meaning: "the map in `run \"writes\"`: the prefixes that it may write",
    },
];

/// The folder of the zips that `terraform test` deploys.
const ZIPS: &str = "terraform/tests/fixtures/functions";

/// Whatever a step needs outside of the state machine, in the order in which one adds it.
pub(crate) fn every_step_is_complete(tree: &Tree) -> Vec<String> {
    tree.steps.iter().flat_map(|step| missing(tree, step)).collect()
}

fn missing(tree: &Tree, step: &str) -> Vec<String> {
    let module = step.replace('-', "_");
    let mut findings = package(tree, step);
    let mut expect = |holds: bool, file: &str, problem: String| {
        if !holds {
            findings.push(format!("{file}: {problem}"));
        }
    };

    let library = format!("steps/{step}/src/lib.rs");
    let has_run =
        ["pub async fn run(", "pub fn run("].iter().any(|run| tree.text(&library).contains(run));
    expect(has_run, &library, "it needs `pub async fn run(input, ports, config)`".to_owned());

    let function = format!("steps/{step}/src/main.rs");
    let call = format!("pipeline_lambda::run(\"{step}\", ");
    expect(
        tree.text(&function).contains(&call),
        &function,
        format!("it needs `{call}…)`, to serve on AWS"),
    );

    let types = format!("{INPUTS_AND_OUTPUTS}/{module}.rs");
    expect(
        !tree.text(&types).is_empty(),
        &types,
        "it is missing: the step's input and output".to_owned(),
    );
    let parent = format!("{INPUTS_AND_OUTPUTS}.rs");
    let declaration = format!("pub mod {module};");
    expect(tree.text(&parent).contains(&declaration), &parent, format!("it needs `{declaration}`"));

    let dependencies = tree.package(COMMAND_LINE).map(|package| package.dependencies.as_slice());
    expect(
        dependencies.is_some_and(|all| all.iter().any(|dependency| dependency.name == step)),
        &format!("{COMMAND_LINE}/Cargo.toml"),
        format!("[dependencies] needs `{step}.workspace = true`"),
    );
    expect(
        registered(tree).iter().any(|name| name == step),
        REGISTRY,
        format!("`call` needs an arm \"{step}\", which gives the step the ports of a data folder"),
    );

    for map in &MAPS {
        let has_entry = keys(tree, map).iter().any(|key| key == step);
        expect(has_entry, map.file, format!("it needs `{step} = …` in {}", map.meaning));
    }
    let zip = format!("{ZIPS}/{step}.zip");
    expect(
        tree.root.join(&zip).exists(),
        &zip,
        "it is missing: `terraform test` deploys it; it may hold anything".to_owned(),
    );
    findings
}

/// What is wrong with the step as a package of the workspace.
fn package(tree: &Tree, step: &str) -> Vec<String> {
    let file = format!("steps/{step}/Cargo.toml");
    let mut findings = Vec::new();
    let Some(package) = tree.package(&format!("steps/{step}")) else {
        if !tree.root.join(&file).exists() {
            findings.push(format!(
                "{file}: it is missing: take the one of another step as the pattern"
            ));
        }
        findings.push(format!(
            "Cargo.toml: `members` needs \"steps/{step}\", and [workspace.dependencies] \
             `{step} = {{ path = \"steps/{step}\" }}`"
        ));
        return findings;
    };
    if package.name.as_str() != step {
        findings.push(format!("{file}: the package must have its folder's name, `{step}`"));
    }
    let is_function = package.targets.iter().any(|target| {
        target.is_bin() && target.name == step && target.required_features == ["lambda"]
    });
    if !is_function {
        findings.push(format!(
            "{file}: it needs a [[bin]] `{step}` with required-features = [\"lambda\"]; a crate that \
             is no step has a row in statemachine/sluice/tests/tidy/imports.rs instead"
        ));
    }
    findings
}

/// Entries for a step that was renamed or taken away.
pub(crate) fn nothing_speaks_of_a_step_that_is_not_there(tree: &Tree) -> Vec<String> {
    let mut named: Vec<(String, String)> = Vec::new();
    for map in &MAPS {
        named.extend(keys(tree, map).into_iter().map(|key| (map.file.to_owned(), key)));
    }
    named.extend(registered(tree).into_iter().map(|name| (REGISTRY.to_owned(), name)));
    for path in tree.files_below(ZIPS) {
        let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".zip"));
        named.extend(name.map(|name| (path.clone(), name.to_owned())));
    }
    let absent = named.into_iter().filter(|(_, name)| !tree.is_step(name));
    absent.map(|(file, name)| format!("{file}: there is no step `{name}`: take it away")).collect()
}

/// The functions that the command line can call: the arms of `call`.
fn registered(tree: &Tree) -> Vec<String> {
    let text = tree.text(REGISTRY);
    let arms = text.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
    arms.map(|(name, _)| name.to_owned()).collect()
}

/// The keys of a map in Terraform, which `terraform fmt` writes each on a line of its own, at one depth.
fn keys(tree: &Tree, map: &Map) -> Vec<String> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let text = tree.text(map.file);
    let mut lines = text.lines().skip_while(|line| *line != map.opening).skip(1).peekable();
    let depth_of_keys = lines.peek().map_or(0, |line| depth(line));
    lines
        .take_while(|line| line.is_empty() || depth(line) >= depth_of_keys)
        .filter(|line| depth(line) == depth_of_keys)
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key.trim().trim_matches('"').to_owned())
        .collect()
}
