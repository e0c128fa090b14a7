//! Statistics of a distribution of exact numbers.

use contract::number::Number;
use pipeline_core::facts::Stats;

use crate::{
    codes::{Codes, MISSING},
    histogram::Distribution,
};

/// Decimals that are written out for alignment: with more, each number has those that it needs.
const MAX_SHOWN_SCALE: u32 = 18;

/// Decimals with which sums are computed at most; a power of ten beyond has no place in 128 bits.
const MAX_SCALE: u32 = 38;

/// A measure: the name of its field and its different values.
pub(crate) struct Values<'c> {
    pub(crate) field: &'c str,
    codes: &'c Codes<Number>,
    shown_scale: u32,
}

impl<'c> Values<'c> {
    pub(crate) fn new(field: &'c str, codes: &'c Codes<Number>) -> Self {
        let scale = codes.values().map(Number::scale).max().unwrap_or(0);
        Self { field, codes, shown_scale: if scale > MAX_SHOWN_SCALE { 0 } else { scale } }
    }

    pub(crate) fn number(&self, code: u32) -> Option<&'c Number> {
        self.codes.value(code)
    }

    /// The statistics of the values that have a code in `distribution`; missing ones do not count.
    pub(crate) fn stats(&self, mut distribution: Distribution) -> Stats {
        distribution.retain(|(code, _)| *code != MISSING);
        let mut values: Vec<(&Number, u64)> = distribution
            .into_iter()
            .filter_map(|(code, count)| Some((self.number(code)?, count)))
            .collect();
        values.sort_unstable_by_key(|(value, _)| *value);
        let count: u64 = values.iter().map(|(_, count)| count).sum();
        let (Some((min, _)), Some((max, _))) = (values.first(), values.last()) else {
            return Stats::default();
        };
        let scale = values.iter().map(|(value, _)| value.scale()).max().unwrap_or(0);
        let sum = sum(&values, scale);
        Stats {
            count,
            sum: sum.map(|sum| decimal(sum, scale, self.shown_scale)),
            mean: sum.map(|sum| quotient(sum, scale, count)),
            min: Some(self.shown(min)),
            max: Some(self.shown(max)),
            median: median(&values, scale, count),
        }
    }

    fn shown(&self, number: &Number) -> String {
        match number.to_i128_at_scale(self.shown_scale) {
            Some(value) => decimal(value, self.shown_scale, self.shown_scale),
            None => number.to_string(),
        }
    }
}

/// The sum times `10^scale`; `None` if that does not fit 128 bits.
fn sum(values: &[(&Number, u64)], scale: u32) -> Option<i128> {
    if scale > MAX_SCALE {
        return None;
    }
    values.iter().try_fold(0_i128, |sum, (value, count)| {
        sum.checked_add(value.to_i128_at_scale(scale)?.checked_mul((*count).into())?)
    })
}

/// `value / 10^scale / divisor`, rounded once wherever the exact divisor fits.
fn quotient(value: i128, scale: u32, divisor: u64) -> f64 {
    let power = 10_i128.saturating_pow(scale);
    match power.checked_mul(divisor.into()) {
        Some(divisor) => value as f64 / divisor as f64,
        None => value as f64 / power as f64 / divisor as f64,
    }
}

/// The middle value of sorted ones, or the mean of the two in the middle.
fn median(values: &[(&Number, u64)], scale: u32, count: u64) -> Option<f64> {
    let at = |rank: u64| {
        let mut seen = 0;
        values.iter().find_map(|(value, count)| {
            seen += count;
            (rank < seen).then_some(*value)
        })
    };
    let (lower, upper) = (at(count.checked_sub(1)? / 2)?, at(count / 2)?);
    let exact = || {
        let scale = Some(scale).filter(|scale| *scale <= MAX_SCALE)?;
        let (lower, upper) = (lower.to_i128_at_scale(scale)?, upper.to_i128_at_scale(scale)?);
        Some(quotient(lower.checked_add(upper)?, scale, 2))
    };
    let median = if lower == upper {
        lower.to_f64()
    } else {
        exact().unwrap_or_else(|| lower.to_f64() / 2.0 + upper.to_f64() / 2.0)
    };
    median.is_finite().then_some(median)
}

/// `value / 10^scale` as text with `shown` decimals, or `scale` if that is more.
fn decimal(value: i128, scale: u32, shown: u32) -> String {
    let (scale, shown) = (scale as usize, shown as usize);
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    match scale.max(shown) {
        0 => format!("{sign}{whole}"),
        shown => format!("{sign}{whole}.{part:0<shown$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(values: &[(&str, u64)]) -> Stats {
        let mut codes = Codes::default();
        let distribution = values
            .iter()
            .map(|(value, count)| (codes.of(value.parse().unwrap()).unwrap(), *count))
            .chain([(MISSING, 5)])
            .collect();
        Values::new("price", &codes).stats(distribution)
    }

    fn check(values: &[(&str, u64)], expect: (&str, f64, &str, &str, f64)) {
        let found = stats(values);
        let (sum, mean, min, max, median) = expect;
        let expect = Stats {
            count: values.iter().map(|(_, count)| count).sum(),
            sum: Some(sum.to_owned()),
            mean: Some(mean),
            min: Some(min.to_owned()),
            max: Some(max.to_owned()),
            median: Some(median),
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn by_hand() {
        check(&[("5", 1)], ("5", 5.0, "5", "5", 5.0));
        check(&[("1", 1), ("4", 1)], ("5", 2.5, "1", "4", 2.5));
        check(&[("10", 1), ("9", 2)], ("28", 28.0 / 3.0, "9", "10", 9.0));
        check(&[("0.1", 3)], ("0.3", 0.1, "0.1", "0.1", 0.1));
        check(
            &[("19.9", 1), ("0.05", 1), ("100", 1)],
            ("119.95", 39.983_333_333_333_334, "0.05", "100.00", 19.9),
        );
        check(&[("-1.5", 2), ("1", 1)], ("-2.0", -2.0 / 3.0, "-1.5", "1.0", -1.5));
        check(&[("-0.5", 1), ("0.5", 1)], ("0.0", 0.0, "-0.5", "0.5", 0.0));
    }

    #[test]
    fn nothing_has_no_statistics() {
        assert_eq!(stats(&[]), Stats::default());
    }

    #[test]
    fn what_floating_point_would_lose_is_kept() {
        check(
            &[("9007199254740993", 1), ("0.01", 3)],
            ("9007199254740993.03", 2_251_799_813_685_248.5, "0.01", "9007199254740993.00", 0.01),
        );
        let many = stats(&[("0.1", 1_000_000_000)]);
        assert_eq!(many.sum.as_deref(), Some("100000000.0"));
    }

    #[test]
    fn what_128_bits_do_not_hold_has_no_sum_but_all_the_rest() {
        let found = stats(&[("1e30", 2), ("0.00000000001", 1)]);
        assert_eq!((found.sum, found.mean), (None, None));
        assert_eq!(found.min.as_deref(), Some("0.00000000001"));
        assert_eq!(found.max.as_deref(), Some("1e30"));
        assert_eq!(found.median, Some(1e30));

        let found = stats(&[("1e999", 1), ("1e-999", 1), ("2", 1)]);
        assert_eq!((found.count, found.sum, found.median), (3, None, Some(2.0)));
        assert_eq!(stats(&[("1e999", 1)]).median, None);
        assert_eq!(stats(&[("1e-999999999999", 1)]).sum, None);
    }

    #[test]
    fn more_decimals_than_are_shown_are_kept() {
        let found = stats(&[("1e-20", 3), ("1", 1)]);
        assert_eq!(found.sum.as_deref(), Some("1.00000000000000000003"));
        assert_eq!(found.max.as_deref(), Some("1"));
    }
}
