//! Every record comes out exactly once, whatever the file holds.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use contract::reject::REJECT_COLUMNS;
use proptest::prelude::*;

use super::*;

/// Rows of one file: bytes that make structure and every kind of error likely.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let cell = prop_oneof![
        4 => prop::sample::select(vec!["", "1", "2", "3", "007", "x", "abcdef", "N/A", "'=1", "=1+1"]),
        2 => prop::sample::select(vec!["\"a,b\"", "\"a\nb\"", "\"\"\"\"", "base64:QQ==", "-5", "'-x"]),
        1 => prop::sample::select(vec!["\"", "a\"b", "\0", "é", "\t", "'", "\"\"", "@"]),
    ];
    let separator = prop_oneof![
        8 => Just(","),
        2 => Just("\n"),
        1 => prop::sample::select(vec!["\r\n", "\r", "\n\n", ",,"]),
    ];
    let sane = prop::collection::vec((cell, separator), 0..60)
        .prop_map(|parts| parts.into_iter().flat_map(|(cell, by)| [cell, by]).collect::<String>())
        .prop_map(String::into_bytes);
    let wild = prop::collection::vec(
        prop_oneof![3 => prop::sample::select(b"\",\n\r1x".to_vec()), 1 => any::<u8>()],
        0..200,
    );
    prop_oneof![2 => sane, 1 => wild]
}

/// The records of the file, as the two outputs tell them: in order, each as its cells, or as its
/// exact bytes if it has no readable cells.
fn rebuilt(done: &Done, dialect: Dialect) -> Vec<Result<Vec<String>, Vec<u8>>> {
    let mut rejected: BTreeMap<u64, Result<Vec<String>, Vec<u8>>> = BTreeMap::new();
    for row in done.rejected_rows().into_iter().skip(1) {
        let (original, added) = row.split_at(row.len() - REJECT_COLUMNS.len());
        let (number, raw) = (added[2].parse().unwrap(), &added[6]);
        let bytes = match raw.strip_prefix("base64:") {
            Some(encoded) => BASE64.decode(encoded).unwrap(),
            None => raw.as_bytes().to_vec(),
        };
        let in_cells = bytes.is_empty() && original.iter().any(|cell| !cell.is_empty());
        let record = if in_cells { Ok(original.to_vec()) } else { Err(bytes) };
        assert!(rejected.insert(number, record).is_none(), "row {number} is there twice");
    }
    let mut processed = cells(&done.files["processed"], dialect, MAX_RECORD_BYTES).into_iter();
    processed.next();
    let mut records = Vec::new();
    for number in 2.. {
        match rejected.remove(&number).or_else(|| processed.next().map(Ok)) {
            Some(record) => records.push(record),
            None => break,
        }
    }
    assert!(rejected.is_empty(), "rows {:?} are nowhere", rejected.keys());
    records
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_records_can_be_rebuilt_from_the_outputs(
        body in body(),
        chunk_bytes in 1..40_usize,
        max_record_bytes in prop_oneof![12..30_usize, Just(MAX_RECORD_BYTES)],
    ) {
        let file = [b"id,name,size\n", body.as_slice()].concat();
        let done = try_run(CONTRACT, &file, chunk_bytes, max_record_bytes, |_, _| {}).unwrap();
        let records = done.output.records;
        prop_assert_eq!(records.read, records.valid + records.rejected);

        let dialect = Dialect::default();
        let rebuilt = rebuilt(&done, dialect);
        prop_assert_eq!(rebuilt.len() as u64, records.read);
        let mut reader = RecordReader::new(&dialect, max_record_bytes);
        reader.push(&file);
        reader.finish();
        reader.next_record();
        let mut rebuilt = rebuilt.into_iter();
        let mut pieces: Vec<u8> = Vec::new();
        while let Some(record) = reader.next_record() {
            pieces.extend_from_slice(record.bytes());
            if record.continues() {
                continue;
            }
            let found: Vec<String> = record.cells().map(std::borrow::Cow::into_owned).collect();
            match rebuilt.next() {
                Some(Ok(cells)) => prop_assert_eq!(cells, found),
                Some(Err(bytes)) => prop_assert_eq!(&bytes, &pieces),
                None => prop_assert!(false, "row {} is nowhere", record.number()),
            }
            pieces.clear();
        }
        prop_assert!(rebuilt.next().is_none());
    }

    #[test]
    fn chunks_make_no_difference(body in body(), chunk_bytes in 1..40_usize) {
        let file = [b"id,name,size\n", body.as_slice()].concat();
        let one = try_run(CONTRACT, &file, usize::MAX, 25, |_, _| {}).unwrap();
        let other = try_run(CONTRACT, &file, chunk_bytes, 25, |_, _| {}).unwrap();
        prop_assert_eq!(one.files, other.files);
        prop_assert_eq!(one.output.rejects, other.output.rejects);
    }

    #[test]
    fn no_file_is_too_strange(file in prop::collection::vec(any::<u8>(), 0..300)) {
        let done = try_run(CONTRACT, &file, 7, 50, |_, _| {}).unwrap();
        let records = done.output.records;
        prop_assert_eq!(records.read, records.valid + records.rejected);
    }

    /// What a person gets to open leads to the same end as the data file itself.
    #[test]
    fn a_spreadsheet_copy_is_as_good_as_the_rejected_file(body in body()) {
        let file = [b"id,name,size\n", body.as_slice()].concat();
        let first = run(CONTRACT, &file);
        let mut copy = Vec::new();
        let mut maker = contract::spreadsheet::SpreadsheetCopy::new();
        maker.push(&first.files["rejected"], &mut copy);
        maker.finish(&mut copy);
        let (plain, copied) = (run(CONTRACT, &first.files["rejected"]), run(CONTRACT, &copy));
        prop_assert_eq!(&plain.files, &copied.files);
        prop_assert_eq!(plain.output.records.read, first.output.records.rejected);

        // What is rejected again still tells the records.
        let again = run(CONTRACT, &plain.files["rejected"]);
        if plain.output.records.valid == 0 {
            prop_assert_eq!(plain.files, again.files);
        }
    }
}
