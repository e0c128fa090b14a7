//! Claims that tell what one thing is like.

use pipeline_core::facts::MeasureFacts;

use super::{
    amount::{Amount, in_brackets},
    case::{Case, SMALL_SAMPLE},
    family::Family,
    grammar::Statistic,
    id::Id,
    name,
    subject::Subject,
};
use crate::wording::{list, shown_up_to};

/// From how many times the median on a value is an outlier, and of how many values.
const OUTLYING: f64 = 2.0;
const FEWEST_VALUES: u64 = 3;

/// The longest that a quote is shown, in characters.
const QUOTE_CHARS: usize = 280;

impl<'f> Case<'_, 'f> {
    pub(super) fn value(&self) -> Result<String, String> {
        let one = self.one()?;
        let own = self.amount(one)?;
        match self.statistic {
            Statistic::Records => self.records(one, &own),
            Statistic::Positive | Statistic::Neutral | Statistic::Negative => self.mood(one, &own),
            _ => Ok(self.measured(one, &own)),
        }
    }

    /// `Budget has 45 of 100 sales (45.0%).`
    fn records(&self, one: &Subject<'f>, own: &Amount) -> Result<String, String> {
        let valid = Amount::count(self.book.facts.records.valid, "/records/valid".to_owned());
        let of_valid = |has: String| {
            let share = in_brackets(Amount::part(own, &valid));
            format!("{own} of {}{share} {has}.", self.counted(&valid))
        };
        let family = self.book.family(one.id);
        Ok(match (one.id, family) {
            (Id::File, _) if own.shown == "1" => {
                format!("there is {own} valid {}.", self.book.record.one)
            }
            (Id::File, _) => format!("there are {own} valid {}.", self.unit()),
            (Id::Text, _) => format!("there are {} in all.", self.counted(own)),
            (Id::Measure(_), _) => {
                of_valid(format!("have a value of {}", name::column(self.field)))
            }
            (Id::Column(_), _) => return Err("takes no column: claim its completeness".to_owned()),
            (Id::Reject(_), _) => return Err("takes no error: claim its rejects".to_owned()),
            (_, Some(Family { whole: Some(whole), whole_has, by, .. })) => {
                let share = one.share().or_else(|| Amount::part(own, &whole));
                let of = format!("{own} of {}{whole_has}", self.counted(&whole));
                let (share, small) = (in_brackets(share), self.if_small(one));
                if one.is_missing {
                    format!("{of}{share} have no {by}{small}.")
                } else {
                    format!("{}{} has {of}{share}{small}.", self.place(), one.name)
                }
            }
            _ => return Err("has no records of its own".to_owned()),
        })
    }

    /// `9 of 30 customer reviews of Samsung (30.0%) are negative.`
    fn mood(&self, one: &Subject<'f>, own: &Amount) -> Result<String, String> {
        let texts = one.records().ok_or("has no texts")?;
        let share = in_brackets(Amount::part(own, &texts));
        let of = if one.id == Id::Text { String::new() } else { format!(" of {}", one.name) };
        let (place, texts, mood) = (self.place(), self.counted(&texts), self.statistic.as_str());
        let are = if own.shown == "1" { "is" } else { "are" };
        Ok(format!("{place}{own} of {texts}{of}{share} {are} {mood}{}.", self.if_small(one)))
    }

    /// `The mean price of Samsung is 700.00, over 30 sales.`
    fn measured(&self, one: &Subject<'f>, own: &Amount) -> String {
        let is_whole = matches!(one.id, Id::Measure(_) | Id::Text);
        let of = if is_whole { String::new() } else { format!(" of {}", one.name) };
        let whole = self.sum_of_all().filter(|_| self.statistic == Statistic::Sum && !is_whole);
        let share = whole.and_then(|whole| {
            let share = Amount::part(own, &whole)?;
            Some(format!(" of {whole} ({share})"))
        });
        let sample = one.sample(self.statistic, Some(self.field));
        let sample = sample.map(|sample| format!(", over {}", self.counted(&sample)));
        format!(
            "{}the {}{of} is {own}{}{}{}.",
            self.place(),
            self.noun(),
            share.unwrap_or_default(),
            sample.unwrap_or_default(),
            self.if_small(one),
        )
    }

    pub(super) fn distribution(&self) -> Result<String, String> {
        let one = self.one()?;
        let Id::Measure(_) = one.id else { return Err("takes a measure".to_owned()) };
        let records = one.records().filter(|records| !records.is_zero());
        let records = records.ok_or("the measure has no values")?;
        let of = |statistic| one.amount(statistic, Some(self.field));
        let mut said = Vec::new();
        said.extend(of(Statistic::Median).map(|median| format!("a median of {median}")));
        said.extend(of(Statistic::Mean).map(|mean| format!("a mean of {mean}")));
        if let (Some(low), Some(high)) = (of(Statistic::Lowest), of(Statistic::Highest)) {
            said.push(if low.compare(&high).is_eq() {
                format!("values of {low} throughout")
            } else {
                format!("values from {low} to {high}")
            });
        }
        if said.is_empty() {
            return Err("the measure has no statistics".to_owned());
        }
        let small = if records.to_f64() < SMALL_SAMPLE { ", a small sample" } else { "" };
        let over = self.counted(&records);
        Ok(format!("{} has {}, over {over}{small}.", one.name, list(&said)))
    }

    pub(super) fn outlier(&self) -> Result<String, String> {
        let one = self.one()?;
        let end = match self.statistic {
            Statistic::Highest => "highest",
            Statistic::Lowest => "lowest",
            _ => return Err("takes highest or lowest".to_owned()),
        };
        let far = one.far_out(self.statistic, self.field).ok_or("has too few positive values")?;
        if far < OUTLYING {
            return Err(format!("the {end} value is near the median"));
        }
        let value = self.amount(one)?;
        let median = one.amount(Statistic::Median, Some(self.field)).ok_or("has no median")?;
        let sample = one.sample(self.statistic, Some(self.field)).ok_or("has no sample")?;
        let name = match one.id {
            Id::Measure(_) => format!("all {}", self.book.record.many),
            _ => one.name.clone(),
        };
        let place = self.place();
        Ok(format!(
            "{place}the {end} {} of {name} is {value}, against a median of {median} over {}{}.",
            name::column(self.field),
            self.counted(&sample),
            self.if_small(one),
        ))
    }

    pub(super) fn completeness(&self) -> Result<String, String> {
        let one = self.one()?;
        let Id::Column(c) = one.id else { return Err("takes a column".to_owned()) };
        let column = &self.book.facts.completeness[c];
        let missing = one.count(column.missing, "missing");
        let all = column.present.saturating_add(column.missing);
        if all == 0 {
            return Err("there are no records".to_owned());
        }
        let facts = vec![one.fact("present"), one.fact("missing")];
        let all = Amount::derived_count(all, facts);
        let share = in_brackets(Amount::part(&missing, &all));
        let all = self.counted(&all);
        if missing.is_zero() {
            return Ok(format!("{} is there in each of {all}.", one.name));
        }
        Ok(format!("{} is missing in {missing} of {all}{share}.", one.name))
    }

    pub(super) fn sentiment(&self) -> Result<String, String> {
        let one = self.one()?;
        let found = one.sentiment().filter(|found| found.count > 0).ok_or("there are no texts")?;
        let texts = one.count(found.count, "count");
        let counted = |count: u64, member: &str| {
            let count = one.count(count, member);
            let share = in_brackets(Amount::part(&count, &texts));
            format!("{count}{share} {member}")
        };
        let of = match one.id {
            Id::TextGroup(..) => format!(" of {}", one.name),
            _ => String::new(),
        };
        let score = one.amount(Statistic::Score, None);
        let score = score.map(|score| format!("; the mean score is {score}"));
        Ok(format!(
            "{}of {}{of}, {}, {} and {}{}{}.",
            self.place(),
            self.counted(&texts),
            counted(found.positive, "positive").replacen(" positive", " are positive", 1),
            counted(found.neutral, "neutral"),
            counted(found.negative, "negative"),
            score.unwrap_or_default(),
            self.if_small(one),
        ))
    }

    pub(super) fn span(&self) -> Result<String, String> {
        let Id::Time = self.one()?.id else { return Err("takes the time".to_owned()) };
        let time = self.book.facts.time.as_ref().ok_or("there is no time")?;
        let (Some(first), Some(last)) = (&time.first, &time.last) else {
            return Err("the facts have no first and last moment".to_owned());
        };
        let moment = |moment: &str| name::moment(&time.field, moment);
        // Records without a moment are of none of them.
        let column = name::column(&time.field);
        Ok(if first == last {
            format!("the only {column} is {}.", moment(first))
        } else {
            format!("{column} runs from {} to {}.", moment(first), moment(last))
        })
    }

    pub(super) fn rejects(&self) -> Result<String, String> {
        let one = self.one()?;
        let facts = self.book.facts;
        match one.id {
            Id::Reject(_) => {
                let count = one.records().ok_or("has no count")?;
                let times = if count.shown == "1" { "time" } else { "times" };
                Ok(format!("{} was found {count} {times}.", one.name))
            }
            Id::File => {
                let records = facts.records;
                if records.read == 0 {
                    return Err("no record was read".to_owned());
                }
                let read = one.count(records.read, "read");
                if records.rejected == 0 {
                    return Ok(match records.read {
                        1 => "the only record of the file is valid.".to_owned(),
                        _ => format!("all {read} records of the file are valid."),
                    });
                }
                let rejected = one.count(records.rejected, "rejected");
                let valid = one.count(records.valid, "valid");
                let share = Amount::share(facts.reject_rate, vec!["/reject_rate".to_owned()]);
                let share = in_brackets(share);
                let are = if records.valid == 1 { "is" } else { "are" };
                let were = if records.rejected == 1 { "was" } else { "were" };
                Ok(format!(
                    "{valid} of {read} records {are} valid, and {rejected}{share} {were} rejected."
                ))
            }
            _ => Err("takes the file or an error".to_owned()),
        }
    }

    pub(super) fn nothing(&self) -> Result<String, String> {
        let one = self.one()?;
        let facts = self.book.facts;
        let valid = Amount::count(facts.records.valid, "/records/valid".to_owned());
        let value_of = |field: &str| format!("has a value of {}", name::column(field));
        let has_values = |family: Option<Family<'f>>| {
            family.is_some_and(|family| !family.members.is_empty() || family.others.is_some())
        };
        let (is_empty, has) = match one.id {
            Id::Dimension(d) => (
                !has_values(self.book.family(one.id)) && facts.dimensions[d].distinct == 0,
                value_of(&facts.dimensions[d].field),
            ),
            Id::Measure(m) => {
                let MeasureFacts { field, total, .. } = &facts.measures[m];
                (total.count == 0, value_of(field))
            }
            Id::Segment(m, s) => {
                let MeasureFacts { field, segments, .. } = &facts.measures[m];
                let has = format!("is in {}, by {}", one.name, name::column(field));
                (segments[s].records == 0, has)
            }
            Id::Text => (
                one.sentiment().is_none_or(|found| found.count == 0),
                value_of(facts.text.as_ref().map_or("", |text| &text.field)),
            ),
            _ => return Err("takes a dimension, measure, segment or the texts".to_owned()),
        };
        if !is_empty {
            return Err(format!("{} has something", one.id));
        }
        Ok(format!("none of {} {has}.", self.counted_records(&valid)))
    }

    fn counted_records(&self, records: &Amount) -> String {
        format!("{records} {}", self.book.record.many)
    }

    pub(super) fn quote(&self) -> Result<String, String> {
        let one = self.one()?;
        let Id::Quote(q) = one.id else { return Err("takes a quote".to_owned()) };
        let text = self.book.facts.text.as_ref().ok_or("there is no text")?;
        let quote = &text.quotes[q];
        let about = quote.about.as_ref().map(|_| format!(" of {}", one.name));
        // No mark within it can end the quotation.
        let said = shown_up_to(&quote.text, QUOTE_CHARS).replace('"', "'");
        let end = if said.ends_with(['.', '!', '?', '…']) { "" } else { "." };
        let (column, about) = (name::column(&text.field), about.unwrap_or_default());
        Ok(format!("one {column}{about} reads: “{said}”{end}"))
    }
}

impl Subject<'_> {
    /// How many times the highest value is the median, or the median the lowest value: of a few values at least,
    /// where what is divided by is positive.
    pub(crate) fn far_out(&self, end: Statistic, field: &str) -> Option<f64> {
        let (stats, _) = self.stats(field)?;
        let of = |statistic| Some(self.amount(statistic, Some(field))?.to_f64());
        let (far, near) = match end {
            Statistic::Highest => (of(Statistic::Highest)?, of(Statistic::Median)?),
            _ => (of(Statistic::Median)?, of(Statistic::Lowest)?),
        };
        (stats.count >= FEWEST_VALUES && near > 0.0 && far > 0.0).then_some(far / near)
    }
}
