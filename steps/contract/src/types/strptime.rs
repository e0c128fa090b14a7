//! Date and time patterns in the directives of C's and Python's `strptime`.
//!
//! The reader is our own because Chrono's is another: it takes other text for the same directives, and
//! has directives that Python has not. A contract must read alike here and in `frictionless`.
//!
//! A pattern becomes one regular expression, in the way in which Python 3 does it, so that both
//! split a text like `1112024` in the same way: names are those of the C locale and letters are
//! compared without their case; a run of blanks stands for one or more blanks of any kind.

use std::fmt::Write as _;

use chrono::{Days, NaiveDate, NaiveTime};
use regex::Regex;

use super::temporal::in_calendar;
use super::value::DateTime;

/// A pattern that is ready to read text.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    regex: Regex,
    /// The directives in the order of their groups.
    directives: Vec<char>,
}

/// How the names of the months begin.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What a directive matches; `None` for one that is not supported.
fn expression(directive: char) -> Option<&'static str> {
    Some(match directive {
        'a' => "mon|tue|wed|thu|fri|sat|sun",
        'A' => "wednesday|thursday|saturday|tuesday|monday|friday|sunday",
        'b' => "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec",
        'B' => {
            "september|february|november|december|january|october|august|march|april|june|july|may"
        }
        'd' => "3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9]",
        'f' => "[0-9]{1,6}",
        'H' => "2[0-3]|[01][0-9]|[0-9]",
        'j' => "36[0-6]|3[0-5][0-9]|[12][0-9][0-9]|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9]",
        'I' | 'm' => "1[0-2]|0[1-9]|[1-9]",
        'M' => "[0-5][0-9]|[0-9]",
        'p' => "am|pm",
        'S' => "6[01]|[0-5][0-9]|[0-9]",
        'u' => "[1-7]",
        'w' => "[0-6]",
        'y' => "[0-9][0-9]",
        'Y' => "[0-9][0-9][0-9][0-9]",
        'z' => {
            r"[+-][0-9][0-9]:[0-5][0-9](?::[0-5][0-9])?|[+-][0-9][0-9][0-5][0-9](?:[0-5][0-9])?|(?-i:Z)"
        }
        _ => return None,
    })
}

impl Pattern {
    /// The error says what in the pattern is not supported.
    pub(crate) fn new(format: &str) -> Result<Self, String> {
        let mut source = String::from(r"\A(?i:");
        let mut directives = Vec::new();
        let mut chars = format.chars().peekable();
        while let Some(char) = chars.next() {
            if char.is_whitespace() {
                while chars.next_if(|next| next.is_whitespace()).is_some() {}
                source.push_str(r"[\s\x1c-\x1f]+");
                continue;
            }
            if char != '%' {
                source.push_str(&regex::escape(char.encode_utf8(&mut [0; 4])));
                continue;
            }
            let Some(directive) = chars.next() else {
                return Err("a `%` at the end is no directive".to_owned());
            };
            if directive == '%' {
                source.push('%');
                continue;
            }
            let Some(expression) = expression(directive) else {
                return Err(match directive {
                    'c' | 'x' | 'X' | 'Z' => {
                        format!("`%{directive}` means something else on another machine")
                    }
                    'U' | 'W' | 'G' | 'V' => {
                        format!("`%{directive}` (week of the year) is not supported")
                    }
                    _ => format!("`%{directive}` is no directive"),
                });
            };
            if directives.contains(&directive) {
                return Err(format!("`%{directive}` is there twice"));
            }
            directives.push(directive);
            // A write into a string cannot fail.
            let _ = write!(source, "({expression})");
        }
        if directives.is_empty() {
            return Err("has no directive such as `%Y`".to_owned());
        }
        source.push(')');
        let regex = Regex::new(&source).map_err(|error| error.to_string())?;
        Ok(Self { regex, directives })
    }

    /// The date and time of a text. What the pattern does not tell is that of 1900-01-01 00:00:00.
    /// Names and numbers of weekdays are read and not compared with the date.
    pub(crate) fn read(&self, text: &str) -> Option<DateTime> {
        let groups = self
            .regex
            .captures(text)
            .filter(|groups| groups.get(0).is_some_and(|all| all.len() == text.len()))?;
        let mut parts = Parts::default();
        for (index, directive) in self.directives.iter().enumerate() {
            parts.take(*directive, groups.get(index + 1)?.as_str())?;
        }
        parts.date_time()
    }
}

/// What has been read of a date and time.
#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u64>,
    hour: u32,
    /// Of `%H` and `%I`, the later one in the pattern counts.
    half_day_hour: Option<u32>,
    afternoon: bool,
    minute: u32,
    second: u32,
    micro: u32,
    offset_seconds: Option<i32>,
}

impl Parts {
    fn take(&mut self, directive: char, text: &str) -> Option<()> {
        let number = || text.trim_start().parse::<u32>().ok();
        match directive {
            'Y' => self.year = Some(text.parse().ok()?),
            'y' => {
                let year: i32 = text.parse().ok()?;
                self.year = Some(if year <= 68 { 2000 + year } else { 1900 + year });
            }
            'm' => self.month = Some(number()?),
            'b' | 'B' => {
                let name = text.to_ascii_lowercase();
                let index = MONTHS.iter().position(|month| name.starts_with(month))?;
                self.month = u32::try_from(index + 1).ok();
            }
            'd' => self.day = Some(number()?),
            'j' => self.day_of_year = Some(number()?.into()),
            'H' => (self.hour, self.half_day_hour) = (number()?, None),
            'I' => self.half_day_hour = Some(number()? % 12),
            'p' => self.afternoon = text.eq_ignore_ascii_case("pm"),
            'M' => self.minute = number()?,
            'S' => self.second = number()?,
            'f' => self.micro = (text.len()..6).fold(number()?, |micro, _| micro * 10),
            'z' => self.offset_seconds = Some(offset(text)?),
            _ => {}
        }
        Some(())
    }

    fn date_time(&self) -> Option<DateTime> {
        let year = self.year.unwrap_or(1900);
        let given = NaiveDate::from_ymd_opt(year, self.month.unwrap_or(1), self.day.unwrap_or(1));
        // A day of the year overrides month and day, and the 366th of 365 is the next year's first.
        let date = match self.day_of_year {
            Some(day) => NaiveDate::from_ymd_opt(year, 1, 1)?
                .checked_add_days(Days::new(day.checked_sub(1)?)),
            None => given,
        }?;
        let hour = match self.half_day_hour {
            Some(hour) if self.afternoon => hour + 12,
            Some(hour) => hour,
            None => self.hour,
        };
        let time = NaiveTime::from_hms_micro_opt(hour, self.minute, self.second, self.micro)?;
        let local = date.and_time(time);
        let years = in_calendar(date) && (1..=9999).contains(&year);
        years.then_some(DateTime { local, offset_seconds: self.offset_seconds })
    }
}

/// Seconds east of UTC: `Z`, or a sign and two digits each of hours, minutes and perhaps seconds.
fn offset(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let digits = text.bytes().filter(u8::is_ascii_digit);
    let mut fields = [0; 3];
    for (index, digit) in digits.enumerate() {
        let field = fields.get_mut(index / 2)?;
        *field = *field * 10 + i32::from(digit - b'0');
    }
    let [hours, minutes, seconds] = fields;
    let size = hours * 3600 + minutes * 60 + seconds;
    let within = hours <= 23;
    within.then_some(if text.starts_with('-') { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_read_what_python_reads() {
        fn check(format: &str, text: &str, expect: Option<&str>) {
            let read = Pattern::new(format).unwrap().read(text);
            let shown = read.map(|at| crate::Value::DateTime(at).to_string());
            assert_eq!(shown.as_deref(), expect, "{text:?} by {format:?}");
        }
        check("%d/%m/%Y", "05/11/2024", Some("2024-11-05T00:00:00"));
        check("%d/%m/%Y", "5/1/2024", Some("2024-01-05T00:00:00"));
        check("%d/%m/%Y", "31/02/2024", None);
        check("%d/%m/%Y", "5/1/24", None);
        check("%d/%m/%Y", "5/1/20245", None);
        check("%d%m%Y", "1112024", Some("2024-01-11T00:00:00"));
        check("%d.%m.%y", "01.02.68", Some("2068-02-01T00:00:00"));
        check("%d.%m.%y", "01.02.69", Some("1969-02-01T00:00:00"));
        check("%b %d, %Y", "FEB  3, 2024", Some("2024-02-03T00:00:00"));
        check("%B %Y", "may 2024", Some("2024-05-01T00:00:00"));
        check("%A %d %b %Y", "sunday 1 Jan 2024", Some("2024-01-01T00:00:00"));
        check("%Y-%j", "2024-366", Some("2024-12-31T00:00:00"));
        check("%Y-%j", "2023-366", Some("2024-01-01T00:00:00"));
        check("%I:%M %p", "12:05 am", Some("1900-01-01T00:05:00"));
        check("%I:%M %p", "12:05 PM", Some("1900-01-01T12:05:00"));
        check("%I:%M", "12:05", Some("1900-01-01T00:05:00"));
        check("%H:%M:%S.%f", "1:2:3.04", Some("1900-01-01T01:02:03.040"));
        check("%H:%M:%S", "10:00:60", None);
        check("%m-%d", "02-29", None);
        check("%Y", "0000", None);
        check("%Y-%m-%d %H:%M%z", "2024-01-01 10:00+0230", Some("2024-01-01T10:00:00+02:30"));
        check("%Y-%m-%d %H:%M%z", "2024-01-01 10:00Z", Some("2024-01-01T10:00:00Z"));
        check(
            "%Y-%m-%d %H:%M%z",
            "2024-01-01 10:00-01:00:30",
            Some("2024-01-01T10:00:00-01:00:30"),
        );
        check("%Y-%m-%d %H:%M%z", "2024-01-01 10:00+24:00", None);
        check("%Y-%m-%d %H:%M%z", "2024-01-01 10:00z", None);
        check("100%% %Y", "100% 2024", Some("2024-01-01T00:00:00"));
        check("(%Y)", "(2024)", Some("2024-01-01T00:00:00"));
        check("%Y", "٢٠٢٤", None);
    }

    #[test]
    fn what_cannot_be_read_the_same_everywhere_is_refused() {
        fn check(format: &str, expect: &str) {
            assert_eq!(Pattern::new(format).unwrap_err(), expect);
        }
        check("%c", "`%c` means something else on another machine");
        check("%Y %Y", "`%Y` is there twice");
        check("%Q", "`%Q` is no directive");
        check("%Y%", "a `%` at the end is no directive");
        check("%G-%V", "`%G` (week of the year) is not supported");
        check("YYYY-MM-DD", "has no directive such as `%Y`");
    }
}
