//! Exact decimal numbers of any length.
//!
//! They are our own because a cell may have any number of digits: decimals of fixed width overflow or
//! round, and those without a bound allocate for each number and write `1e999999999` out. Here equal
//! values also have equal keys, `1.0` and `1` alike.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// Digits that always fit an `i64`, and so the longest number that needs no memory of its own.
const SHORT: usize = 18;

/// Exponents at and beyond this size are refused, as Python's `decimal` refuses them.
const EXPONENT_LIMIT: i64 = 1_000_000_000_000_000_000;

/// An exact decimal number of any length: a sign, digits and a power of ten.
///
/// It never overflows and never rounds. Equality, order and hash are those of the value (`1.0 = 1`,
/// `-0 = 0`), and none of them writes an exponent out, so `1e999999999` costs what `1` costs.
/// A number of at most 18 digits is held without allocating.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// `mantissa × 10^exponent`, with a mantissa of at most 18 digits.
    Short {
        mantissa: i64,
        exponent: i32,
    },
    Long(Box<Long>),
}

#[derive(Clone)]
struct Long {
    negative: bool,
    /// ASCII digits, of which the first and the last are not `0`.
    digits: Box<[u8]>,
    exponent: i64,
}

/// The text is not a finite number in decimal notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a number in decimal notation")]
pub struct NumberError;

impl Number {
    /// Zero.
    pub const ZERO: Self = Self(Repr::Short { mantissa: 0, exponent: 0 });

    /// Reads a whole number: an optional sign and ASCII digits, nothing else.
    pub fn parse_integer(text: &str) -> Result<Self, NumberError> {
        let (negative, body) = split_sign(text.as_bytes());
        if body.is_empty() {
            return Err(NumberError);
        }
        if body.len() > SHORT {
            let plain = body.iter().all(u8::is_ascii_digit);
            return if plain { Ok(Self::long(negative, body, 0)) } else { Err(NumberError) };
        }
        let mut mantissa: i64 = 0;
        for byte in body {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Err(NumberError);
            }
            mantissa = mantissa * 10 + i64::from(digit);
        }
        Ok(Self::short(negative, mantissa, 0))
    }

    /// Reads a number in decimal notation: an optional sign, ASCII digits with at most one point
    /// anywhere among them, and an optional exponent (`e` or `E`, an optional sign, digits).
    /// Infinities, `nan`, blanks and separators are errors.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let (negative, body) = split_sign(text.as_bytes());
        let mut mantissa: i64 = 0;
        let mut digits: usize = 0;
        let mut point: Option<usize> = None;
        let mut exponent: i64 = 0;
        let mut end = body.len();
        for (index, &byte) in body.iter().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit <= 9 {
                digits += 1;
                if digits <= SHORT {
                    mantissa = mantissa * 10 + i64::from(digit);
                }
            } else if byte == b'.' && point.is_none() {
                point = Some(digits);
            } else if matches!(byte, b'e' | b'E') {
                exponent = parse_exponent(&body[index + 1..])?;
                end = index;
                break;
            } else {
                return Err(NumberError);
            }
        }
        if digits == 0 {
            return Err(NumberError);
        }
        let decimals = point.map_or(0, |before| digits - before);
        exponent -= i64::try_from(decimals).map_err(|_| NumberError)?;
        match i32::try_from(exponent) {
            Ok(exponent) if digits <= SHORT => Ok(Self::short(negative, mantissa, exponent)),
            _ => Ok(Self::long(negative, &body[..end], exponent)),
        }
    }

    fn short(negative: bool, mantissa: i64, exponent: i32) -> Self {
        Self(Repr::Short { mantissa: if negative { -mantissa } else { mantissa }, exponent })
    }

    /// From digits, with or without a point among them, that mean a whole number times
    /// `10^exponent`.
    fn long(negative: bool, text: &[u8], mut exponent: i64) -> Self {
        let mut digits: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'.').collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
            exponent += 1;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        if digits.is_empty() {
            return Self::ZERO;
        }
        if let (true, Ok(exponent)) = (digits.len() <= SHORT, i32::try_from(exponent)) {
            let mantissa =
                digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit.wrapping_sub(b'0')));
            return Self::short(negative, mantissa, exponent);
        }
        Self(Repr::Long(Box::new(Long { negative, digits: digits.into(), exponent })))
    }

    /// The number's only form without needless zeros.
    fn canonical<'b>(&'b self, buffer: &'b mut [u8; SHORT + 1]) -> Canonical<'b> {
        match &self.0 {
            Repr::Long(long) => {
                Canonical { negative: long.negative, digits: &long.digits, exponent: long.exponent }
            }
            Repr::Short { mantissa: 0, .. } => {
                Canonical { negative: false, digits: &[], exponent: 0 }
            }
            Repr::Short { mantissa, exponent } => {
                let mut rest = mantissa.unsigned_abs();
                let mut exponent = i64::from(*exponent);
                while rest.is_multiple_of(10) {
                    rest /= 10;
                    exponent += 1;
                }
                let mut start = buffer.len();
                while rest > 0 && start > 0 {
                    start -= 1;
                    buffer[start] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
                    rest /= 10;
                }
                Canonical { negative: *mantissa < 0, digits: &buffer[start..], exponent }
            }
        }
    }

    /// How many digits after the point the number needs: 2 for `1.25` and for `1.250`, 0 for
    /// `100`. Saturates at `u32::MAX`.
    pub fn scale(&self) -> u32 {
        let exponent = self.canonical(&mut [0; SHORT + 1]).exponent;
        u32::try_from(exponent.saturating_neg().max(0)).unwrap_or(u32::MAX)
    }

    /// The number times `10^scale` if that is a whole number that fits, and `None` otherwise.
    /// `12.5` at scale 2 is `1250`.
    pub fn to_i128_at_scale(&self, scale: u32) -> Option<i128> {
        if let Repr::Short { mantissa, exponent } = self.0
            && let Ok(power) = u32::try_from(i64::from(exponent) + i64::from(scale))
        {
            let factor = 10_i128.checked_pow(power);
            return if mantissa == 0 { Some(0) } else { factor?.checked_mul(mantissa.into()) };
        }
        let mut buffer = [0; SHORT + 1];
        let canonical = self.canonical(&mut buffer);
        if canonical.digits.is_empty() {
            return Some(0);
        }
        let power = u32::try_from(canonical.exponent.checked_add(scale.into())?).ok()?;
        let factor = 10_i128.checked_pow(power)?;
        let mut value: i128 = 0;
        for digit in canonical.digits {
            let digit = i128::from(digit.wrapping_sub(b'0'));
            let digit = if canonical.negative { -digit } else { digit };
            value = value.checked_mul(10)?.checked_add(digit)?;
        }
        value.checked_mul(factor)
    }

    /// The nearest `f64`; an infinity where the number is beyond its range.
    pub fn to_f64(&self) -> f64 {
        // Both factors are exact, so the one operation on them rounds correctly.
        const EXACT_MANTISSA: u64 = 1 << f64::MANTISSA_DIGITS;
        const EXACT_POWERS: [f64; 23] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
        ];
        if let Repr::Short { mantissa, exponent } = self.0
            && mantissa.unsigned_abs() <= EXACT_MANTISSA
            && let Some(power) = EXACT_POWERS.get(exponent.unsigned_abs() as usize)
        {
            let mantissa = mantissa as f64;
            return if exponent < 0 { mantissa / power } else { mantissa * power };
        }
        let mut buffer = [0; SHORT + 1];
        let canonical = self.canonical(&mut buffer);
        let mut text = String::with_capacity(canonical.digits.len() + 24);
        for digit in canonical.digits {
            text.push(char::from(*digit));
        }
        // A write into a string cannot fail.
        let _ = write!(text, "e{}", canonical.exponent);
        let size: f64 = text.parse().unwrap_or(0.0);
        if canonical.negative { -size } else { size }
    }

    /// Appends bytes that are equal for equal numbers and different for different ones, and of
    /// which no two are each other's beginning.
    pub fn write_key(&self, out: &mut Vec<u8>) {
        let mut buffer = [0; SHORT + 1];
        let canonical = self.canonical(&mut buffer);
        out.push(if canonical.negative { b'-' } else { b'+' });
        out.extend_from_slice(&canonical.exponent.to_be_bytes());
        out.extend_from_slice(canonical.digits);
        out.push(0);
    }
}

/// `±0.d₁d₂d₃… × 10^(digits + exponent)` with no zero at either end of the digits; zero has none.
struct Canonical<'b> {
    negative: bool,
    digits: &'b [u8],
    exponent: i64,
}

impl Canonical<'_> {
    fn signum(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// The power of ten above the first digit.
    fn magnitude(&self) -> i64 {
        self.exponent.saturating_add(i64::try_from(self.digits.len()).unwrap_or(i64::MAX))
    }
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

fn parse_exponent(text: &[u8]) -> Result<i64, NumberError> {
    let (negative, digits) = split_sign(text);
    if digits.is_empty() {
        return Err(NumberError);
    }
    let mut value: i64 = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 || value >= EXPONENT_LIMIT / 10 {
            return Err(NumberError);
        }
        value = value * 10 + i64::from(digit);
    }
    Ok(if negative { -value } else { value })
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (
            Repr::Short { mantissa: left, exponent: left_exponent },
            Repr::Short { mantissa: right, exponent: right_exponent },
        ) = (&self.0, &other.0)
        {
            if left_exponent == right_exponent {
                return left.cmp(right);
            }
            // Both sides at the smaller exponent: 10^18 times 10^18 still fits.
            let shift = left_exponent.abs_diff(*right_exponent);
            if shift <= 18 {
                let factor = 10_i128.pow(shift);
                let (left, right) = (i128::from(*left), i128::from(*right));
                return if left_exponent > right_exponent {
                    (left * factor).cmp(&right)
                } else {
                    left.cmp(&(right * factor))
                };
            }
        }
        let (mut left, mut right) = ([0; SHORT + 1], [0; SHORT + 1]);
        let (left, right) = (self.canonical(&mut left), other.canonical(&mut right));
        let by_size =
            || left.magnitude().cmp(&right.magnitude()).then(left.digits.cmp(right.digits));
        left.signum().cmp(&right.signum()).then_with(|| match left.signum() {
            0 => Ordering::Equal,
            sign if sign < 0 => by_size().reverse(),
            _ => by_size(),
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut buffer = [0; SHORT + 1];
        let canonical = self.canonical(&mut buffer);
        (canonical.negative, canonical.digits, canonical.exponent).hash(state);
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::from(i128::from(value))
    }
}

impl From<i128> for Number {
    fn from(value: i128) -> Self {
        match i64::try_from(value) {
            Ok(mantissa) if mantissa.unsigned_abs() < 10_u64.pow(18) => {
                Self::short(false, mantissa, 0)
            }
            _ => Self::long(value < 0, value.unsigned_abs().to_string().as_bytes(), 0),
        }
    }
}

/// Equal numbers have equal text, and the text is a number of the same value: plain notation
/// (`-12.5`, `1000`) where it takes at most 20 zeros that the digits do not have, and `1.25e-30`
/// otherwise.
impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST_ZEROS: i64 = 20;
        let mut buffer = [0; SHORT + 1];
        let canonical = self.canonical(&mut buffer);
        let digits = std::str::from_utf8(canonical.digits).unwrap_or_default();
        let sign = if canonical.negative { "-" } else { "" };
        let magnitude = canonical.magnitude();
        if digits.is_empty() {
            return out.write_str("0");
        }
        if (0..=MOST_ZEROS).contains(&canonical.exponent) {
            let zeros = usize::try_from(canonical.exponent).unwrap_or_default();
            return write!(out, "{sign}{digits}{:0<zeros$}", "");
        }
        if canonical.exponent < 0 && magnitude > 0 {
            let (whole, part) = digits.split_at(usize::try_from(magnitude).unwrap_or_default());
            return write!(out, "{sign}{whole}.{part}");
        }
        if (-MOST_ZEROS..=0).contains(&magnitude) {
            let zeros = usize::try_from(-magnitude).unwrap_or_default();
            return write!(out, "{sign}0.{:0<zeros$}{digits}", "");
        }
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        write!(out, "{sign}{first}{point}{rest}e{}", magnitude - 1)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Number({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap_or_else(|_| panic!("{text} is a number"))
    }

    #[test]
    fn decimal_notation_is_read_and_nothing_else() {
        fn check(text: &str, expect: Option<&str>) {
            let shown = Number::parse(text).ok().map(|number| number.to_string());
            assert_eq!(shown.as_deref(), expect, "{text:?}");
        }
        check("0", Some("0"));
        check("-0.00", Some("0"));
        check("007", Some("7"));
        check("+5", Some("5"));
        check("5.", Some("5"));
        check(".5", Some("0.5"));
        check("-12.50", Some("-12.5"));
        check("1e3", Some("1000"));
        check("1E+3", Some("1000"));
        check("1.5e-3", Some("0.0015"));
        check("123456789012345678901234567890", Some("123456789012345678901234567890"));
        check("0000000000000000000000001", Some("1"));
        check("1.0000000000000000000000000", Some("1"));
        check("0.1234567890123456789", Some("0.1234567890123456789"));
        check("1e999999999", Some("1e999999999"));
        check("12e-999999999999999999", Some("1.2e-999999999999999998"));
        check("0e999999999999999999", Some("0"));
        check("1e1000000000000000000", None);
        for text in [
            "", "-", "+", ".", "e5", "1e", "1e+", "--1", "1.2.3", "1e5.0", "nan", "NaN", "inf",
            "Infinity", "1_000", " 1", "1 ", "1,5", "0x10", "٣", "½", "1e5e5", "١٢",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn whole_numbers_have_a_sign_and_digits() {
        fn check(text: &str, expect: Option<&str>) {
            let shown = Number::parse_integer(text).ok().map(|number| number.to_string());
            assert_eq!(shown.as_deref(), expect, "{text:?}");
        }
        check("0", Some("0"));
        check("-007", Some("-7"));
        check("+1", Some("1"));
        check("123456789012345678", Some("123456789012345678"));
        check("-9999999999999999999999", Some("-9999999999999999999999"));
        check("100000000000000000000000000000000000000000000000", Some("1e47"));
        for text in ["", "-", "1.0", "1e3", " 1", "1_0", "٣", "--1", "12345678901234567890x"] {
            check(text, None);
        }
    }

    #[test]
    fn order_and_equality_are_those_of_the_value() {
        fn check(left: &str, expect: Ordering, right: &str) {
            let (left, right) = (number(left), number(right));
            assert_eq!(left.cmp(&right), expect, "{left} and {right}");
            assert_eq!(right.cmp(&left), expect.reverse(), "{right} and {left}");
            let (mut left_key, mut right_key) = (Vec::new(), Vec::new());
            left.write_key(&mut left_key);
            right.write_key(&mut right_key);
            assert_eq!(left_key == right_key, expect.is_eq(), "keys of {left} and {right}");
        }
        check("1", Ordering::Equal, "01");
        check("1.0", Ordering::Equal, "1");
        check("-0", Ordering::Equal, "0");
        check("0e50", Ordering::Equal, "0");
        check("1e3", Ordering::Equal, "1000");
        check("10e2147483647", Ordering::Equal, "1e2147483648");
        check("2", Ordering::Less, "10");
        check("-2", Ordering::Greater, "-10");
        check("-1", Ordering::Less, "0");
        check("1e999999999", Ordering::Greater, "99999999999999999999999999");
        check("-1e999999999999999999", Ordering::Less, "-1e99999999999999999");
        check("1e-999999999999999999", Ordering::Greater, "0");
        check("123456789012345678901", Ordering::Less, "123456789012345678902");
        check("0.3", Ordering::Greater, "0.29999999999999999999999");
    }

    #[test]
    fn at_a_scale_it_is_exact_or_nothing() {
        fn check(text: &str, scale: u32, expect: Option<i128>) {
            assert_eq!(number(text).to_i128_at_scale(scale), expect, "{text} at {scale}");
        }
        check("12.5", 2, Some(1250));
        check("12.50", 1, Some(125));
        check("12.5", 0, None);
        check("-0.01", 2, Some(-1));
        check("0", 4_000_000_000, Some(0));
        check("1e3", 0, Some(1000));
        check("1e38", 0, Some(10_i128.pow(38)));
        check("1e39", 0, None);
        check("1", 4_000_000_000, None);
        check("170141183460469231731687303715884105727", 0, Some(i128::MAX));
        check("-170141183460469231731687303715884105728", 0, Some(i128::MIN));
        check("170141183460469231731687303715884105728", 0, None);
        check("1e-999999999", 5, None);
    }

    #[test]
    fn scale_counts_the_digits_that_are_needed() {
        for (text, expect) in [
            ("1", 0),
            ("1.250", 2),
            ("1000", 0),
            ("1e-5", 5),
            ("0.000", 0),
            ("1e-999999999999", u32::MAX),
        ] {
            assert_eq!(number(text).scale(), expect, "{text}");
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the nearest f64 is one value")]
    fn as_f64_it_is_the_nearest() {
        for text in [
            "0",
            "-1.5",
            "0.1",
            "899.99",
            "123456789012345678",
            "0.30000000000000000001",
            "1e22",
            "1e23",
            "9007199254740993",
            "5e-324",
            "1e308",
            "123456789.123456789123456789",
        ] {
            assert_eq!(number(text).to_f64(), text.parse::<f64>().unwrap(), "{text}");
        }
        assert_eq!(number("-1e400").to_f64(), f64::NEG_INFINITY);
        assert_eq!(number("1e-999999999999").to_f64(), 0.0);
    }
}
