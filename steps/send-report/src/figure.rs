//! The numbers that only a report has: sizes, money, ratios, counts with their noun. All others are
//! written by [`contract::wording`].

use contract::wording::{count, decimal};

/// A count and its noun: `1 anomaly`, `1,002 anomalies`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `part / whole`, 0 where there is no whole.
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
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
    fn money_and_sizes() {
        assert_eq!(usd(0.0), "$0.00");
        assert_eq!(usd(0.000_123), "$0.000123");
        assert_eq!(usd(1_234.5), "$1,234.50");
        assert_eq!(usd(1e-9), "<$0.000001");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(92_134), "92,134 bytes (90.0 KiB)");
    }
}
