//! No circle of modules: in every crate, what a file takes from other files leads to no way back.
//!
//! A file takes from another what its `use` lines and its paths name. A re-export counts for the
//! file that uses it, not for the one that passes it on; `mod x;` alone counts for nothing. Tests,
//! method calls and the insides of macros are not looked at.
#![expect(clippy::unwrap_used, reason = "a test should fail where it stands")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ItemMod, ItemUse, UseTree, Visibility,
    visit::{self, Visit},
};

/// The circles that are allowed.
const ALLOWED: [&[&str]; 1] = [&[
    "steps/validate-and-partition/src/validator/header.rs",
    "steps/validate-and-partition/src/validator/redrop.rs",
    "steps/validate-and-partition/src/validator/row.rs",
]];

/// The segments of a path: of a module, from the crate's root on, or of a name in the source.
type Segments = Vec<String>;

/// What one file says, tests left out.
#[derive(Default)]
struct Module {
    file: PathBuf,
    /// Every path in its code, and of its private `use` lines.
    named: Vec<Segments>,
    /// What its `use` lines bring, by the name that it has here.
    brought: BTreeMap<String, Segments>,
}

impl Module {
    fn bring(&mut self, tree: &UseTree, before: &[String], is_private: bool) {
        let path = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let (name, path) = match tree {
            UseTree::Path(inner) => {
                return self.bring(&inner.tree, &path(&inner.ident), is_private);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.bring(tree, before, is_private));
            }
            UseTree::Name(name) if name.ident == "self" => {
                (before.last().cloned(), before.to_vec())
            }
            UseTree::Name(name) => (Some(name.ident.to_string()), path(&name.ident)),
            UseTree::Rename(rename) => (Some(rename.rename.to_string()), path(&rename.ident)),
            UseTree::Glob(_) => (None, before.to_vec()),
        };
        if is_private {
            self.named.push(path.clone());
        }
        self.brought.extend(name.map(|name| (name, path)));
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let is_test = |attribute: &Attribute| {
            let condition = attribute.parse_args::<syn::Ident>();
            attribute.path().is_ident("cfg") && condition.is_ok_and(|condition| condition == "test")
        };
        if !module.attrs.iter().any(is_test) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.bring(&item.tree, &[], matches!(item.vis, Visibility::Inherited));
    }

    /// `pub(super)` takes nothing from the parent.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.named.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

/// The modules of a crate, by their paths.
type Crate = BTreeMap<Segments, Module>;

fn read_crate(src: &Path) -> Crate {
    let mut modules = Crate::new();
    let mut folders = vec![src.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let within = path.strip_prefix(src).unwrap().with_extension("");
                let mut segments: Segments =
                    within.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                if segments == ["lib"] || (segments == ["main"] && !src.join("lib.rs").exists()) {
                    segments.clear();
                }
                let mut module = Module { file: path.clone(), ..Module::default() };
                module.visit_file(&syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap());
                modules.insert(segments, module);
            }
        }
    }
    modules
}

/// The module that defines what `path` names in the module `from`, if it is one of this crate.
/// `depth` bounds how many re-exports are followed.
fn definer(modules: &Crate, from: &[String], path: &[String], depth: usize) -> Option<Segments> {
    let (first, rest) = path.split_first()?;
    let child = [from, std::slice::from_ref(first)].concat();
    let mut at = match first.as_str() {
        "crate" => Segments::new(),
        "self" => from.to_vec(),
        "super" => from.split_last()?.1.to_vec(),
        _ if modules.contains_key(&child) => child,
        _ => {
            let brought = modules.get(from)?.brought.get(first).filter(|_| depth > 0)?;
            return definer(modules, from, &[brought, rest].concat(), depth - 1);
        }
    };
    for (index, name) in rest.iter().enumerate() {
        let inner = [at.as_slice(), std::slice::from_ref(name)].concat();
        if name == "super" {
            at.pop()?;
        } else if modules.contains_key(&inner) {
            at = inner;
        } else if modules.get(&at)?.brought.contains_key(name) && depth > 0 {
            return definer(modules, &at, &rest[index..], depth - 1);
        } else {
            break;
        }
    }
    Some(at)
}

/// The groups of files of a crate each of which leads to all others of its group.
fn circles(modules: &Crate) -> BTreeSet<BTreeSet<PathBuf>> {
    let takes_from = |segments: &Segments| -> BTreeSet<Segments> {
        let named = modules[segments].named.iter();
        let taken = named.filter_map(|path| definer(modules, segments, path, 8));
        taken.collect()
    };
    let arrows: BTreeMap<&Segments, BTreeSet<Segments>> =
        modules.keys().map(|segments| (segments, takes_from(segments))).collect();
    let reached = |from: &Segments| {
        let (mut reached, mut ahead) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(at) = ahead.pop() {
            let steps = arrows[&at].iter().filter(|to| **to != at);
            ahead.extend(steps.filter(|to| reached.insert((*to).clone())).cloned());
        }
        reached
    };
    let reached: BTreeMap<&Segments, BTreeSet<Segments>> =
        modules.keys().map(|segments| (segments, reached(segments))).collect();
    let circle_of = |one: &Segments| -> BTreeSet<PathBuf> {
        let back = reached[one].iter().filter(|other| reached[other].contains(one));
        back.map(|segments| modules[segments].file.clone()).collect()
    };
    modules.keys().map(circle_of).filter(|circle| !circle.is_empty()).collect()
}

#[test]
fn no_modules_form_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let shown = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    let mut found = BTreeSet::new();
    for folder in ["steps", "statemachine"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let package = entry.unwrap().path();
            if package.join("src").is_dir() {
                let modules = read_crate(&package.join("src"));
                found.extend(circles(&modules));
            }
        }
    }
    let found: BTreeSet<Vec<String>> =
        found.iter().map(|circle| circle.iter().map(|file| shown(file)).collect()).collect();
    let allowed = ALLOWED.map(|circle| circle.iter().map(ToString::to_string).collect());
    let allowed = BTreeSet::from(allowed);
    let new: Vec<_> = found.difference(&allowed).collect();
    assert!(new.is_empty(), "these files form a circle: {new:#?}");
    let gone: Vec<_> = allowed.difference(&found).collect();
    assert!(gone.is_empty(), "these circles are gone, strike them from the list: {gone:#?}");
}
