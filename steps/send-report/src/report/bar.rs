//! Bars: how much of a whole a number is, as a length.

use crate::figure::ratio;

/// The length of a bar, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bar(f64);

impl Bar {
    pub(crate) fn new(part: u64, whole: u64) -> Self {
        Self::of(ratio(part, whole))
    }

    pub(crate) fn of(share: f64) -> Self {
        Self(if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 })
    }

    /// In percent, to two decimals.
    pub(crate) fn percent(self) -> String {
        format!("{:.2}", self.0 * 100.0)
    }

    /// In whole percent for table cells; what there is at all is at least 1, and never quite all
    /// unless it is all.
    pub(crate) fn whole_percent(self) -> u32 {
        let shown = (1..=99).rev().find(|percent| self.0 * 100.0 >= f64::from(*percent));
        match shown {
            _ if self.0 <= 0.0 => 0,
            _ if self.0 >= 1.0 => 100,
            shown => shown.unwrap_or(1),
        }
    }

    /// What is left of 100.
    pub(crate) fn rest_percent(self) -> u32 {
        100 - self.whole_percent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_what_is_there_and_never_more() {
        for (share, percent) in
            [(0.0, 0), (0.000_1, 1), (0.5, 50), (0.999_9, 99), (1.0, 100), (7.0, 100)]
        {
            assert_eq!(Bar::of(share).whole_percent(), percent);
        }
        assert_eq!(Bar::of(f64::NAN).percent(), "0.00");
    }
}
