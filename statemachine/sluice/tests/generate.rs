//! `sluice generate`: the same options give the same bytes, and its mess is rejected as it should be.
#![expect(clippy::unwrap_used, reason = "a test should fail where it stands")]

mod sandbox;

use std::{collections::BTreeSet, fs};

use sandbox::{Sandbox, sample};
use serde_json::json;

#[test]
fn the_good_sample_is_a_generated_file() {
    let args = ["generate", "--rows", "200", "--messy-rate", "0", "--seed", "1"];
    let (code, file) = Sandbox::new().sluice(&args);
    assert_eq!(code, 0);
    assert_eq!(file, fs::read_to_string(sample("smartphone-sales/good.csv")).unwrap());
}

#[test]
fn generated_mess_is_rejected_and_nothing_else() {
    let sandbox = Sandbox::new();
    let file = sandbox.path("messy.csv");
    let args = ["generate", "--rows", "5000", "--messy-rate", "0.2", "--seed", "3", "--out", &file];
    assert_eq!(sandbox.sluice(&args).0, 0);
    let (code, result) = sandbox.run_one(&[&file]);
    assert_eq!((code, &result["outcome"]), (0, &json!("Completed")), "{result}");
    let records = &result["records"];
    assert_eq!(records["read"], 5000);
    assert!((900..1100).contains(&records["rejected"].as_u64().unwrap()), "{records}");
    let codes = result["rejected_by_code"].as_object().unwrap().keys().map(String::as_str);
    let expected = [
        "blank-row",
        "missing-cell",
        "extra-cell",
        "type-error",
        "constraint-error",
        "primary-key",
        "encoding-error",
    ];
    assert_eq!(codes.collect::<BTreeSet<_>>(), BTreeSet::from(expected));
}
