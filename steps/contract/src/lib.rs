//! The dataset contract: which columns a file has and what their cells must be.
//!
//! A contract is a [Table Schema] (Data Package v2) in JSON with one custom property, `sluice`
//! ([`Extension`]). [`Contract::from_json`] refuses whatever it would not honour, by its path in the
//! document: unknown types, formats and constraints, near-misses of a property's name, and the parts
//! of the standard that are not supported: `foreignKeys`, `uniqueKeys`, `fieldsMatch`, `categories`,
//! and the types object, array, geopoint, geojson, duration and list. Annotations and custom
//! properties are ignored.
//!
//! # Deliberate differences
//! Cells are read as the standard says and, where it leaves room, as `frictionless` 5 for Python
//! reads them (given a schema that declares version 2). They differ on purpose in these points:
//!
//! 1. **Digits are ASCII digits.** Python also takes those of every other script, for numbers, dates
//!    and years alike; most readers of a file do not.
//! 2. **Numbers are finite decimal notation and nothing else.** `nan`, `inf`, `1_000` and ` 12` are
//!    type errors: the first two have no place in a sum, and the others are Python's notation. A year
//!    is four digits, a month digits and a hyphen, without signs and blanks. An exponent is below
//!    10^18, and an integer has no greatest length (Python stops at 4,300 digits).
//! 3. **`groupChar` counts for integers too,** as version 2 says; `frictionless` ignores it there.
//! 4. **With `bareNumber: false`, `$.50` is 0.5.** `frictionless` strips the point with the currency
//!    sign and reads 50.
//! 5. **`pattern` is for the whole value.** `frictionless` puts `^` and `$` around the pattern, so
//!    that `a|b` also matches `axx`, and a line break at the end is overlooked.
//! 6. **A time with a zone and one without are never in order.** Against a bound of the other kind the
//!    constraint is broken; `frictionless` stops with an error of Python's.
//! 7. **The default `datetime` and `time` are a full calendar date and a full time.** ISO 8601's week
//!    and ordinal dates and a time without its minutes or seconds, which `frictionless` takes in some
//!    cases, are type errors, as the standard says; so are fractions of a second in a `%z`.
//! 8. **The format `any` of dates and times is refused,** because it guesses: `01/02/2024` is a day in
//!    January here and in February there. So are the directives of a pattern that depend on the
//!    machine (`%c`, `%x`, `%X`, `%Z`) or on the week of the year.
//! 9. **An email address has its domain in the ASCII form** (`xn--…`), and a UUID is 32 hexadecimal
//!    digits, without Python's `_` and `0x`.
//!
//! [Table Schema]: https://datapackage.org/standard/table-schema/

mod constraint;
mod dialect;
mod extension;
mod field;
mod json;
mod load;
pub mod number;
mod problem;
pub mod record;
pub mod reject;
mod spelling;
pub mod spreadsheet;
mod types;
pub mod wording;

pub use constraint::Constraint;
pub use dialect::Dialect;
pub use extension::{
    AnalysisPlan, Bin, Dimension, Extension, FactsPlan, FreeText, Measure, Noun, Period, Statement,
    Subject, TimeAxis, UndeclaredColumns, Upper,
};
pub use field::{Field, FieldType, TypeError};
pub use problem::{ContractError, ContractProblem};
pub use spelling::nearest;
pub use types::value::{DateTime, Time, Value};

/// A dataset's contract. Only a valid one can be made, and it cannot be changed.
#[derive(Debug, Clone)]
pub struct Contract {
    fields: Vec<Field>,
    primary_key: Vec<usize>,
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

    /// The index of the field of this name.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name() == name)
    }

    /// The fields that make a record unique together, as indexes; none if there is no such key.
    pub fn primary_key(&self) -> &[usize] {
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
