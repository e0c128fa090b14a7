//! The one real file, row by row. It is no one's to publish, so it is not here: the test runs where
//! `SLUICE_REAL_DATA` names it.

use std::{collections::BTreeMap, env, fs, path::Path};

use contract::Contract;
use validate_and_partition::validator::{Event, Validator};

#[test]
#[ignore = "needs SLUICE_REAL_DATA, the path of the real file"]
fn the_real_file_has_716_valid_and_286_rejected_records() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/smartphone-sales");
    let contract = Contract::from_json(&fs::read(samples.join("contract.json")).unwrap()).unwrap();
    let file = fs::read(env::var("SLUICE_REAL_DATA").unwrap()).unwrap();
    let mut validator = Validator::new(&contract);
    validator.push(&file);
    validator.finish();
    let mut by_field: BTreeMap<String, u64> = BTreeMap::new();
    let mut rows: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    while let Some(event) = validator.next_event() {
        let Event::Rejected(row) = event else { continue };
        for error in row.errors {
            let field = error.field.as_deref().unwrap_or("row");
            let code = format!("{field}:{}", error.code.as_str());
            *by_field.entry(code.clone()).or_default() += 1;
            rows.entry(row.number).or_default().push(format!("{code} {}", error.message));
        }
    }
    let records = validator.tally().records;
    assert_eq!((records.read, records.valid, records.rejected), (1002, 716, 286));
    let expect = [
        ("date:type-error", 1),
        ("price:type-error", 1),
        ("ram:constraint-error", 283),
        ("ram:type-error", 2),
        ("region:constraint-error", 1),
        ("release_year:type-error", 1),
        ("row:extra-cell", 1),
        ("row:primary-key", 1),
        ("storage:constraint-error", 3),
        ("storage:type-error", 1),
    ];
    let expect = expect.map(|(code, count)| (code.to_owned(), count));
    assert_eq!(by_field, BTreeMap::from(expect));

    assert!(rows[&45].iter().any(|error| error.starts_with("row:extra-cell")));
    assert_eq!(
        rows[&1003],
        ["row:primary-key the primary key (order_id \"ORD1400\") is the same as in row 403"]
    );
    assert!(rows[&203].iter().any(|error| error == "price:type-error \"price\" is not a number"));
}
