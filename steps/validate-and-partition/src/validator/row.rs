//! One record against the contract.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use contract::{
    Contract, FieldIndex,
    record::{Flaw, Record},
    reject::RejectCode,
    wording,
};

use super::header::Header;
use super::keys::KeySet;
use super::message::{Name, Quoted};

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The column's label; `None` for an error of the row as a whole.
    pub field: Option<Arc<str>>,
    /// The contract's field; `None` also for a column that is not declared.
    pub(super) declared: Option<FieldIndex>,
    /// The frozen code.
    pub code: RejectCode,
    /// The value and the rule, for people: on one line, at bounded length. May change.
    pub message: String,
}

/// The most extra, or missing, cells of a row that are listed one by one; more are one error that
/// counts them.
pub const MAX_LISTED_CELLS: usize = 1000;

/// How long the labels of a row's missing cells may be, in bytes together, to be listed one by one.
/// Each short row of the rejected file has them twice.
const MAX_LISTED_LABEL_BYTES: usize = 64 << 10;

/// The original cells of a record, in the order of the columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) record: Record<'a>,
    /// Cells whose text is another than the file's, in order of their columns.
    pub(super) restored: &'a [(usize, String)],
}

impl<'a> Cells<'a> {
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<Cow<'a, str>> {
        if !self.restored.is_empty()
            && let Ok(at) = self.restored.binary_search_by_key(&index, |(column, _)| *column)
            && let Some((_, text)) = self.restored.get(at)
        {
            return Some(Cow::Borrowed(text));
        }
        self.record.cell(index)
    }
}

/// Checks the rows of one file, in order. Holds the keys that were seen.
pub(super) struct Checker<'c> {
    contract: &'c Contract,
    header: Header<'c>,
    max_record_bytes: usize,
    in_primary_key: Vec<bool>,
    primary_keys: KeySet,
    /// By column; `None` where the field is not unique.
    unique: Vec<Option<KeySet>>,
    /// The bytes of the row's keys, and which of them are whose.
    primary_key: Vec<u8>,
    unique_key: Vec<u8>,
    unique_keys: Vec<(usize, Range<usize>)>,
    errors: Vec<RowError>,
}

impl<'c> Checker<'c> {
    pub(super) fn new(contract: &'c Contract, header: Header<'c>, max_record_bytes: usize) -> Self {
        let in_primary_key = header
            .columns
            .iter()
            .map(|column| column.field.is_some_and(|(at, _)| contract.primary_key().contains(&at)))
            .collect();
        let unique = header
            .columns
            .iter()
            .map(|column| column.field.is_some_and(|(_, field)| field.unique()).then(KeySet::new))
            .collect();
        Self {
            contract,
            header,
            max_record_bytes,
            in_primary_key,
            primary_keys: KeySet::new(),
            unique,
            primary_key: Vec::new(),
            unique_key: Vec::new(),
            unique_keys: Vec::new(),
            errors: Vec::new(),
        }
    }

    pub(super) fn header(&self) -> &Header<'c> {
        &self.header
    }

    /// The header, and what is wrong with the row that was checked last.
    pub(super) fn result(&self) -> (&Header<'c>, &[RowError]) {
        (&self.header, &self.errors)
    }

    /// Finds everything that is wrong with the row, in Frictionless's order:
    /// cells in order of their columns, extra cells, missing cells, unique fields, the primary key.
    pub(super) fn check(&mut self, cells: &Cells<'_>) {
        self.errors.clear();
        if let Some(error) = self.unreadable(&cells.record) {
            self.errors.push(error);
            return;
        }
        let (blank, has_key) = self.check_cells(cells);
        if blank {
            self.errors.clear();
            self.row_error(RejectCode::BlankRow, "the row has no value".to_owned());
            return;
        }
        self.check_count(&cells.record);
        self.check_unique(cells);
        self.check_primary_key(cells, has_key);
    }

    fn row_error(&mut self, code: RejectCode, message: String) {
        self.errors.push(RowError { field: None, declared: None, code, message });
    }

    fn unreadable(&self, record: &Record<'_>) -> Option<RowError> {
        let (code, message) = match record.flaw() {
            Some(Flaw::UnclosedQuote) => {
                let most = wording::count(self.max_record_bytes as u64);
                let message = format!(
                    "a quote is opened and not closed within {most} bytes or the rest of the file"
                );
                (RejectCode::RecordTooLong, message)
            }
            Some(Flaw::TooLong) => {
                let most = wording::count(self.max_record_bytes as u64);
                (RejectCode::RecordTooLong, format!("the line is longer than {most} bytes"))
            }
            None => {
                let error = std::str::from_utf8(record.bytes()).err()?;
                let at = error.valid_up_to();
                let byte = record.bytes().get(at).copied().unwrap_or_default();
                let message =
                    format!("byte {} of the record, 0x{byte:02X}, is not valid UTF-8", at + 1);
                (RejectCode::EncodingError, message)
            }
        };
        Some(RowError { field: None, declared: None, code, message })
    }

    /// Types and constraints. Tells whether every cell is missing, and whether the primary key has
    /// any value.
    fn check_cells(&mut self, cells: &Cells<'_>) -> (bool, bool) {
        let (mut blank, mut has_key) = (true, false);
        self.primary_key.clear();
        self.unique_key.clear();
        self.unique_keys.clear();
        for (index, column) in self.header.columns.iter().enumerate() {
            let Some((declared, field)) = column.field else {
                blank = blank && cells.get(index).is_none_or(|cell| cell.is_empty());
                continue;
            };
            let error = |code, message| RowError {
                field: Some(Arc::clone(&column.label)),
                declared: Some(declared),
                code,
                message,
            };
            let cell = cells.get(index);
            let value = match cell.as_deref().map(|cell| field.read(cell)) {
                Some(Ok(value)) => value,
                Some(Err(rule)) => {
                    let message = format!("{} {rule}", Quoted(cell.as_deref().unwrap_or_default()));
                    self.errors.push(error(RejectCode::TypeError, message));
                    blank = false;
                    if self.in_primary_key[index] {
                        self.primary_key.push(MISSING_PART);
                    }
                    continue;
                }
                None => None,
            };
            let Some(value) = value else {
                if field.required() {
                    let message = match cell.as_deref() {
                        None | Some("") => "a value is required".to_owned(),
                        Some(text) => {
                            format!("{} counts as missing, and a value is required", Quoted(text))
                        }
                    };
                    self.errors.push(error(RejectCode::ConstraintError, message));
                }
                if self.in_primary_key[index] {
                    self.primary_key.push(MISSING_PART);
                }
                continue;
            };
            blank = false;
            field.check(&value, &mut |constraint| {
                let message =
                    format!("{} {constraint}", Quoted(cell.as_deref().unwrap_or_default()));
                self.errors.push(error(RejectCode::ConstraintError, message));
            });
            if self.in_primary_key[index] {
                has_key = true;
                value.write_key(&mut self.primary_key);
            }
            if self.unique[index].is_some() {
                let start = self.unique_key.len();
                value.write_key(&mut self.unique_key);
                self.unique_keys.push((index, start..self.unique_key.len()));
            }
        }
        (blank, has_key)
    }

    /// Whether the row has as many cells as the header has labels.
    fn check_count(&mut self, record: &Record<'_>) {
        let (found, columns) = (record.cell_count(), self.header.columns.len());
        let whole = self.header.cells;
        if found > whole {
            let extra = found - whole;
            if extra > MAX_LISTED_CELLS {
                let message = format!(
                    "{} cells are beyond the header's {whole} columns",
                    wording::count(extra as u64)
                );
                self.row_error(RejectCode::ExtraCell, message);
                return;
            }
            for index in whole..found {
                let cell = record.cell(index).unwrap_or_default();
                let message = format!(
                    "cell {}, {}, is beyond the header's {whole} columns",
                    index + 1,
                    Quoted(&cell)
                );
                self.row_error(RejectCode::ExtraCell, message);
            }
        }
        let missing = self.header.columns.get(found..).unwrap_or_default();
        let label_bytes: usize = missing.iter().map(|column| column.label.len()).sum();
        if missing.len() > MAX_LISTED_CELLS || label_bytes > MAX_LISTED_LABEL_BYTES {
            let message = format!(
                "{} cells are missing: the row ends after {found} of {columns} cells",
                wording::count(missing.len() as u64)
            );
            self.row_error(RejectCode::MissingCell, message);
            return;
        }
        for column in missing {
            self.errors.push(RowError {
                field: Some(Arc::clone(&column.label)),
                declared: column.field.map(|(index, _)| index),
                code: RejectCode::MissingCell,
                message: format!("the row ends after {found} of {columns} cells"),
            });
        }
    }

    fn check_unique(&mut self, cells: &Cells<'_>) {
        for (index, range) in &self.unique_keys {
            let (Some(Some(seen)), Some(column)) =
                (self.unique.get_mut(*index), self.header.columns.get(*index))
            else {
                continue;
            };
            let key = self.unique_key.get(range.clone()).unwrap_or_default();
            if let Some(earlier) = seen.insert(key, cells.record.number()) {
                let cell = cells.get(*index).unwrap_or_default();
                self.errors.push(RowError {
                    field: Some(Arc::clone(&column.label)),
                    declared: column.field.map(|(index, _)| index),
                    code: RejectCode::UniqueError,
                    message: format!("{} is the same as in row {earlier}", Quoted(&cell)),
                });
            }
        }
    }

    fn check_primary_key(&mut self, cells: &Cells<'_>, has_key: bool) {
        if self.contract.primary_key().is_empty() {
            return;
        }
        if !has_key {
            let key = self.describe_key(|column, _| Name(&column.label).to_string());
            self.row_error(RejectCode::PrimaryKey, format!("the primary key ({key}) has no value"));
            return;
        }
        let number = cells.record.number();
        if let Some(earlier) = self.primary_keys.insert(&self.primary_key, number) {
            let key = self.describe_key(|column, index| {
                let cell = cells.get(index).unwrap_or_default();
                format!("{} {}", Name(&column.label), Quoted(&cell))
            });
            let message = format!("the primary key ({key}) is the same as in row {earlier}");
            self.row_error(RejectCode::PrimaryKey, message);
        }
    }

    fn describe_key(
        &self,
        describe: impl Fn(&super::header::Column<'_>, usize) -> String,
    ) -> String {
        let parts: Vec<String> = self
            .header
            .columns
            .iter()
            .enumerate()
            .filter(|(index, _)| self.in_primary_key[*index])
            .map(|(index, column)| describe(column, index))
            .collect();
        parts.join(", ")
    }
}

/// Stands for a part of the primary key without a value. No value's key begins with it.
const MISSING_PART: u8 = 0;
