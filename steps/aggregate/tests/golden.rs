//! Facts that were computed by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod validated_run;

use validated_run::{FACTS, PROCESSED, ValidatedRun, block_on};

use pipeline_core::{error::ErrorKind, ports::ObjectStore, run::PublishedObject};

const CONTRACT: &str = include_str!("golden/contract.json");
const FILE: &str = include_str!("golden/processed.csv");

fn golden() -> ValidatedRun {
    ValidatedRun::new(CONTRACT, FILE, 6)
}

#[test]
fn the_facts_are_those_computed_by_hand() {
    assert_eq!(golden().json(), include_str!("golden/facts.json"));
}

#[test]
fn batches_and_chunks_leave_no_trace() {
    for (rows, chunk_size) in [(1, 1), (2, 7), (4, 1 << 16)] {
        let mut validated = golden();
        validated.config.batch_rows = rows;
        validated.store = validated.store.with_chunk_size(chunk_size);
        assert_eq!(validated.json(), include_str!("golden/facts.json"), "{rows} {chunk_size}");
    }
}

/// The validator takes labels without the blanks around them, and a processed file keeps its bytes.
#[test]
fn blanks_around_a_label_leave_no_trace() {
    let (header, rows) = FILE.split_once('\n').unwrap();
    let header: Vec<String> = header.split(',').map(|label| format!(" {label} ")).collect();
    let file = format!("{}\n{rows}", header.join(","));
    assert_eq!(ValidatedRun::new(CONTRACT, &file, 6).json(), include_str!("golden/facts.json"));
}

/// Prints the facts in a process that has so many threads.
#[test]
#[ignore = "a part of the_number_of_threads_leaves_no_trace"]
fn print_facts() {
    let mut validated = golden();
    validated.config.batch_rows = 2;
    print!("{}", validated.json());
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    for threads in ["1", "3"] {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "print_facts", "--ignored", "--nocapture", "--quiet"])
            .env("RAYON_NUM_THREADS", threads)
            .env("POLARS_MAX_THREADS", threads)
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains(include_str!("golden/facts.json")), "{threads}: {printed}");
    }
}

#[test]
fn the_object_says_where_it_comes_from() {
    let validated = golden();
    let output = validated.run().unwrap();
    assert_eq!(output.records, 6);
    let info = block_on(validated.store.head(FACTS, None)).unwrap();
    assert_eq!(info.content_type, "application/json");
    assert_eq!(info.checksum, format!("sha256:{}", output.facts.sha256));
    assert_eq!(info.size_bytes, output.facts.size_bytes);
    let metadata: Vec<_> = info.metadata.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        metadata,
        [
            ("correlation-id", "run-1"),
            ("file-hash", output.facts.sha256.as_str()),
            ("processed-at", "2026-01-02T03:04:05Z"),
            ("record-count", "6"),
            ("source-etag", "etag"),
            ("source-version-id", "v7"),
        ]
    );
}

#[test]
fn what_the_validator_would_not_let_through_is_an_error() {
    fn check(file: &str, valid: u64, expect: &str) {
        let validated = ValidatedRun::new(CONTRACT, file, valid);
        let error = validated.run().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(error.report().contains(expect), "{}", error.report());
        assert!(!error.report().contains("secret"), "{}", error.report());
        assert_eq!(validated.store.bytes(FACTS), None);
    }
    check(FILE, 5, "not as many records as the validator counted");
    check(FILE, 5, "expected=5, found=6");
    check(FILE, 7, "expected=7, found=6");
    check("", 0, "no header");
    check("id,price\n1,secret\n", 1, "a cell is not of its field's type (field=price)");
    check("id,price\n1,secret\n", 1, "record=2");
    check("id,price\nsecret\n", 1, "more or fewer cells than the header");
    check("id,price\n1,2\n\n", 2, "more or fewer cells than the header");
    check("id,price\n\"secret,2\n", 1, "no end where it should");
}

#[test]
fn other_bytes_than_the_validator_published_are_an_error() {
    let mut validated = golden();
    let mut published = PublishedObject {
        key: PROCESSED.into(),
        size_bytes: FILE.len() as u64,
        sha256: block_on(validated.store.head(PROCESSED, None)).unwrap().checksum.split_off(7),
    };
    validated.input.validation.processed = Some(published.clone());
    validated.run().unwrap();
    published.sha256 = "0".repeat(64);
    validated.input.validation.processed = Some(published);
    let error = validated.run().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.report().contains("not the one that the validator published"));
}

#[test]
fn a_record_that_is_not_text_is_an_error() {
    let validated = ValidatedRun::new(CONTRACT, b"id,price\n\xff,2\n", 1);
    assert!(validated.run().unwrap_err().report().contains("it is not UTF-8"));
}

#[test]
fn the_contract_is_the_pinned_one() {
    let mut validated = golden();
    validated.input.run.contract.sha256 = "0".repeat(64);
    assert_eq!(validated.run().unwrap_err().kind(), ErrorKind::PreconditionFailed);

    let validated = ValidatedRun::new("{}", FILE, 6);
    assert_eq!(validated.run().unwrap_err().kind(), ErrorKind::Contract);

    let validated = golden();
    validated.store.remove(PROCESSED);
    assert_eq!(validated.run().unwrap_err().kind(), ErrorKind::ObjectNotFound);
}

#[test]
fn a_contract_without_facts_has_the_counts() {
    let contract = r#"{ "fields": [{ "name": "id", "type": "integer" }] }"#;
    let facts = ValidatedRun::new(contract, "id\n1\n2\n", 2).facts();
    assert_eq!((facts.records.valid, facts.completeness[0].present), (2, 2));
    assert!(facts.measures.is_empty() && facts.dimensions.is_empty() && facts.time.is_none());
}
