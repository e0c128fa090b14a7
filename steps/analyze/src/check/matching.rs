//! Whether a written number is a fact.

use contract::number::Number;

use super::{
    names::Owner,
    token::{Sense, Written},
};

/// What a number of the facts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// How many.
    Count,
    /// A value of a measure.
    Amount,
    /// A part of a whole, 0 to 1.
    Share,
    /// A sentiment.
    Score,
    /// A place in a list, from 1.
    Rank,
}

/// A number of the facts, and what it is about: nothing for totals.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) value: Number,
    pub(crate) kind: Kind,
    pub(crate) about: Vec<Owner>,
}

impl Fact {
    /// Whether a text that writes this number may mean this fact.
    pub(crate) fn is_written(&self, written: &Written) -> bool {
        let Written::Number { value, unit, sense } = written else { return false };
        let fits = match sense {
            Sense::Plain => match self.kind {
                Kind::Count | Kind::Amount => true,
                Kind::Share | Kind::Score => *unit < 0,
                Kind::Rank => false,
            },
            Sense::Percent => self.kind == Kind::Share,
            Sense::Currency => self.kind == Kind::Amount,
            Sense::Rank => self.kind == Kind::Rank,
            Sense::Selection => false,
        };
        fits && rounds_to(&self.value, value, *unit)
    }
}

/// Room for the rounding of binary fractions, in units of the last digit shown.
const SLACK: f64 = 1e-9;

/// Decimals up to which numbers are compared exactly.
const EXACT_SCALE: u32 = 30;

/// Whether `exact`, rounded to the power of ten `unit`, may be written as `shown`.
fn rounds_to(exact: &Number, shown: &Number, unit: i32) -> bool {
    let scale = exact.scale().max(shown.scale()).max(unit.min(0).unsigned_abs());
    let difference = || {
        if scale > EXACT_SCALE {
            return None;
        }
        let exact = exact.to_i128_at_scale(scale)?;
        exact.checked_sub(shown.to_i128_at_scale(scale)?)
    };
    let shift = |power: i32| 10_f64.powi(power);
    let units = if let Some(difference) = difference() {
        let places = i32::try_from(scale).unwrap_or(i32::MAX);
        difference.unsigned_abs() as f64 / shift(places.saturating_add(unit))
    } else {
        let (exact, shown) = (exact.to_f64(), shown.to_f64());
        let difference = (exact - shown).abs();
        // Beyond the digits of a binary fraction nothing can be told apart.
        if difference <= exact.abs() * 1e-12 { 0.0 } else { difference / shift(unit) }
    };
    units <= 0.5 + SLACK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_matches_at_the_digits_that_it_shows() {
        fn check(exact: &str, shown: &str, unit: i32, expect: bool) {
            let number = |text: &str| Number::parse(text).unwrap();
            assert_eq!(
                rounds_to(&number(exact), &number(shown), unit),
                expect,
                "{exact} as {shown}"
            );
        }
        check("899.25", "899", 0, true);
        check("899.25", "899.3", -1, true);
        check("899.25", "899.2", -1, true);
        check("899.25", "900", 0, false);
        check("10", "10", 0, true);
        check("10", "11", 0, false);
        check("3240", "3200", 2, true);
        check("3260", "3200", 2, false);
        check("0.28542914171656686", "0.285", -3, true);
        check("0.28542914171656686", "0.286", -3, false);
        check("123456789012345678901234567890.5", "123456789012345678901234567891", 0, true);
        check("123456789012345678901234567890.5", "123456789012345678901234567892", 0, false);
        check("1e300", "1e300", 298, true);
        check("1e300", "1.1e300", 298, false);
        check("1.234e-40", "1.23e-40", -42, true);
    }
}
