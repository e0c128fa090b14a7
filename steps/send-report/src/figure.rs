//! How numbers are written for people. A number is rounded only where this module says so.

pub(crate) use contract::wording::count;
use contract::wording::grouped;

/// A count and its noun: `1 anomaly`, `1,002 anomalies`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// An exact decimal of the facts, every digit kept: `1,234,567.890`.
pub(crate) fn decimal(exact: &str) -> String {
    let unsigned = exact.strip_prefix('-').unwrap_or(exact);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return exact.to_owned();
    }
    let sign = if unsigned.len() < exact.len() { "-" } else { "" };
    let whole = grouped(whole);
    fraction.map_or_else(|| format!("{sign}{whole}"), |f| format!("{sign}{whole}.{f}"))
}

/// A mean or a median, rounded to two decimals, or below 1 to four significant digits.
pub(crate) fn average(value: f64) -> String {
    let magnitude = value.abs();
    if !value.is_finite() {
        return value.to_string();
    }
    if magnitude >= 1.0 || magnitude == 0.0 {
        return decimal(&format!("{value:.2}"));
    }
    // Below 1 the first significant digit stands at this decimal place.
    let place = (1..=15).find(|place| magnitude * 10_f64.powi(*place) >= 1.0).unwrap_or(15);
    let decimals = usize::try_from(place).unwrap_or(15) + 3;
    format!("{value:.decimals$}")
}

/// A share from 0 to 1 as a percentage with one decimal. Only all is `100%`, only none is `0%`.
pub(crate) fn share(share: f64) -> String {
    let percent = share * 100.0;
    if percent <= 0.0 {
        "0%".to_owned()
    } else if percent >= 100.0 {
        "100%".to_owned()
    } else if percent < 0.05 {
        "<0.1%".to_owned()
    } else if percent >= 99.95 {
        ">99.9%".to_owned()
    } else {
        format!("{percent:.1}%")
    }
}

/// `part / whole`, 0 where there is no whole.
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A score with its sign: `+0.42`, `-0.05`.
pub(crate) fn score(score: f64) -> String {
    let rounded = format!("{score:+.2}");
    if rounded == "-0.00" { "+0.00".to_owned() } else { rounded }
}

/// A size, exact, and in binary units where those are easier to read: `92,134 bytes (90.0 KiB)`.
pub(crate) fn size(bytes: u64) -> String {
    let exact = counted(bytes, "byte", "bytes");
    let units = [("GiB", 1_u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match units.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{exact} ({:.1} {name})", ratio(bytes, *unit)),
        None => exact,
    }
}

/// US dollars to the millionth: `$0.00`, `$0.000123`.
pub(crate) fn usd(amount: f64) -> String {
    if amount > 0.0 && amount < 0.000_000_5 {
        return "<$0.000001".to_owned();
    }
    let exact = format!("{amount:.6}");
    let cents = exact.len().saturating_sub(4);
    let (cents, rest) = exact.split_at_checked(cents).unwrap_or((&exact, ""));
    format!("${}{}", decimal(cents), rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_decimals_keep_every_digit() {
        for (exact, shown) in [
            ("0", "0"),
            ("-1234.50", "-1,234.50"),
            ("600123.999999999999999999", "600,123.999999999999999999"),
            ("123456789012345678901234567890", "123,456,789,012,345,678,901,234,567,890"),
            ("1e5", "1e5"),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(decimal(exact), shown);
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_all_or_none() {
        for (value, shown) in [
            (0.0, "0%"),
            (0.000_1, "<0.1%"),
            (0.28544, "28.5%"),
            (0.999_9, ">99.9%"),
            (1.0, "100%"),
        ] {
            assert_eq!(share(value), shown);
        }
    }

    #[test]
    fn averages_keep_what_a_person_needs() {
        for (value, shown) in [
            (0.0, "0.00"),
            (799.0, "799.00"),
            (1234.567, "1,234.57"),
            (-0.012_345_6, "-0.01235"),
            (0.5, "0.5000"),
            (1e-30, "0.000000000000000000"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(average(value), shown);
        }
    }

    #[test]
    fn money_sizes_and_scores() {
        assert_eq!(usd(0.0), "$0.00");
        assert_eq!(usd(0.000_123), "$0.000123");
        assert_eq!(usd(1_234.5), "$1,234.50");
        assert_eq!(usd(1e-9), "<$0.000001");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(92_134), "92,134 bytes (90.0 KiB)");
        assert_eq!(score(-0.001), "+0.00");
        assert_eq!(score(0.423), "+0.42");
        assert_eq!(count(1_000_000), "1,000,000");
    }
}
