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
mod contract;
mod dialect;
mod extension;
mod field;
mod field_type;
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
pub use contract::Contract;
pub use dialect::Dialect;
pub use extension::{
    AnalysisPlan, Bin, Dimension, DimensionIndex, Extension, FactsPlan, FreeText, Measure, Noun,
    Period, Statement, TimeAxis, Topic, UndeclaredColumns, Upper,
};
pub use field::{Field, FieldIndex, TypeError};
pub use field_type::{FieldType, FormatName};
pub use problem::{ContractError, ContractProblem};
pub use spelling::nearest;
pub use types::value::{DateTime, Time, Value};
