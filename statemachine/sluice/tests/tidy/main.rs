//! The rules of the house, proven. A rule that is not tested here is a wish.
//!
//! A rule is a function from the tree to its findings. A finding begins with the file to edit and
//! says what to do there; one run names all of them.
#![expect(clippy::unwrap_used, reason = "what cannot be read should fail the test where it stands")]

mod add_a_step;
mod files;
mod imports;
mod state_machine;
mod steps;
mod tree;

use tree::Tree;

/// What a rule finds wrong in the tree.
type Rule = fn(&Tree) -> Vec<String>;

/// The rules that reading the sources is enough for.
const RULES: [Rule; 13] = [
    steps::every_step_is_complete,
    steps::nothing_speaks_of_a_step_that_is_not_there,
    imports::dependency_arrows_point_one_way,
    imports::heavy_dependencies_stay_in_their_room,
    imports::a_steps_library_knows_nothing_of_its_function,
    state_machine::every_step_has_a_state_of_its_name,
    state_machine::the_table_of_steps_names_every_calling_state,
    state_machine::every_error_name_is_one_that_can_happen,
    state_machine::every_task_retries_what_is_retryable_and_nothing_else_of_ours,
    files::the_first_line_says_what_lives_there,
    files::files_are_short,
    files::names_say_something,
    files::every_crate_has_a_readme_and_a_place_on_the_map,
];

/// Whatever breaks a rule.
fn findings(tree: &Tree) -> Vec<String> {
    RULES.iter().flat_map(|rule| rule(tree)).collect()
}

#[test]
fn the_tree_keeps_its_rules() {
    let findings = findings(&Tree::of_this_checkout());
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

/// Cargo has to resolve the dependencies for these, which takes a few seconds.
#[test]
fn what_is_linked_keeps_the_rules() {
    let tree = Tree::of_this_checkout();
    let mut findings = imports::the_default_build_holds_no_aws_code(&tree);
    findings.extend(imports::only_aggregate_links_polars(&tree));
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}
