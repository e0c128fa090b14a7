//! What holds for every input: nothing panics, numbers compare as what they are, keys are exact.

use std::cmp::Ordering;

use contract::number::Number;
use contract::{Contract, Value};
use proptest::prelude::*;

const SAMPLE: &str = include_str!("../../../samples/smartphone-sales/contract.json");

/// A number's text with at most 30 digits and a small exponent.
fn decimal() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+-]?[0-9]{1,4}",
        "[+-]?0{0,3}[0-9]{0,25}[0-9]\\.[0-9]{0,5}(e[+-]?[0-9]{1,2})?",
        "[+-]?\\.[0-9]{1,22}(E[0-9])?",
        "-?[0-9]{15,21}0{0,4}",
    ]
}

/// The number times 10^160 as a sign and digits of one length: slow and obvious.
fn expanded(text: &str) -> (bool, String) {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = text.to_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let zeros = 160 + exponent - i32::try_from(part.len()).unwrap_or_default();
    let zeros = "0".repeat(usize::try_from(zeros).unwrap_or_default());
    let digits = format!("{:0>400}", format!("{whole}{part}{zeros}"));
    (negative && digits.contains(|digit| digit != '0'), digits)
}

fn reference(left: &str, right: &str) -> Ordering {
    match (expanded(left), expanded(right)) {
        ((false, left), (false, right)) => left.cmp(&right),
        ((true, left), (true, right)) => right.cmp(&left),
        ((true, _), (false, _)) => Ordering::Less,
        ((false, _), (true, _)) => Ordering::Greater,
    }
}

fn key(value: &Value<'_>) -> Vec<u8> {
    let mut key = Vec::new();
    value.write_key(&mut key);
    key
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn bytes_are_never_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Contract::from_json(&bytes);
    }

    #[test]
    fn a_mutated_contract_is_read_or_refused(
        at in 0..SAMPLE.len(),
        length in 0_usize..40,
        replacement in prop_oneof![
            "[\\[\\]{}:,\"a-z0-9.-]{0,12}", Just("null".to_owned()), Just("[]".to_owned()),
            Just("{}".to_owned()), Just("1e999".to_owned()), Just("\"\"".to_owned()),
        ],
    ) {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, replacement.bytes());
        if let Err(error) = Contract::from_json(&bytes) {
            prop_assert!(!error.problems.is_empty());
            prop_assert!(error.problems.iter().all(|problem| problem.path.starts_with('$')));
        }
    }

    #[test]
    fn cells_are_never_too_much(
        cell in any::<String>(),
        number in "[0-9+.,eE€ -]{0,30}",
        format in "(%[a-zA-Z%]|[ /.:-]){1,6}",
    ) {
        let json = serde_json::json!({ "fields": [
            { "name": "a", "type": "string", "format": "email", "constraints": { "minLength": 3 } },
            { "name": "b", "type": "number", "bareNumber": false, "groupChar": ",",
              "constraints": { "minimum": 0, "enum": [1, 2] } },
            { "name": "c", "type": "datetime" },
            { "name": "d", "type": "time", "constraints": { "maximum": "12:00:00" } },
            { "name": "e", "type": "yearmonth" },
            { "name": "f", "type": "string", "format": "uuid" },
            { "name": "g", "type": "number", "decimalChar": "," },
        ] });
        let contract = Contract::from_json(json.to_string().as_bytes()).expect("it is valid");
        let dated = serde_json::json!({ "fields": [{ "name": "a", "type": "date", "format": format }] });
        let dated = Contract::from_json(dated.to_string().as_bytes());
        for field in contract.fields().iter().chain(dated.iter().flat_map(Contract::fields)) {
            for cell in [&cell, &number] {
                if let Ok(Some(value)) = field.read(cell) {
                    field.check(&value, &mut |_| ());
                    prop_assert_eq!(&value, &value.clone().into_owned());
                }
            }
        }
    }

    #[test]
    fn numbers_compare_by_value(left in decimal(), right in decimal()) {
        let expect = reference(&left, &right);
        let (left, right): (Number, Number) = (left.parse().unwrap(), right.parse().unwrap());
        prop_assert_eq!(left.cmp(&right), expect);
        prop_assert_eq!(left == right, expect.is_eq());
        let (left_key, right_key) = (key(&Value::Number(left)), key(&Value::Number(right)));
        prop_assert_eq!(left_key == right_key, expect.is_eq());
        prop_assert!(expect.is_eq() || !left_key.starts_with(&right_key));
    }

    #[test]
    fn a_numbers_text_is_the_number(text in decimal()) {
        let number: Number = text.parse().unwrap();
        let shown = number.to_string();
        prop_assert_eq!(reference(&text, &shown), Ordering::Equal);
        prop_assert_eq!(shown.parse::<Number>().unwrap(), number.clone());
        // The text may be a negative zero, which is no number of its own here.
        let nearest = text.parse::<f64>().unwrap() + 0.0;
        prop_assert_eq!(number.to_f64().to_bits(), nearest.to_bits());
    }

    #[test]
    fn at_its_scale_a_number_is_whole(
        mantissa in -1_000_000_000_000_i64..1_000_000_000_000, decimals in 0_u32..12
    ) {
        let number: Number = format!("{mantissa}e-{decimals}").parse().unwrap();
        prop_assert!(number.scale() <= decimals);
        prop_assert_eq!(number.to_i128_at_scale(decimals), Some(mantissa.into()));
        prop_assert!(number.to_i128_at_scale(number.scale()).is_some());
        if let Some(less) = number.scale().checked_sub(1) {
            prop_assert_eq!(number.to_i128_at_scale(less), None);
        }
    }

    #[test]
    fn whole_numbers_are_exact(value in any::<i128>()) {
        let number: Number = value.to_string().parse().unwrap();
        prop_assert_eq!(&Number::from(value), &number);
        prop_assert_eq!(&Number::parse_integer(&value.to_string()).unwrap(), &number);
        prop_assert_eq!(number.to_i128_at_scale(0), Some(value));
    }

    #[test]
    fn keys_of_several_values_are_equal_only_if_each_is(
        left in (any::<String>(), any::<i64>(), any::<String>()),
        right in (any::<String>(), any::<i64>(), any::<String>()),
    ) {
        fn keys(values: &(String, i64, String)) -> Vec<u8> {
            let mut out = Vec::new();
            Value::String(values.0.as_str().into()).write_key(&mut out);
            Value::Integer(values.1.into()).write_key(&mut out);
            Value::String(values.2.as_str().into()).write_key(&mut out);
            out
        }
        prop_assert_eq!(keys(&left) == keys(&right), left == right);
    }
}
