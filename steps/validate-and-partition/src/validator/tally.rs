//! What a validation counts. Its size depends on the contract, not on the file.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::{FieldIndex, reject::RejectCode, wording::bounded};
use pipeline_core::{
    run::RecordCounts,
    steps::validate_and_partition::{FIRST_ROWS, RejectCount},
};

use super::row::RowError;

/// How many characters of a field's name, and of an example, a [`RejectCount`] has.
const MAX_FIELD_CHARS: usize = 100;
const MAX_EXAMPLE_CHARS: usize = 160;

/// The counts of a validation so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// `read = valid + rejected`, always.
    pub records: RecordCounts,
    /// Comments, which are no records.
    pub comments: u64,
    by_code: BTreeMap<RejectCode, u64>,
    by_field: BTreeMap<(Option<FieldIndex>, RejectCode), Errors>,
}

#[derive(Debug, Clone)]
struct Errors {
    field: Option<Arc<str>>,
    count: u64,
    first_rows: Vec<u64>,
    example: String,
}

impl Tally {
    pub(super) fn valid(&mut self) {
        self.records.read += 1;
        self.records.valid += 1;
    }

    pub(super) fn rejected(&mut self, number: u64, errors: &[RowError]) {
        self.records.read += 1;
        self.records.rejected += 1;
        for error in errors {
            *self.by_code.entry(error.code).or_default() += 1;
            let count =
                self.by_field.entry((error.declared, error.code)).or_insert_with(|| Errors {
                    // A column that is not declared may have any name, and there may be many.
                    field: error.declared.and(error.field.clone()),
                    count: 0,
                    first_rows: Vec::new(),
                    example: bounded(&error.message, MAX_EXAMPLE_CHARS),
                });
            count.count += 1;
            if count.first_rows.len() < FIRST_ROWS && count.first_rows.last() != Some(&number) {
                count.first_rows.push(number);
            }
        }
    }

    /// Errors by code; may add up to more than the rejected records.
    pub fn by_code(&self) -> &BTreeMap<RejectCode, u64> {
        &self.by_code
    }

    /// Errors by field and code, most first.
    pub fn by_field(&self) -> Vec<RejectCount> {
        let mut all: Vec<_> = self.by_field.iter().collect();
        all.sort_by_key(|(key, count)| (std::cmp::Reverse(count.count), **key));
        all.into_iter()
            .map(|((_, code), count)| RejectCount {
                field: count.field.as_deref().map(|field| bounded(field, MAX_FIELD_CHARS)),
                code: *code,
                count: count.count,
                first_rows: count.first_rows.clone(),
                example: count.example.clone(),
            })
            .collect()
    }

    /// The share of rejected records, 0 to 1; 0 of a file without records.
    pub fn reject_rate(&self) -> f64 {
        if self.records.read == 0 {
            return 0.0;
        }
        self.records.rejected as f64 / self.records.read as f64
    }
}
