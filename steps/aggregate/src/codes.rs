//! Codes instead of cells: each different value of a column gets a number, and only numbers are
//! counted. A cell is parsed when it is new, so a repeated one costs one look-up.

use std::hash::Hash;

use foldhash::fast::RandomState;
use indexmap::{IndexMap, IndexSet};
use pipeline_core::error::{ErrorKind, StepError, StepResult};

/// The code of a cell without a value. Codes of values begin at 1.
pub(crate) const MISSING: u32 = 0;

/// What is known of texts that were met before, forgotten as a whole when it grows over its bounds.
pub(crate) struct Memo<T> {
    known: IndexMap<Box<str>, T, RandomState>,
    size_bytes: usize,
    max_entries: usize,
    max_size_bytes: usize,
}

impl<T: Copy> Memo<T> {
    pub(crate) fn new(max_entries: usize, max_size_bytes: usize) -> Self {
        Self { known: IndexMap::default(), size_bytes: 0, max_entries, max_size_bytes }
    }

    pub(crate) fn get(&self, text: &str) -> Option<T> {
        self.known.get(text).copied()
    }

    pub(crate) fn insert(&mut self, text: &str, value: T) {
        if text.len() > self.max_size_bytes {
            return;
        }
        if self.known.len() >= self.max_entries
            || self.size_bytes + text.len() > self.max_size_bytes
        {
            self.known.clear();
            self.size_bytes = 0;
        }
        self.size_bytes += text.len();
        self.known.insert(text.into(), value);
    }
}

/// The different values of a column, in the order in which they were met. Grows with them.
pub(crate) struct Codes<V>(IndexSet<V, RandomState>);

impl<V> Default for Codes<V> {
    fn default() -> Self {
        Self(IndexSet::default())
    }
}

impl<V: Hash + Eq> Codes<V> {
    /// The code of a value.
    ///
    /// `Internal` if the column has more different values than there are codes.
    pub(crate) fn of(&mut self, value: V) -> StepResult<u32> {
        let (index, _) = self.0.insert_full(value);
        u32::try_from(index + 1).map_err(|error| {
            StepError::new(ErrorKind::Internal, "a column has too many different values to count")
                .because(error)
        })
    }

    /// The value of a code; `None` of [`MISSING`].
    pub(crate) fn value(&self, code: u32) -> Option<&V> {
        self.0.get_index((code as usize).checked_sub(1)?)
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Every value.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter()
    }
}

/// The codes of a column's cells.
pub(crate) struct Coder<V> {
    memo: Memo<u32>,
    pub(crate) codes: Codes<V>,
}

impl<V> Default for Coder<V> {
    fn default() -> Self {
        Self { memo: Memo::new(1 << 16, 1 << 22), codes: Codes::default() }
    }
}

impl<V: Hash + Eq> Coder<V> {
    /// The code of a cell, which `read` parses unless it is known.
    pub(crate) fn code(
        &mut self,
        cell: &str,
        read: impl FnOnce() -> StepResult<Option<V>>,
    ) -> StepResult<u32> {
        if let Some(code) = self.memo.get(cell) {
            return Ok(code);
        }
        let code = match read()? {
            Some(value) => self.codes.of(value)?,
            None => MISSING,
        };
        self.memo.insert(cell, code);
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_code_and_are_read_once() {
        let mut numbers = Coder::<i32>::default();
        let mut reads = 0;
        let mut code = |cell: &str| {
            numbers
                .code(cell, || {
                    reads += 1;
                    Ok(cell.parse().ok())
                })
                .unwrap()
        };
        let codes: Vec<u32> = ["7", "8", "07", "", "7", "8"].map(&mut code).to_vec();
        assert_eq!(codes, [1, 2, 1, MISSING, 1, 2]);
        assert_eq!(reads, 4);
        assert_eq!(numbers.codes.value(2), Some(&8));
        assert_eq!(numbers.codes.value(MISSING), None);
        assert_eq!(numbers.codes.value(3), None);
    }

    #[test]
    fn a_memo_keeps_its_bounds() {
        let mut memo = Memo::new(2, 10);
        memo.insert("a", 1);
        memo.insert("b", 2);
        assert_eq!((memo.get("a"), memo.get("b")), (Some(1), Some(2)));
        memo.insert("c", 3);
        assert_eq!((memo.get("a"), memo.get("c")), (None, Some(3)));
        memo.insert("longer than all", 4);
        assert_eq!((memo.get("longer than all"), memo.get("c")), (None, Some(3)));
        memo.insert("123456789", 5);
        memo.insert("12", 6);
        assert_eq!((memo.get("123456789"), memo.get("12")), (None, Some(6)));
    }
}
