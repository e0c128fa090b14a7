//! The facts of real data, on whoever's machine it is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod validated_run;

use contract::{Contract, record::RecordReader};
use validated_run::ValidatedRun;

const CONTRACT: &str = include_str!("../../../samples/smartphone-sales/contract.json");

/// The records whose cells are valid, and their number. Keys are not looked at.
fn valid_records(file: &[u8]) -> (Vec<u8>, u64) {
    let contract = Contract::from_json(CONTRACT.as_bytes()).unwrap();
    let mut reader = RecordReader::new(contract.dialect(), 1 << 20);
    reader.push(file);
    reader.finish();
    let (mut valid, mut count) = (Vec::new(), 0);
    let mut labels: Vec<String> = Vec::new();
    while let Some(record) = reader.next_record() {
        let is_header = labels.is_empty();
        if is_header {
            labels = record.cells().map(std::borrow::Cow::into_owned).collect();
        }
        let is_valid = record.cell_count() == labels.len()
            && record.cells().zip(&labels).all(|(cell, label)| {
                let (_, field) = contract.field_named(label).unwrap();
                match field.read(&cell) {
                    Ok(Some(value)) => {
                        let mut holds = true;
                        field.check(&value, &mut |_| holds = false);
                        holds
                    }
                    Ok(None) => !field.required(),
                    Err(_) => false,
                }
            });
        if is_header || is_valid {
            valid.extend_from_slice(record.bytes());
            valid.push(b'\n');
            count += u64::from(!is_header);
        }
    }
    (valid, count)
}

#[test]
#[ignore = "needs SLUICE_REAL_DATA, the path of smartphone_sales_real.csv"]
fn the_model_sold_most_is_the_one_counted_by_hand() {
    let file = std::fs::read(std::env::var("SLUICE_REAL_DATA").unwrap()).unwrap();
    let (valid, count) = valid_records(&file);
    assert_eq!(count, 717);
    let facts = ValidatedRun::new(CONTRACT, valid, count).facts();
    let most = &facts.dimensions[0].groups[0];
    assert_eq!((most.value.as_deref(), most.records), (Some("Apple iPhone 15"), 10));
    assert!(facts.dimensions[0].groups[1].records < 10);
    for dimension in &facts.dimensions {
        let listed: u64 = dimension.groups.iter().map(|group| group.records).sum();
        assert_eq!(listed + dimension.other_records, 717);
    }
    let price = &facts.measures[0];
    assert_eq!(price.segments.iter().map(|segment| segment.records).sum::<u64>(), 717);
}
