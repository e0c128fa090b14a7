//! Claims that hold one thing against another.

use chrono::{Datelike, Days, Months, NaiveDate};
use contract::wording::share;

use super::{
    amount::{Amount, from},
    case::Case,
    grammar::{Kind, Statistic},
    id::Id,
    rank::is_beyond_chance,
    subject::Subject,
};
use crate::wording::list;

/// The shortest period that a change may be told of, in records.
const FEWEST_IN_PERIOD: f64 = 30.0;

impl<'f> Case<'_, 'f> {
    pub(super) fn more_or_less(&self) -> Result<String, String> {
        let ([first, second], [a, b]) = self.pair()?;
        let is_more = self.kind == Kind::More;
        let holds = if is_more { a.compare(&b).is_gt() } else { a.compare(&b).is_lt() };
        if !holds {
            return Err(format!("{} has {} and {} has {}", first.id, a.shown, second.id, b.shown));
        }
        let (more, high) = if is_more { ("more", "higher") } else { ("fewer", "lower") };
        let (place, noun) = (self.place(), self.noun());
        let note = self.caution([first, second], [&a, &b]);
        let (first, second) = (&first.name, &second.name);
        let than = if self.is_count() {
            format!("{first} has {more} {noun} than {second}")
        } else {
            format!("the {noun} of {first} is {high} than that of {second}")
        };
        Ok(format!("{place}{than}: {a} against {b}{note}."))
    }

    pub(super) fn level(&self) -> Result<String, String> {
        if self.subjects.len() < 2 {
            return Err("takes two ids or more".to_owned());
        }
        self.family()?;
        self.whole_periods(&self.subjects.iter().collect::<Vec<_>>())?;
        let first = self.amount(self.first())?;
        for subject in &self.subjects {
            let amount = self.amount(subject)?;
            if !amount.compare(&first).is_eq() {
                return Err(format!("{} has {}, not {}", subject.id, amount.shown, first.shown));
            }
        }
        let names: Vec<_> = self.subjects.iter().map(|subject| subject.name.clone()).collect();
        let small = self.subjects.iter().map(|subject| self.if_small(subject));
        let small = small.into_iter().find(|note| !note.is_empty()).unwrap_or_default();
        let place = self.place();
        let level = if self.statistic == Statistic::Records {
            format!("are level at {}", self.counted(&first))
        } else {
            format!("are level by {} at {first}", self.noun())
        };
        Ok(format!("{place}{} {level}{small}.", list(&names)))
    }

    pub(super) fn times(&self) -> Result<String, String> {
        let ([first, second], [a, b]) = self.pair()?;
        if self.statistic == Statistic::Score {
            return Err("takes no score: it has no unit".to_owned());
        }
        let ratio = a.to_f64() / b.to_f64();
        let is_more = a.compare(&b).is_gt() && b.to_f64() > 0.0;
        if !is_more || !(1.1..1e3).contains(&ratio) {
            return Err(format!("{} has {} and {} has {}", first.id, a.shown, second.id, b.shown));
        }
        let shown = format!("{ratio:.1}");
        let ratio = Amount::rounded(ratio, shown, from(&[&a, &b])).ok_or("cannot be said")?;
        let noun = self.noun();
        let what =
            if self.is_count() { format!("as many {noun} as") } else { format!("the {noun} of") };
        let note = self.caution([first, second], [&a, &b]);
        let place = self.place();
        Ok(format!(
            "{place}{} has {ratio} times {what} {}: {a} against {b}{note}.",
            first.name, second.name
        ))
    }

    pub(super) fn against_total(&self) -> Result<String, String> {
        let one = self.one()?;
        if !matches!(self.statistic, Statistic::Mean | Statistic::Median | Statistic::Score) {
            return Err("takes mean, median or score".to_owned());
        }
        self.family()?;
        let total = match self.statistic {
            Statistic::Score => Id::Text,
            _ => self.measure_id()?,
        };
        let total = self.book.subject(total).ok_or("there is no total")?;
        let (own, all) = (self.amount(one)?, self.amount(&total)?);
        let sample = one.sample(self.statistic, Some(self.field)).ok_or("has no sample")?;
        Ok(format!(
            "{}the {} of {} is {own} over {}{}, against {all} overall.",
            self.place(),
            self.noun(),
            one.name,
            self.counted(&sample),
            self.if_small(one),
        ))
    }

    pub(super) fn against_rest(&self) -> Result<String, String> {
        let one = self.one()?;
        let family = self.family()?;
        let own = self.amount(one)?;
        let whole = match self.statistic {
            Statistic::Records => family.whole,
            Statistic::Sum => self.sum_of_all(),
            _ => return Err("takes records or sum".to_owned()),
        };
        let rest = whole.and_then(|whole| whole.minus(&own)).ok_or("there is no rest")?;
        let noun = self.noun();
        let (place, small) = (self.place(), self.if_small(one));
        Ok(match self.statistic {
            Statistic::Records => format!(
                "{place}{} has {}{small}, and all others have {rest} together.",
                one.name,
                self.counted(&own)
            ),
            _ => format!(
                "{place}the {noun} of {} is {own}{small}, and that of all others together is {rest}.",
                one.name
            ),
        })
    }

    pub(super) fn change(&self) -> Result<String, String> {
        let [first, second] = self.two()?;
        let (Id::Period(_), Id::Period(_)) = (first.id, second.id) else {
            return Err("takes two periods".to_owned());
        };
        self.family()?;
        let time = self.book.facts.time.as_ref().ok_or("there is no time")?;
        if following(&time.by, &first.name).as_deref() != Some(second.name.as_str()) {
            return Err(format!("{} is not the period after {}", second.id, first.id));
        }
        self.whole_periods(&[first, second])?;
        for period in [first, second] {
            let records = period.sample(self.statistic, Some(self.field));
            if records.is_none_or(|records| records.to_f64() < FEWEST_IN_PERIOD) {
                return Err(format!("{} has fewer than {FEWEST_IN_PERIOD} records", period.id));
            }
        }
        let [a, b] = [self.amount(first)?, self.amount(second)?];
        let noun = match self.statistic {
            Statistic::Records => self.unit(),
            _ => format!("the {}", self.noun()),
        };
        let verb = match b.compare(&a) {
            std::cmp::Ordering::Greater => "rose",
            std::cmp::Ordering::Less => "fell",
            std::cmp::Ordering::Equal => {
                let (first, second) = (&first.name, &second.name);
                return Ok(format!("from {first} to {second}, {noun} stayed level at {a}."));
            }
        };
        let part = (b.to_f64() - a.to_f64()).abs() / a.to_f64();
        let part = (a.to_f64() > 0.0).then(|| {
            let shown = if part < 1.0 { share(part) } else { format!("{:.1}%", part * 100.0) };
            Amount::rounded(part, shown, from(&[&a, &b]))
        });
        let part = part.flatten().map(|part| format!(" by {part}"));
        let note = self.caution([first, second], [&a, &b]);
        Ok(format!(
            "from {} to {}, {noun} {verb}{}: from {a} to {b}{note}.",
            first.name,
            second.name,
            part.unwrap_or_default(),
        ))
    }

    /// What is to be said of two amounts that prove little.
    fn caution(&self, subjects: [&Subject<'f>; 2], [a, b]: [&Amount; 2]) -> &'static str {
        let (more, fewer) = (a.to_f64().max(b.to_f64()), a.to_f64().min(b.to_f64()));
        if self.statistic == Statistic::Records && !is_beyond_chance(more, fewer) {
            return ", so near that it may be chance";
        }
        let [first, second] = subjects.map(|subject| self.if_small(subject));
        if first.is_empty() { second } else { first }
    }

    /// Two of one list, with the statistic of each.
    fn pair(&self) -> Result<([&Subject<'f>; 2], [Amount; 2]), String> {
        let both = self.two()?;
        self.family()?;
        self.whole_periods(&both)?;
        Ok((both, [self.amount(both[0])?, self.amount(both[1])?]))
    }

    /// The sum of the measure over all records, of which another sum is a part: not within a segment, and
    /// not where values are negative.
    pub(super) fn sum_of_all(&self) -> Option<Amount> {
        if matches!(self.first().id, Id::SegmentGroup(..)) {
            return None;
        }
        let all = self.book.subject(self.measure_id().ok()?)?;
        let lowest = all.amount(Statistic::Lowest, Some(self.field))?;
        (lowest.to_f64() >= 0.0).then(|| all.amount(Statistic::Sum, Some(self.field))).flatten()
    }

    fn measure_id(&self) -> Result<Id, String> {
        let measures = &self.book.facts.measures;
        let at = measures.iter().position(|measure| measure.field == self.field);
        at.map(Id::Measure).ok_or_else(|| "there is no measure".to_owned())
    }

    pub(super) fn is_count(&self) -> bool {
        !self.statistic.is_of_measure() && self.statistic != Statistic::Score
    }
}

/// The period after this one: `2024-06` after `2024-05`.
fn following(by: &str, period: &str) -> Option<String> {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    match by {
        "day" => Some(day(period)?.checked_add_days(Days::new(1))?.to_string()),
        "month" => {
            let next = day(&format!("{period}-01"))?.checked_add_months(Months::new(1))?;
            Some(next.format("%Y-%m").to_string())
        }
        "year" => {
            let next = day(&format!("{period}-01-01"))?.checked_add_months(Months::new(12))?;
            Some(format!("{:04}", next.year()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_followed_by_the_next() {
        for (by, period, next) in [
            ("day", "2024-02-28", Some("2024-02-29")),
            ("month", "2024-12", Some("2025-01")),
            ("year", "2024", Some("2025")),
            ("month", "soon", None),
            ("week", "2024-12", None),
        ] {
            assert_eq!(following(by, period).as_deref(), next);
        }
    }
}
