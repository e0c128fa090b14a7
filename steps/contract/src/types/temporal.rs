//! The default formats of dates and times, read digit by digit.

use chrono::{Days, NaiveDate, NaiveTime};

use super::value::{DateTime, Time};

/// `YYYY-MM-DD`; month and day may be one digit, and the day may have a blank before it, as
/// `strptime` reads `%Y-%m-%d`. Years are 0001 to 9999.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let mut rest = Digits(text.as_bytes());
    let year = rest.exactly(4)?;
    rest.skip(b'-')?;
    let month = rest.one_or_two()?;
    rest.skip(b'-')?;
    if rest.skip(b' ').is_some() {
        let day = rest.exactly(1)?;
        return rest.end().and_then(|()| day_of(year, month, day));
    }
    let day = rest.one_or_two()?;
    rest.end()?;
    day_of(year, month, day)
}

/// `YYYY-MM-DD`, any one ASCII character, `hh:mm:ss`, and optionally a point or comma with digits
/// and a zone (`Z`, `±hh:mm`, `±hhmm`, `±hh`). Digits beyond the microsecond are cut off; `24:00:00`
/// is the next day's start.
pub(crate) fn datetime(text: &str) -> Option<DateTime> {
    let mut rest = Digits(text.as_bytes());
    let year = rest.exactly(4)?;
    rest.skip(b'-')?;
    let month = rest.exactly(2)?;
    rest.skip(b'-')?;
    let day = rest.exactly(2)?;
    let date = day_of(year, month, day)?;
    rest.any_ascii()?;
    let (time, next_day, offset_seconds) = clock(rest)?;
    let date = if next_day { date.checked_add_days(Days::new(1))? } else { date };
    in_calendar(date).then_some(DateTime { local: date.and_time(time), offset_seconds })
}

/// `hh:mm:ss` with the same additions as [`datetime`]; `24:00:00` is `00:00:00`.
pub(crate) fn time(text: &str) -> Option<Time> {
    let (local, _, offset_seconds) = clock(Digits(text.as_bytes()))?;
    Some(Time { local, offset_seconds })
}

/// Four digits.
pub(crate) fn year(text: &str) -> Option<i32> {
    let mut rest = Digits(text.as_bytes());
    let year = rest.exactly(4)?;
    rest.end()?;
    i32::try_from(year).ok()
}

/// Digits, a hyphen, and digits that are a month: `2024-01`, and also `2024-1`.
pub(crate) fn yearmonth(text: &str) -> Option<(i32, u32)> {
    let (year, month) = text.split_once('-')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(year) || !plain(month) {
        return None;
    }
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    (1..=12).contains(&month).then_some((year, month))
}

/// Whether a date is one that `datetime` of Python has too.
pub(crate) fn in_calendar(date: NaiveDate) -> bool {
    (1..=9999).contains(&chrono::Datelike::year(&date))
}

fn day_of(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|date| in_calendar(*date))
}

/// A time of day, whether it was `24:00:00`, and its offset.
fn clock(mut rest: Digits<'_>) -> Option<(NaiveTime, bool, Option<i32>)> {
    let hour = rest.exactly(2)?;
    rest.skip(b':')?;
    let minute = rest.exactly(2)?;
    rest.skip(b':')?;
    let second = rest.exactly(2)?;
    let micro = rest.fraction()?;
    let offset_seconds = match rest.0 {
        [] => None,
        zone => Some(offset(zone)?),
    };
    if (hour, minute, second, micro) == (24, 0, 0, 0) {
        return Some((NaiveTime::MIN, true, offset_seconds));
    }
    // Chrono would read a microsecond beyond a million as a leap second.
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micro)?;
    Some((time, false, offset_seconds))
}

/// Seconds east of UTC.
fn offset(zone: &[u8]) -> Option<i32> {
    let (sign, digits) = match zone {
        b"Z" | b"z" => return Some(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let mut rest = Digits(digits);
    let hours = rest.exactly(2)?;
    let minutes = if rest.0.is_empty() {
        0
    } else {
        let _ = rest.skip(b':');
        rest.exactly(2)?
    };
    rest.end()?;
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours <= 23 && minutes <= 59).then_some(sign * seconds)
}

/// The text that is still to be read.
#[derive(Clone, Copy)]
struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    /// A number of so many digits.
    fn exactly(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit <= 9).then_some(number * 10 + u32::from(digit))
        })
    }

    fn one_or_two(&mut self) -> Option<u32> {
        let two = self.0.get(1).is_some_and(u8::is_ascii_digit);
        self.exactly(if two { 2 } else { 1 })
    }

    fn skip(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        (*first == byte).then(|| self.0 = rest)
    }

    fn any_ascii(&mut self) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        first.is_ascii().then(|| self.0 = rest)
    }

    /// The microseconds after a point or comma, or none if there is neither.
    fn fraction(&mut self) -> Option<u32> {
        let [b'.' | b',', rest @ ..] = self.0 else { return Some(0) };
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return None;
        }
        self.0 = rest;
        let kept = count.min(6);
        let number = self.exactly(kept)?;
        self.0 = self.0.get(count - kept..)?;
        Some((kept..6).fold(number, |number, _| number * 10))
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    fn check(shown: Option<Value<'_>>, text: &str, expect: Option<&str>) {
        assert_eq!(shown.map(|value| value.to_string()).as_deref(), expect, "{text:?}");
    }

    #[test]
    fn dates() {
        fn of(text: &str, expect: Option<&str>) {
            check(date(text).map(Value::Date), text, expect);
        }
        of("2024-02-29", Some("2024-02-29"));
        of("2024-2-9", Some("2024-02-09"));
        of("2024-02- 9", Some("2024-02-09"));
        of("0001-01-01", Some("0001-01-01"));
        of("9999-12-31", Some("9999-12-31"));
        for text in [
            "",
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-01-00",
            "2024-01-32",
            "0000-01-01",
            "24-01-01",
            "2024-001-1",
            "2024-01-011",
            " 2024-01-01",
            "2024-01-01 ",
            "20240101",
            "2024/01/01",
            "2024-01-",
            "2024-01- 10",
            "٢٠٢٤-01-01",
            "2024-01-0١",
            "-2024-01-01",
        ] {
            of(text, None);
        }
    }

    #[test]
    fn datetimes() {
        fn of(text: &str, expect: Option<&str>) {
            check(datetime(text).map(Value::DateTime), text, expect);
        }
        of("2024-01-26T15:00:00", Some("2024-01-26T15:00:00"));
        of("2024-01-26 15:00:00Z", Some("2024-01-26T15:00:00Z"));
        of("2024-01-26T15:00:00.5+02:30", Some("2024-01-26T15:00:00.500+02:30"));
        of("2024-01-26T15:00:00,1234567-0330", Some("2024-01-26T15:00:00.123456-03:30"));
        of("2024-01-26T15:00:00+02", Some("2024-01-26T15:00:00+02:00"));
        of("2024-12-31T24:00:00", Some("2025-01-01T00:00:00"));
        of("2024-12-31T24:00:00.0000001", Some("2025-01-01T00:00:00"));
        for text in [
            "",
            "2024-01-26",
            "2024-01-26T15:00",
            "2024-01-26T15:00:60",
            "2024-01-26T25:00:00",
            "2024-01-26T24:00:01",
            "9999-12-31T24:00:00",
            "2024-01-26T15:00:00.",
            "2024-1-26T15:00:00",
            "2024-01-26T15:00:00+2",
            "2024-01-26T15:00:00+24:00",
            "2024-01-26T15:00:00+01:60",
            "2024-01-26T15:00:00 Z",
            "2024-01-26é15:00:00",
            "2024-W04-5T15:00:00",
        ] {
            of(text, None);
        }
    }

    #[test]
    fn times() {
        fn of(text: &str, expect: Option<&str>) {
            check(time(text).map(Value::Time), text, expect);
        }
        of("15:00:00", Some("15:00:00"));
        of("23:59:59.999999z", Some("23:59:59.999999Z"));
        of("24:00:00", Some("00:00:00"));
        of("00:00:00-00:30", Some("00:00:00-00:30"));
        for text in ["", "15:00", "15:0:00", "15:00:61", "1:00:00", "15:00:00x", "150000"] {
            of(text, None);
        }
    }

    #[test]
    fn years_and_months() {
        for (text, expect) in
            [("2024", Some(2024)), ("0000", Some(0)), ("+123", None), ("12345", None), ("", None)]
        {
            assert_eq!(year(text), expect, "{text:?}");
        }
        for (text, expect) in [
            ("2024-01", Some((2024, 1))),
            ("2024-1", Some((2024, 1))),
            ("24-012", Some((24, 12))),
            ("2024-13", None),
            ("2024-0", None),
            ("2024-", None),
            ("-2024-01", None),
            ("2024-01-01", None),
            ("2024", None),
            ("+2024-01", None),
            ("99999999999-01", None),
        ] {
            assert_eq!(yearmonth(text), expect, "{text:?}");
        }
    }
}
