//! The samples of the project: each gives the outputs that stand beside it, byte for byte.
//!
//! `UPDATE_GOLDENS=1` writes them anew; what changed is then to be checked by hand.

use std::{env, fs, path::PathBuf};

use pipeline_core::run::Run;

use super::*;

fn sample(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(path)
}

fn check(dataset: &str, name: &str, records: [u64; 3]) {
    let contract = fs::read_to_string(sample(dataset).join("contract.json")).unwrap();
    let file = fs::read(sample(dataset).join(name).with_extension("csv")).unwrap();
    let change = |run: &mut Run, store: &MemoryStore| {
        run.correlation_id = String::from("sample");
        run.started_at = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        run.source.key = format!("input/{dataset}/{name}.csv");
        store.insert(&run.source.key, file.clone());
    };
    let done = try_run(&contract, &file, 4096, MAX_RECORD_BYTES, change).unwrap();
    let found = done.output.records;
    assert_eq!([found.read, found.valid, found.rejected], records);
    for (kind, bytes) in &done.files {
        let path = sample(dataset).join(format!("expected/{name}_{kind}.csv"));
        if env::var_os("UPDATE_GOLDENS").is_some() {
            fs::write(&path, bytes).unwrap();
        }
        let expect = fs::read(&path).unwrap();
        assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(&expect));
        assert_eq!(*bytes, expect);
    }
}

#[test]
fn a_good_file() {
    check("smartphone-sales", "good", [200, 200, 0]);
}

#[test]
fn a_messy_file() {
    check("smartphone-sales", "messy", [95, 68, 27]);
}

#[test]
fn an_export_in_another_dialect() {
    check("store-export", "stock", [13, 5, 8]);
}

#[test]
fn the_samples_show_every_code() {
    let mut codes: Vec<String> = ["smartphone-sales/expected/messy", "store-export/expected/stock"]
        .iter()
        .flat_map(|name| {
            let path = sample(&format!("{name}_rejected.csv"));
            let mut reader = csv::Reader::from_path(path).unwrap();
            let column =
                reader.headers().unwrap().iter().position(|label| label == "rejection_codes");
            let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
            rows.into_iter().map(move |row| row[column.unwrap()].to_owned())
        })
        .flat_map(|codes| codes.split(';').map(str::to_owned).collect::<Vec<_>>())
        .map(|code| code.rsplit(':').next().unwrap().to_owned())
        .collect();
    codes.sort();
    codes.dedup();
    let mut every = contract::reject::RejectCode::ALL.map(|code| code.as_str().to_owned());
    every.sort();
    assert_eq!(codes, every);
}
