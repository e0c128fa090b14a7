//! Reads a contract from its JSON: the schema itself, its keys and its names.

mod analysis;
mod constraints;
mod facts;
mod field;
mod regex_dialect;
mod sluice;

use crate::field::{Field, FieldIndex, FieldType};
use crate::json::{self, Node, Object};
use crate::problem::{ContractError, Path, Problems};
use crate::reject::{LINEAGE_COLUMNS, REJECT_COLUMNS};
use crate::{Contract, spelling};

/// Properties of a schema that have a meaning here.
const KNOWN: [&str; 4] = ["fields", "missingValues", "primaryKey", "sluice"];

/// Properties of the standard that have a meaning and are not supported.
const REFUSED: [(&str, &str); 3] = [
    ("fieldsMatch", "is not supported: columns are matched by name, in any order"),
    ("foreignKeys", "is not supported: a file is checked by itself"),
    ("uniqueKeys", "is not supported: use `primaryKey`, or `unique` in a field's constraints"),
];

/// Every problem found, or the contract.
pub(super) fn contract(json: &[u8]) -> Result<Contract, ContractError> {
    let mut problems = Problems::default();
    let contract = match json::parse(json) {
        Ok(json) => schema(&Node::root(&json), &mut problems),
        Err(error) => problems.none(&Path::root(), format!("is not JSON: {error}")),
    };
    problems.into_result(contract)
}

fn schema(node: &Node<'_>, problems: &mut Problems) -> Option<Contract> {
    let object = node.object(problems)?;
    refuse(&object, &REFUSED, problems);
    near_misses(&object, &KNOWN, &REFUSED.map(|(name, _)| name), problems);
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
        json::Json::String(_) => vec![node.clone()],
        json::Json::Array(_) => node.array(problems)?,
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

/// Refuses properties by their name, with the reason.
fn refuse(object: &Object<'_>, refused: &[(&str, &str)], problems: &mut Problems) {
    for (name, reason) in refused {
        if object.get(name).is_some() {
            problems.add(&object.path.key(name), format!("`{name}` {reason}"));
        }
    }
}

/// Refuses what looks like a misspelled property. Anything else is an annotation or a custom
/// property, which the standard allows.
fn near_misses(
    object: &Object<'_>,
    known: &[&'static str],
    more: &[&'static str],
    problems: &mut Problems,
) {
    let meant = [known, more].concat();
    for key in object.keys().filter(|key| !meant.contains(key)) {
        if let Some(nearest) = spelling::nearest(key, &meant) {
            problems.add(&object.path.key(key), format!("did you mean `{nearest}`?"));
        }
    }
}

/// The names of the fields, their places and types, for what refers to a field. A field that could
/// not be read has a name without a type, so that one mistake is one problem.
struct Names<'j> {
    fields: Vec<Option<(&'j str, Option<FieldType>, Path)>>,
}

impl<'j> Names<'j> {
    fn read(nodes: &[Node<'j>], fields: &[Option<Field>], problems: &mut Problems) -> Self {
        // Reading the fields has added the problems of those that are no objects or have no name.
        let mut quiet = Problems::default();
        let mut names: Self = Self { fields: Vec::new() };
        let mut seen = std::collections::HashSet::new();
        for (node, field) in nodes.iter().zip(fields) {
            let name = node
                .object(&mut quiet)
                .and_then(|object| object.get("name"))
                .and_then(|node| Some((node.string(&mut quiet)?, node.path)));
            if let Some((name, path)) = &name
                && !seen.insert(*name)
            {
                problems.add(path, format!("there is another field `{name}`"));
            }
            let field_type = field.as_ref().map(Field::field_type);
            names.fields.push(name.map(|(name, path)| (name, field_type, path)));
        }
        names
    }

    /// The index of the field that the node names.
    fn index(&self, node: &Node<'_>, problems: &mut Problems) -> Option<FieldIndex> {
        let name = node.string(problems)?;
        let position =
            self.fields.iter().position(|field| matches!(field, Some((n, ..)) if *n == name));
        position.map(FieldIndex).or_else(|| {
            let names: Vec<&str> = self.fields.iter().flatten().map(|(name, ..)| *name).collect();
            let hint = match spelling::nearest(name, &names) {
                Some(nearest) => format!("; did you mean `{nearest}`?"),
                None => String::new(),
            };
            problems.none(&node.path, format!("there is no field `{name}`{hint}"))
        })
    }

    /// The index of the field that the node names, which must be of one of the types.
    fn typed(
        &self,
        node: &Node<'_>,
        types: &[FieldType],
        problems: &mut Problems,
    ) -> Option<FieldIndex> {
        let index = self.index(node, problems)?;
        if let Some(Some((name, Some(field_type), _))) = self.fields.get(index.0)
            && !types.contains(field_type)
        {
            let wanted: Vec<&str> = types.iter().map(|field_type| field_type.as_str()).collect();
            let message = format!(
                "`{name}` is of type `{}`; it must be one of {}",
                field_type.as_str(),
                json::list(&wanted)
            );
            return problems.none(&node.path, message);
        }
        Some(index)
    }

    fn field_type(&self, index: FieldIndex) -> Option<FieldType> {
        self.fields.get(index.0)?.as_ref()?.1
    }

    fn refuse_reserved(&self, lineage_columns: bool, problems: &mut Problems) {
        for (name, _, path) in self.fields.iter().flatten() {
            if REJECT_COLUMNS.contains(name) {
                problems.add(path, format!("`{name}` is a column of every rejected file"));
            } else if lineage_columns && LINEAGE_COLUMNS.contains(name) {
                problems.add(path, format!("`{name}` is one of the lineage columns"));
            }
        }
    }
}
