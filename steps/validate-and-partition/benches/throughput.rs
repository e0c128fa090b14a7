//! How fast files are read and checked: `cargo bench -p validate-and-partition`.

use contract::{
    Contract, Dialect,
    record::{MAX_RECORD_BYTES, RecordReader},
};
use divan::{Bencher, black_box, counter::BytesCount};
use validate_and_partition::{
    generate::{Options, smartphone_sales},
    validator::Validator,
};

const CONTRACT: &str = include_str!("../../../samples/smartphone-sales/contract.json");

fn main() {
    divan::main();
}

fn file(messy_rate: f64) -> Vec<u8> {
    let mut file = Vec::new();
    // Writing to memory does not fail.
    let _ = smartphone_sales(Options { rows: 100_000, messy_rate, seed: 1 }, &mut file);
    file
}

/// The record reader alone: records, and where their cells are.
#[divan::bench]
fn split(bencher: Bencher) {
    let file = file(0.0);
    bencher.counter(BytesCount::of_slice(&file)).bench(|| {
        let mut reader = RecordReader::new(&Dialect::default(), MAX_RECORD_BYTES);
        let mut cells = 0;
        for chunk in file.chunks(256 << 10) {
            reader.push(chunk);
            while let Some(record) = reader.next_record() {
                cells += record.cell_count();
            }
        }
        black_box(cells)
    });
}

/// Every line opens a quote that is never closed.
#[divan::bench]
fn split_hostile(bencher: Bencher) {
    let file = b"x\",\"\n".repeat(1_000_000);
    bencher.counter(BytesCount::of_slice(&file)).bench(|| {
        let mut reader = RecordReader::new(&Dialect::default(), MAX_RECORD_BYTES);
        reader.push(&file);
        reader.finish();
        let mut records = 0;
        while reader.next_record().is_some() {
            records += 1;
        }
        black_box(records)
    });
}

#[divan::bench(args = [0.0, 0.1])]
fn validate_without_keys(bencher: Bencher, messy_rate: f64) {
    let contract = CONTRACT.replace(r#""primaryKey": "order_id","#, "");
    validate(bencher, &contract, messy_rate);
}

#[divan::bench(args = [0.0, 0.1])]
fn validate_with_primary_key(bencher: Bencher, messy_rate: f64) {
    validate(bencher, CONTRACT, messy_rate);
}

fn validate(bencher: Bencher, contract: &str, messy_rate: f64) {
    let Ok(contract) = Contract::from_json(contract.as_bytes()) else { return };
    let file = file(messy_rate);
    bencher.counter(BytesCount::of_slice(&file)).bench(|| {
        let mut validator = Validator::new(&contract);
        for chunk in file.chunks(256 << 10) {
            validator.push(chunk);
            while let Some(event) = validator.next_event() {
                black_box(event);
            }
        }
        black_box(validator.tally().records)
    });
}
