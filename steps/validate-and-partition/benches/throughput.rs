//! How fast files are read and checked: `cargo bench -p validate-and-partition`.

use std::fmt::Write;

use contract::{
    Contract, Dialect,
    record::{MAX_RECORD_BYTES, RecordReader},
};
use divan::{Bencher, black_box, counter::BytesCount};
use validate_and_partition::validator::Validator;

const CONTRACT: &str = include_str!("../../../samples/smartphone-sales/contract.json");
const SAMPLE: &str = include_str!("../../../samples/smartphone-sales/good.csv");

fn main() {
    divan::main();
}

/// The sample's rows again and again, each with an order id of its own. Of every `messy_every`th row the
/// date is wrong; of none where it is 0.
fn file(messy_every: usize) -> Vec<u8> {
    let (header, rows) = SAMPLE.split_once('\n').unwrap_or_default();
    let mut file = format!("{header}\n");
    for (order, row) in (1..=100_000_usize).zip(rows.lines().cycle()) {
        let (_, row) = row.split_once(',').unwrap_or_default();
        let mess = if order.is_multiple_of(messy_every) { "x" } else { "" };
        let _ = writeln!(file, "ORD{order:09},{mess}{row}");
    }
    file.into_bytes()
}

/// The record reader alone: records, and where their cells are.
#[divan::bench]
fn split(bencher: Bencher) {
    let file = file(0);
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

#[divan::bench(args = [0, 10])]
fn validate_without_keys(bencher: Bencher, messy_every: usize) {
    let contract = CONTRACT.replace(r#""primaryKey": "order_id","#, "");
    validate(bencher, &contract, messy_every);
}

#[divan::bench(args = [0, 10])]
fn validate_with_primary_key(bencher: Bencher, messy_every: usize) {
    validate(bencher, CONTRACT, messy_every);
}

fn validate(bencher: Bencher, contract: &str, messy_every: usize) {
    let Ok(contract) = Contract::from_json(contract.as_bytes()) else { return };
    let file = file(messy_every);
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
