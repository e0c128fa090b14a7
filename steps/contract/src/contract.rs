//! A dataset's contract, as it is asked.

use crate::dialect::Dialect;
use crate::extension::Extension;
use crate::field::{Field, FieldIndex};

/// A dataset's contract. Only a valid one can be made, and it cannot be changed.
#[derive(Debug, Clone)]
pub struct Contract {
    pub(super) fields: Vec<Field>,
    pub(super) primary_key: Vec<FieldIndex>,
    pub(super) dialect: Dialect,
    pub(super) extension: Extension,
}

impl Contract {
    /// The fields, in the order of the document; at least one.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The fields with their indexes, in the order of the document.
    pub fn indexed_fields(&self) -> impl Iterator<Item = (FieldIndex, &Field)> {
        self.fields.iter().enumerate().map(|(index, field)| (FieldIndex(index), field))
    }

    /// The field of an index that this contract has given out.
    pub fn field(&self, index: FieldIndex) -> &Field {
        &self.fields[index.0]
    }

    /// The field of this name.
    pub fn field_named(&self, name: &str) -> Option<(FieldIndex, &Field)> {
        self.indexed_fields().find(|(_, field)| field.name() == name)
    }

    /// The fields that make a record unique together; none if there is no such key.
    pub fn primary_key(&self) -> &[FieldIndex] {
        &self.primary_key
    }

    /// How the files are written.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// What is done with the dataset beyond checking it.
    pub fn sluice(&self) -> &Extension {
        &self.extension
    }
}
