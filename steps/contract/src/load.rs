//! Reads a contract from its JSON: the schema itself, its keys and its names.

mod analysis;
mod constraints;
mod facts;
mod field;
mod names;
mod regex_dialect;
mod sluice;

use self::names::Names;
use crate::contract::Contract;
use crate::field::{Field, FieldIndex};
use crate::json::{self, Json, Node};
use crate::problem::{ContractError, Path, Problems};

/// Properties of a schema that have a meaning here.
const KNOWN: [&str; 4] = ["fields", "missingValues", "primaryKey", "sluice"];

/// Properties of the standard that have a meaning and are not supported.
const REFUSED: [(&str, &str); 3] = [
    ("fieldsMatch", "is not supported: columns are matched by name, in any order"),
    ("foreignKeys", "is not supported: a file is checked by itself"),
    ("uniqueKeys", "is not supported: use `primaryKey`, or `unique` in a field's constraints"),
];

impl Contract {
    /// Loads a contract.
    ///
    /// # Errors
    /// Every problem of the document, each with its JSON path.
    pub fn from_json(json: &[u8]) -> Result<Self, ContractError> {
        let mut problems = Problems::default();
        let contract = match json::parse(json) {
            Ok(json) => schema(&Node::root(&json), &mut problems),
            Err(error) => problems.none(&Path::root(), format!("is not JSON: {error}")),
        };
        problems.into_result(contract)
    }
}

fn schema(node: &Node<'_>, problems: &mut Problems) -> Option<Contract> {
    let object = node.object(problems)?;
    object.refuse(&REFUSED, problems);
    object.refuse_near_misses(&[&KNOWN[..], &REFUSED.map(|(name, _)| name)].concat(), problems);
    let missing_values = match object.get("missingValues") {
        Some(node) => field::missing_values(&node, problems).unwrap_or_default(),
        None => vec![String::new()],
    };
    let nodes = object.required("fields", problems)?.array(problems)?;
    if nodes.is_empty() {
        problems.add(&object.path.key("fields"), "a contract needs at least one field");
    }
    let fields: Vec<Option<Field>> =
        nodes.iter().map(|node| field::read(node, &missing_values, problems)).collect();
    let names = Names::read(&nodes, &fields, problems);
    let primary_key = match object.get("primaryKey") {
        Some(node) => primary_key(&node, &names, problems).unwrap_or_default(),
        None => Vec::new(),
    };
    let (extension, dialect) = object
        .get("sluice")
        .and_then(|node| sluice::read(&node, &names, problems))
        .unwrap_or_default();
    names.refuse_reserved(extension.lineage_columns, problems);
    Some(Contract {
        fields: fields.into_iter().collect::<Option<_>>()?,
        primary_key,
        dialect,
        extension,
    })
}

fn primary_key(
    node: &Node<'_>,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Option<Vec<FieldIndex>> {
    let nodes = match node.json {
        Json::String(_) => vec![node.clone()],
        Json::Array(_) => node.array(problems)?,
        _ => return node.expected("a field's name or an array of them", problems),
    };
    let mut key = Vec::new();
    for node in nodes {
        let Some(index) = names.index(&node, problems) else { continue };
        if key.contains(&index) {
            problems.add(&node.path, "this field is there twice");
        }
        key.push(index);
    }
    Some(key)
}
