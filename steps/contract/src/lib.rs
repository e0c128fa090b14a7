//! The dataset contract: which columns a file has and what their cells must be.
//!
//! A contract is a [Table Schema] (Data Package v2) in JSON with one custom property, `sluice`
//! ([`Extension`]). [`Contract::from_json`] refuses whatever it would not honour, by its path in the
//! document: unknown types, formats and constraints, near-misses of a property's name, and the parts
//! of the standard that are not supported: `foreignKeys`, `uniqueKeys`, `fieldsMatch`, `categories`,
//! and the types object, array, geopoint, geojson, duration and list. Annotations and custom
//! properties are ignored.
//!
//! Cells are read as the standard says and, where it leaves room, as `frictionless` 5 for Python reads
//! them. Where both differ on purpose, the README of `validate-and-partition` says how and why.
//!
//! [Table Schema]: https://datapackage.org/standard/table-schema/

mod constraint;
mod dialect;
mod extension;
mod field;
mod json;
mod load;
mod named_enum;
pub mod number;
mod problem;
pub mod record;
pub mod reject;
mod spelling;
pub mod spreadsheet;
mod types;
pub mod wording;

pub use constraint::{Constraint, ConstraintName};
pub use dialect::Dialect;
pub use extension::{
    AnalysisPlan, Bin, Dimension, DimensionIndex, Extension, FactsPlan, FreeText, Measure, Noun,
    Period, Statement, TimeAxis, Topic, UndeclaredColumns, Upper,
};
pub use field::{Field, FieldIndex, FieldType, FormatName, TypeError};
pub use problem::{ContractError, ContractProblem};
pub use spelling::nearest;
pub use types::value::{DateTime, Time, Value};

/// A dataset's contract. Only a valid one can be made, and it cannot be changed.
#[derive(Debug, Clone)]
pub struct Contract {
    fields: Vec<Field>,
    primary_key: Vec<FieldIndex>,
    dialect: Dialect,
    extension: Extension,
}

impl Contract {
    /// Loads a contract.
    ///
    /// # Errors
    /// Every problem of the document, each with its JSON path.
    pub fn from_json(json: &[u8]) -> Result<Self, ContractError> {
        load::contract(json)
    }

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
