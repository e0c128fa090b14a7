//! The functions that AWS adds to JSONata.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn>

use chrono::{DateTime, Utc};
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::random::Random;

/// The most items that `$range` gives, as on AWS.
const MAX_RANGE: usize = 1000;

type Evaluated = Result<JValue, EvaluatorError>;

/// Makes AWS's functions known to `evaluator`, and the time `now` its `$now` and `$millis`.
pub(super) fn register(
    evaluator: &mut Evaluator,
    random: &Random,
    now: DateTime<Utc>,
) -> Result<(), EvaluatorError> {
    evaluator.register_fn("partition", |args: &[JValue]| partition(args))?;
    evaluator.register_fn("range", |args: &[JValue]| range(args))?;
    evaluator.register_fn("hash", |args: &[JValue]| hash(args))?;
    evaluator.register_fn("parse", |args: &[JValue]| parse(args))?;
    let uuids = random.clone();
    evaluator.register_fn("uuid", move |_: &[JValue]| Ok(JValue::from(uuids.uuid())))?;
    let numbers = random.clone();
    evaluator.register_fn_override("random", move |args: &[JValue]| match args.first() {
        None => Ok(JValue::from(numbers.number())),
        Some(seed) => Ok(JValue::from(seeded_random(integer("random", "seed", seed)?))),
    })?;
    evaluator.register_fn_override("millis", move |_: &[JValue]| {
        Ok(JValue::from(now.timestamp_millis()))
    })?;
    evaluator.register_fn_override("now", move |args: &[JValue]| now_text(now, args))
}

fn failed(message: String) -> EvaluatorError {
    EvaluatorError::EvaluationError(message)
}

fn wrong_argument(function: &str, argument: &str, wanted: &str) -> EvaluatorError {
    failed(format!("T0410: Argument {argument} of function {function} must be {wanted}"))
}

fn integer(function: &str, argument: &str, value: &JValue) -> Result<i64, EvaluatorError> {
    match value {
        JValue::Number(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within ±9e15")]
            let whole = *number as i64;
            Ok(whole)
        }
        _ => Err(wrong_argument(function, argument, "an integer")),
    }
}

/// `$partition(array, size)`: the array in pieces of `size`, always an array of arrays.
fn partition(args: &[JValue]) -> Evaluated {
    let [array, size] = args else {
        return Err(wrong_argument("partition", "count", "two"));
    };
    let JValue::Array(items) = array else {
        return Err(wrong_argument("partition", "array", "an array"));
    };
    let size = usize::try_from(integer("partition", "size", size)?)
        .ok()
        .filter(|size| *size > 0)
        .ok_or_else(|| wrong_argument("partition", "size", "a positive integer"))?;
    let pieces = items.chunks(size).map(|piece| JValue::array(piece.to_vec())).collect();
    Ok(JValue::array(pieces))
}

/// `$range(first, last, step)`: a sequence, so that one item alone comes out as that item.
fn range(args: &[JValue]) -> Evaluated {
    let [first, last, step] = args else {
        return Err(wrong_argument("range", "count", "three"));
    };
    let number = |name, value: &JValue| match value {
        JValue::Number(number) if number.is_finite() => Ok(*number),
        _ => Err(wrong_argument("range", name, "a number")),
    };
    let (first, last, step) =
        (number("first", first)?, number("last", last)?, number("step", step)?);
    if step == 0.0 {
        return Err(wrong_argument("range", "step", "a number other than 0"));
    }
    let mut items = Vec::new();
    let mut next = first;
    while (step > 0.0 && next <= last) || (step < 0.0 && next >= last) {
        if items.len() == MAX_RANGE {
            return Err(failed(format!("$range gives at most {MAX_RANGE} items")));
        }
        items.push(JValue::from(next));
        next += step;
    }
    Ok(match items.pop() {
        None => JValue::Undefined,
        Some(only) if items.is_empty() => only,
        Some(last) => {
            items.push(last);
            JValue::array(items)
        }
    })
}

/// `$hash(text, algorithm)`: the digest in lower-case hexadecimal.
fn hash(args: &[JValue]) -> Evaluated {
    let [JValue::String(text), JValue::String(algorithm)] = args else {
        return Err(wrong_argument("hash", "data and algorithm", "strings"));
    };
    let text = text.as_bytes();
    let hex = match &**algorithm {
        "MD5" => format!("{:x}", Md5::digest(text)),
        "SHA-1" => format!("{:x}", Sha1::digest(text)),
        "SHA-256" => format!("{:x}", Sha256::digest(text)),
        "SHA-384" => format!("{:x}", Sha384::digest(text)),
        "SHA-512" => format!("{:x}", Sha512::digest(text)),
        _ => {
            let wanted = "one of MD5, SHA-1, SHA-256, SHA-384, SHA-512";
            return Err(wrong_argument("hash", "algorithm", wanted));
        }
    };
    Ok(JValue::from(hex))
}

/// `$parse(text)`: the JSON value in a text.
fn parse(args: &[JValue]) -> Evaluated {
    let [JValue::String(text)] = args else {
        return Err(wrong_argument("parse", "text", "a string"));
    };
    JValue::from_json_str(text).map_err(|error| failed(format!("Invalid JSON: {error}")))
}

/// `$random(seed)` is the first number of a generator with that seed, the same every time.
///
/// AWS does not say which generator. This is `java.util.Random`, the one of the Java platform
/// that Step Functions' JSONata runs on: 48-bit linear congruential, `nextDouble`.
fn seeded_random(seed: i64) -> f64 {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;
    let mut state = (seed.cast_unsigned() ^ MULTIPLIER) & MASK;
    let mut next = |bits: u32| {
        state = (state.wrapping_mul(MULTIPLIER) + 0xB) & MASK;
        state >> (48 - bits)
    };
    let high = next(26) << 27;
    (high + next(27)) as f64 / (1_u64 << 53) as f64
}

/// `$now(picture, timezone)` is `$fromMillis` of the present.
fn now_text(now: DateTime<Utc>, args: &[JValue]) -> Evaluated {
    let mut context = Context::new();
    context.bind("millis".to_owned(), JValue::from(now.timestamp_millis()));
    let source = match args {
        [] => "$fromMillis($millis)",
        [picture] => {
            context.bind("picture".to_owned(), picture.clone());
            "$fromMillis($millis, $picture)"
        }
        [picture, timezone, ..] => {
            context.bind("picture".to_owned(), picture.clone());
            context.bind("timezone".to_owned(), timezone.clone());
            "$fromMillis($millis, $picture, $timezone)"
        }
    };
    let ast = parser::parse(source).map_err(|error| failed(error.to_string()))?;
    Evaluator::with_context(context).evaluate(&ast, &JValue::Undefined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluate(source: &str) -> Evaluated {
        let mut evaluator = Evaluator::new();
        register(&mut evaluator, &Random::seeded(7), DateTime::UNIX_EPOCH).unwrap();
        evaluator.evaluate(&parser::parse(source).unwrap(), &JValue::Undefined)
    }

    #[track_caller]
    fn check(source: &str, expect: &str) {
        assert_eq!(evaluate(source).unwrap().to_json_string().unwrap(), expect, "{source}");
    }

    #[test]
    fn partition_always_nests() {
        check("$partition([1, 2, 3], 2)", "[[1,2],[3]]");
        check("$partition([1], 1)", "[[1]]");
        check("$partition([1, 2], 1)", "[[1],[2]]");
        check("$partition([], 3)", "[]");
        assert!(evaluate("$partition([1], 0)").is_err());
        assert!(evaluate("$partition(1, 1)").is_err());
        assert!(evaluate("$partition([1], 1.5)").is_err());
    }

    #[test]
    fn range_of_one_is_that_one() {
        check("$range(0, 9, 3)", "[0,3,6,9]");
        check("$range(1, 9, 9)", "1");
        check("$range(9, 1, -4)", "[9,5,1]");
        assert!(evaluate("$range(1, 0, 1)").unwrap().is_undefined());
        assert!(evaluate("$range(1, 2, 0)").is_err());
        check("$count($range(1, 1000, 1))", "1000");
        assert!(evaluate("$range(0, 1e9, 1)").is_err());
    }

    #[test]
    fn hash_by_algorithm() {
        check("$hash('abc', 'MD5')", "\"900150983cd24fb0d6963f7d28e17f72\"");
        check("$hash('abc', 'SHA-1')", "\"a9993e364706816aba3e25717850c26c9cd0d89d\"");
        check(
            "'abc' ~> $hash('SHA-256')",
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"",
        );
        assert!(evaluate("$hash('abc', 'SHA-3')").is_err());
        assert!(evaluate("$hash(1, 'MD5')").is_err());
    }

    #[test]
    fn random_repeats_only_with_a_seed() {
        // java.util.Random(42).nextDouble()
        check("$random(42)", "0.7275636800328681");
        check("$random() = $random()", "false");
        check("$random() < 1", "true");
        assert!(evaluate("$random('x')").is_err());
    }

    #[test]
    fn parse_now_and_uuid() {
        check("$parse('{\"a\": [1, null]}')", "{\"a\":[1,null]}");
        assert!(evaluate("$parse('{')").is_err());
        check("$now()", "\"1970-01-01T00:00:00.000Z\"");
        check("$now('[Y]')", "\"1970\"");
        check("$millis()", "0");
        check("$length($uuid())", "36");
        check("$uuid() = $uuid()", "false");
    }
}
