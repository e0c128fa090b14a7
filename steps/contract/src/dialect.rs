//! How a dataset's files are written: the part of a [Table Dialect] that is supported.
//!
//! [Table Dialect]: https://datapackage.org/standard/table-dialect/

use crate::json::Node;
use crate::problem::Problems;

/// How a CSV file is written.
///
/// Read from `sluice.dialect`, with the names of Frictionless Table Dialect: `delimiter` (`,`),
/// `quoteChar` (`"`), `commentChar` (none). `header` and `doubleQuote` may be there, but only as
/// `true`. Every other property of that standard is refused by name, so that a file is never read
/// in another way than its dialect says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between two cells; an ASCII character.
    pub delimiter: u8,
    /// What stands around a cell that holds a delimiter, a quote or a line break; an ASCII
    /// character, doubled where the cell itself has it.
    pub quote_char: u8,
    /// A record whose first cell begins with this ASCII character is a comment, and not a record.
    pub comment_char: Option<u8>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', quote_char: b'"', comment_char: None }
    }
}

const SUPPORTED: [&str; 5] = ["delimiter", "quoteChar", "commentChar", "header", "doubleQuote"];

/// Properties that would change how a file is read, in version 1 and 2 of the standard.
const REFUSED: [&str; 16] = [
    "lineTerminator",
    "escapeChar",
    "nullSequence",
    "skipInitialSpace",
    "headerRows",
    "headerJoin",
    "headerCase",
    "commentRows",
    "skipBlankRows",
    "property",
    "itemType",
    "itemKeys",
    "sheetNumber",
    "sheetName",
    "table",
    "caseSensitiveHeader",
];

impl Dialect {
    pub(super) fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Self> {
        let object = node.object(problems)?;
        for name in REFUSED {
            if let Some(node) = object.get(name) {
                problems.add(&node.path, format!("`{name}` is not supported"));
            }
        }
        let known = [SUPPORTED.as_slice(), &REFUSED].concat();
        object.only(&known, "property of a dialect", problems);
        for name in ["header", "doubleQuote"] {
            if let Some(node) = object.get(name)
                && node.boolean(problems) == Some(false)
            {
                problems.add(&node.path, "only `true` is supported");
            }
        }
        let default = Self::default();
        let mut char = |name: &str| object.get(name).and_then(|node| character(&node, problems));
        let dialect = Self {
            delimiter: char("delimiter").unwrap_or(default.delimiter),
            quote_char: char("quoteChar").unwrap_or(default.quote_char),
            comment_char: char("commentChar"),
        };
        if dialect.delimiter == dialect.quote_char
            || [dialect.delimiter, dialect.quote_char].map(Some).contains(&dialect.comment_char)
        {
            let message = "`delimiter`, `quoteChar` and `commentChar` must differ";
            problems.add(&object.path, message);
        }
        Some(dialect)
    }
}

fn character(node: &Node<'_>, problems: &mut Problems) -> Option<u8> {
    match node.string(problems)?.as_bytes() {
        [char] if char.is_ascii() && !matches!(char, b'\n' | b'\r' | 0) => Some(*char),
        _ => problems.none(&node.path, "must be one ASCII character other than a line break"),
    }
}
