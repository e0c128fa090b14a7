//! The reader against its definition, byte by byte, and its bounds.

use proptest::prelude::*;

use super::*;

/// A record as the tests compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    number: u64,
    line: u64,
    offset: u64,
    bytes: Vec<u8>,
    terminator: Vec<u8>,
    cells: Vec<String>,
    raw_cells: Vec<Vec<u8>>,
    flaw: Option<Flaw>,
    is_comment: bool,
}

fn read(file: &[u8], dialect: Dialect, max: usize, chunks: &[usize]) -> Vec<Seen> {
    let mut reader = RecordReader::new(&dialect, max);
    let mut seen: Vec<Seen> = Vec::new();
    let mut drain = |reader: &mut RecordReader| {
        while let Some(record) = reader.next_record() {
            assert!(record.bytes().len() <= max.max(1));
            if record.is_continuation() {
                let whole = seen.last_mut().unwrap();
                assert_eq!(whole.number, record.number());
                assert_eq!(whole.line, record.line());
                assert_eq!(whole.is_comment, record.is_comment());
                assert_eq!(record.flaw(), Some(Flaw::TooLong));
                whole.bytes.extend_from_slice(record.bytes());
                whole.terminator = record.terminator().to_vec();
                continue;
            }
            seen.push(Seen {
                number: record.number(),
                line: record.line(),
                offset: record.offset(),
                bytes: record.bytes().to_vec(),
                terminator: record.terminator().to_vec(),
                cells: record.cells().map(Cow::into_owned).collect(),
                raw_cells: (0..record.cell_count())
                    .map(|index| record.bytes()[record.cell_range(index).unwrap()].to_vec())
                    .collect(),
                flaw: record.flaw(),
                is_comment: record.is_comment(),
            });
        }
    };
    let mut rest = file;
    for size in chunks.iter().copied().chain([usize::MAX]) {
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        reader.push(chunk);
        drain(&mut reader);
        rest = after;
    }
    reader.finish();
    drain(&mut reader);
    seen
}

/// The definition, byte by byte and without regard to speed: the state machine of Python's `csv`.
fn model(file: &[u8], dialect: Dialect, max: usize) -> Vec<Seen> {
    #[derive(PartialEq)]
    enum In {
        Start,
        Plain,
        Quotes,
        AfterQuote,
    }
    let mut seen = Vec::new();
    let mut start = if file.starts_with(BYTE_ORDER_MARK) { 3 } else { 0 };
    let mut line = 1;
    let is_break = |at: usize| matches!(file[at], b'\n' | b'\r');
    while start < file.len() {
        let mut state = In::Start;
        let mut cells: Vec<(Vec<u8>, Vec<u8>)> = vec![Default::default()];
        let mut at = start;
        while at < file.len() && at - start <= max && !(state != In::Quotes && is_break(at)) {
            let byte = file[at];
            let (text, raw) = cells.last_mut().unwrap();
            let next = match state {
                In::Start if byte == dialect.quote_char => In::Quotes,
                In::AfterQuote if byte == dialect.quote_char => {
                    text.push(byte);
                    In::Quotes
                }
                In::Quotes if byte == dialect.quote_char => In::AfterQuote,
                In::Quotes => {
                    text.push(byte);
                    In::Quotes
                }
                In::Start | In::Plain | In::AfterQuote if byte == dialect.delimiter => In::Start,
                In::Start | In::Plain | In::AfterQuote => {
                    text.push(byte);
                    In::Plain
                }
            };
            if next == In::Start {
                cells.push(Default::default());
            } else {
                raw.push(byte);
            }
            state = next;
            at += 1;
        }
        let line_end = (start..file.len()).find(|at| is_break(*at)).unwrap_or(file.len());
        let bounded = at - start <= max;
        let ends = bounded && state != In::Quotes && (at == file.len() || is_break(at));
        let (end, flaw) = match (ends, line_end - start <= max) {
            (true, _) => (at, None),
            (false, true) => (line_end, Some(Flaw::UnclosedQuote)),
            (false, false) => (line_end, Some(Flaw::TooLong)),
        };
        let terminator = match &file[end..] {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        let bytes = &file[start..end];
        let utf8 = std::str::from_utf8(bytes).is_ok();
        let comment = dialect.comment_char;
        let first = match flaw {
            None => cells[0].0.first(),
            Some(_) => bytes.first(),
        };
        let is_comment = comment.is_some() && first.copied() == comment;
        if flaw.is_some() || bytes.is_empty() {
            cells.clear();
        }
        seen.push(Seen {
            number: seen.len() as u64 + 1,
            line,
            offset: start as u64,
            bytes: bytes.to_vec(),
            terminator: file[end..end + terminator].to_vec(),
            raw_cells: cells.iter().map(|(_, raw)| raw.clone()).collect(),
            cells: cells
                .into_iter()
                .filter(|_| utf8)
                .map(|(text, _)| String::from_utf8(text).unwrap())
                .collect(),
            flaw,
            is_comment,
        });
        let whole = &file[start..end + terminator];
        let breaks = |at: &usize| {
            whole[*at] == b'\n' || whole[*at] == b'\r' && whole.get(at + 1) != Some(&b'\n')
        };
        line += (0..whole.len()).filter(breaks).count() as u64;
        start = end + terminator;
    }
    seen
}

/// Bytes that make structure likely, any byte now and then.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        6 => prop::sample::select(b"\",\n\rab#".to_vec()),
        1 => any::<u8>(),
    ];
    let bom = prop_oneof![
        4 => Just(Vec::new()),
        1 => Just(BYTE_ORDER_MARK.to_vec()),
        1 => Just(BYTE_ORDER_MARK[..2].to_vec()),
    ];
    (bom, prop::collection::vec(byte, 0..120)).prop_map(|(bom, bytes)| [bom, bytes].concat())
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop_oneof![
        3 => Just(Dialect::default()),
        1 => Just(Dialect { comment_char: Some(b'#'), ..Dialect::default() }),
        1 => Just(Dialect { delimiter: b'a', quote_char: b'b', comment_char: Some(b',') }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_in_any_chunks_are_read_as_defined(
        file in file(),
        dialect in dialect(),
        max in prop_oneof![1..12_usize, Just(MAX_RECORD_BYTES)],
        chunks in prop::collection::vec(0..9_usize, 0..60),
    ) {
        let seen = read(&file, dialect, max, &chunks);
        let all: Vec<u8> =
            seen.iter().flat_map(|one| [one.bytes.clone(), one.terminator.clone()].concat()).collect();
        prop_assert_eq!(&all, file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&file));
        prop_assert_eq!(seen, model(&file, dialect, max));
    }

    #[test]
    fn a_written_cell_is_read_back(cells in prop::collection::vec("[a,;\"'\r\n é]{0,6}", 2..5)) {
        let dialect = Dialect { delimiter: b';', quote_char: b'\'', comment_char: None };
        let mut file = Vec::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                file.push(dialect.delimiter);
            }
            write_cell(cell.as_bytes(), &dialect, &mut file);
        }
        let seen = read(&file, dialect, MAX_RECORD_BYTES, &[]);
        prop_assert_eq!(&seen[0].cells, &cells);
        prop_assert_eq!(seen.len(), 1);
    }
}

#[test]
fn cells_and_terminators() {
    fn check(file: &str, expect: &[&[&str]]) {
        let seen = read(file.as_bytes(), Dialect::default(), 64, &[]);
        let cells: Vec<Vec<&str>> =
            seen.iter().map(|one| one.cells.iter().map(String::as_str).collect()).collect();
        assert_eq!(cells, expect, "{file:?}");
        assert!(seen.iter().all(|one| one.flaw.is_none()), "{file:?}");
    }
    check("", &[]);
    check("\n", &[&[]]);
    check("a,b", &[&["a", "b"]]);
    check("a,b\n", &[&["a", "b"]]);
    check("a\r\nb\nc\rd", &[&["a"], &["b"], &["c"], &["d"]]);
    check("a\n\r\nb", &[&["a"], &[], &["b"]]);
    check(",\n", &[&["", ""]]);
    check("\"\"\n", &[&[""]]);
    check("\"a\nb\r\nc\rd\",e\nf", &[&["a\nb\r\nc\rd", "e"], &["f"]]);
    check("\"a\"\"b\",\"\"\"\"\n", &[&["a\"b", "\""]]);
    check("a\"b,c\"\n", &[&["a\"b", "c\""]]);
    check("\"a\"b\"c,d\n", &[&["ab\"c", "d"]]);
    check("\"a\" ,b\n", &[&["a ", "b"]]);
    check("\u{feff}a,\u{feff}b\n", &[&["a", "\u{feff}b"]]);
    check("a\0b,\0\n", &[&["a\0b", "\0"]]);
}

#[test]
fn one_bad_quote_costs_one_line() {
    let seen = read(b"a,b\n1,\"x\n2,y\n3,z\n", Dialect::default(), MAX_RECORD_BYTES, &[]);
    let flaws: Vec<_> = seen.iter().map(|one| (one.line, one.flaw)).collect();
    let bad = Some(Flaw::UnclosedQuote);
    assert_eq!(flaws, [(1, None), (2, bad), (3, None), (4, None)]);
    assert_eq!(seen[1].bytes, b"1,\"x");
}

/// Without the memory of the failed scan this would read 4 MB a million times over.
#[test]
fn a_quote_opened_on_every_line_is_read_in_linear_time() {
    let file = b"x\",\"\n".repeat(800_000);
    let mut reader = RecordReader::new(&Dialect::default(), MAX_RECORD_BYTES);
    let mut flawed = 0_u64;
    for chunk in file.chunks(64 << 10) {
        reader.push(chunk);
        while let Some(record) = reader.next_record() {
            flawed += u64::from(record.flaw().is_some());
        }
        assert!(reader.buffer.len() <= 3 * MAX_RECORD_BYTES);
    }
    reader.finish();
    while let Some(record) = reader.next_record() {
        flawed += u64::from(record.flaw().is_some());
    }
    assert_eq!(flawed, 800_000);
}

#[test]
fn a_line_beyond_the_bound_takes_bounded_memory() {
    let mut reader = RecordReader::new(&Dialect::default(), 1000);
    let mut bytes = 0;
    for _ in 0..1000 {
        reader.push(&[b'x'; 997]);
        while let Some(record) = reader.next_record() {
            assert_eq!((record.number(), record.flaw()), (1, Some(Flaw::TooLong)));
            bytes += record.bytes().len();
        }
        assert!(reader.buffer.len() < 5000);
    }
    reader.push(b"\nnext");
    reader.finish();
    while let Some(record) = reader.next_record() {
        if record.number() == 1 {
            bytes += record.bytes().len();
        } else {
            assert_eq!(
                (record.number(), record.line(), record.bytes()),
                (2, 2, b"next".as_slice())
            );
        }
    }
    assert_eq!(bytes, 997_000);
}
