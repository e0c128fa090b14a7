//! The names of a schema's fields, for what refers to a field.

use std::collections::HashSet;

use crate::field::{Field, FieldIndex};
use crate::field_type::FieldType;
use crate::json::{Node, list};
use crate::problem::{Path, Problems};
use crate::reject::{LINEAGE_COLUMNS, REJECT_COLUMNS};
use crate::spelling;

/// Each field's name, type and place. A field that could not be read has a name without a type, so that
/// one mistake is one problem.
pub(super) struct Names<'j> {
    fields: Vec<Option<(&'j str, Option<FieldType>, Path)>>,
}

impl<'j> Names<'j> {
    pub(super) fn read(
        nodes: &[Node<'j>],
        fields: &[Option<Field>],
        problems: &mut Problems,
    ) -> Self {
        // Reading the fields has added the problems of those that are no objects or have no name.
        let mut quiet = Problems::default();
        let mut names: Self = Self { fields: Vec::new() };
        let mut seen = HashSet::new();
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
    pub(super) fn index(&self, node: &Node<'_>, problems: &mut Problems) -> Option<FieldIndex> {
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
    pub(super) fn typed(
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
                list(&wanted)
            );
            return problems.none(&node.path, message);
        }
        Some(index)
    }

    pub(super) fn field_type(&self, index: FieldIndex) -> Option<FieldType> {
        self.fields.get(index.0)?.as_ref()?.1
    }

    pub(super) fn refuse_reserved(&self, lineage_columns: bool, problems: &mut Problems) {
        for (name, _, path) in self.fields.iter().flatten() {
            if REJECT_COLUMNS.contains(name) {
                problems.add(path, format!("`{name}` is a column of every rejected file"));
            } else if lineage_columns && LINEAGE_COLUMNS.contains(name) {
                problems.add(path, format!("`{name}` is one of the lineage columns"));
            }
        }
    }
}
