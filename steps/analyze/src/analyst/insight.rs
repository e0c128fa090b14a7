//! What is worth knowing.
//!
//! The confidence says how far the numbers carry the statement:
//!
//! | about | high | medium | low |
//! |---|---|---|---|
//! | the leading group | its lead is beyond chance: `(a - b)² ≥ 4 (a + b)` | it leads, with at least 10 records | it shares the lead, or is a small sample |
//! | a measure, segments, texts | at least 100 values | at least 30 | fewer |

use pipeline_core::{
    analysis::Level,
    facts::{MeasureFacts, Stats},
};

use super::{
    Analyst, SMALL_SAMPLE, name,
    ranking::{Head, heaviest, next, ties},
    sentiment::{best_and_worst, shares},
    several,
};
use crate::{
    plan::{Ask, Topic},
    wording::{count, exact, float, in_brackets, list, percent},
};

impl Analyst<'_> {
    pub(super) fn insight(&self, ask: &Ask) -> (String, Level) {
        let said = match &ask.topic {
            Topic::Dimension(field) => self.leading(field, ask.top),
            Topic::Measure(field) => self.distribution(field),
            Topic::Segments(field) => self.compared_segments(field),
            Topic::Segment { measure, label } => self.one_segment(measure, label, ask.top),
            Topic::Text(_) => self.texts(None),
            Topic::TextBy { dimension, .. } => self.texts(Some(dimension)),
        };
        said.unwrap_or_else(|| (self.nothing(&ask.topic), Level::Low))
    }

    /// Says that the facts have nothing about this.
    pub(super) fn nothing(&self, topic: &Topic) -> String {
        let valid = self.records(self.facts.records.valid);
        match topic {
            Topic::Segment { measure, label } => format!(
                "None of the {valid} is in the {} segment of {}.",
                name::segment(measure, label),
                name::column(measure),
            ),
            Topic::Dimension(field)
            | Topic::Measure(field)
            | Topic::Segments(field)
            | Topic::Text(field)
            | Topic::TextBy { text: field, .. } => {
                format!("None of the {valid} has a value of {}.", name::column(field))
            }
        }
    }

    fn leading(&self, field: &str, places: usize) -> Option<(String, Level)> {
        let dimension = self.dimension(field)?;
        let head = Head::of(&dimension.groups, places)?;
        let all = self.facts.records.valid;
        let (first, (_, best)) = (head.first(), head.groups.first()?);
        let second = match head.groups.get(first.len()) {
            Some((_, second)) => Some(second.records),
            None => head.next.first().map(|(_, next)| next.records),
        };
        let is_close = second.is_some_and(|second| !is_beyond_chance(best.records, second));
        let column = name::column(field);
        let mut sentences = Vec::new();
        if first.len() > 1 {
            sentences.push(format!("{}.", self.shared_lead(field, &head, all)));
        } else if head.groups.len() > 1 {
            sentences.push(format!("By {column}, these lead: {}.", self.head(field, &head, all)));
            sentences.extend(ties(field, &head));
        } else {
            sentences.push(format!("{} leads by {column}.", self.head(field, &head, all)));
            let verb = if head.next.len() > 1 { "are" } else { "is" };
            let chance = if is_close { ", so near that the order may be chance" } else { "" };
            sentences.extend(next(field, &head).map(|next| format!("Next {verb} {next}{chance}.")));
        }
        if dimension.distinct > 1 {
            let distinct = count(dimension.distinct);
            sentences.push(format!("There are {distinct} different {} in all.", several(field)));
        }
        sentences.extend(head.small_samples());
        let level = match first.len() {
            1 if best.records >= SMALL_SAMPLE && !is_close => Level::High,
            1 if best.records >= SMALL_SAMPLE => Level::Medium,
            _ => Level::Low,
        };
        Some((sentences.join(" "), level))
    }

    fn distribution(&self, field: &str) -> Option<(String, Level)> {
        let total = &self.measure(field).filter(|measure| measure.total.count > 0)?.total;
        let mut said = Vec::new();
        said.extend(total.median.and_then(float).map(|median| format!("a median of {median}")));
        said.extend(total.mean.and_then(float).map(|mean| format!("a mean of {mean}")));
        said.extend(range(total));
        let numbers = if said.is_empty() { "no statistics".to_owned() } else { list(&said) };
        let text = format!(
            "{} has {numbers}, over {}.",
            name::leading_column(field),
            self.records(total.count),
        );
        Some((text, by_sample(total.count)))
    }

    fn compared_segments(&self, field: &str) -> Option<(String, Level)> {
        let measure = self.measure(field)?;
        let mut ranked: Vec<_> =
            measure.segments.iter().filter(|found| found.records > 0).collect();
        ranked.sort_by_key(|segment| std::cmp::Reverse(segment.records));
        let most = ranked.first()?.records;
        let name = |label: &str| name::segment(field, label);
        let parts: Vec<_> = ranked
            .iter()
            .map(|found| {
                let (records, share) = (count(found.records), in_brackets(found.share));
                format!("{} with {records}{share}", name(&found.label))
            })
            .collect();
        let mut sentences = vec![format!(
            "The {} by segment of {}: {}.",
            self.records(measure.total.count),
            name::column(field),
            list(&parts),
        )];
        let level: Vec<_> = ranked.iter().filter(|found| found.records == most).collect();
        if level.len() > 1 {
            let names: Vec<_> = level.iter().map(|found| name(&found.label)).collect();
            sentences.push(format!("{} share the lead.", list(&names)));
        }
        let empty = measure.segments.iter().filter(|found| found.records == 0);
        let empty: Vec<_> = empty.map(|found| name(&found.label)).collect();
        if !empty.is_empty() {
            sentences.push(format!("There are none in {}.", list(&empty)));
        }
        sentences.extend(largest_sum(measure));
        Some((sentences.join(" "), by_sample(measure.total.count)))
    }

    fn one_segment(&self, field: &str, label: &str, places: usize) -> Option<(String, Level)> {
        let measure = self.measure(field)?;
        let segment = measure.segments.iter().find(|found| found.label == label)?;
        if segment.records == 0 {
            return None;
        }
        let share = in_brackets(segment.share);
        let mean = segment.stats.mean.and_then(float);
        let mean = mean.map(|mean| format!(", with a mean {} of {mean}", name::column(field)));
        let mut sentences = vec![format!(
            "{} has {} of {}{share}{}.",
            name::segment(field, label),
            count(segment.records),
            self.records(measure.total.count),
            mean.unwrap_or_default(),
        )];
        let dimension = self.facts.dimensions.first();
        if let Some((dimension, head)) = dimension.zip(Head::of(&segment.top, places)) {
            let segment_name = name::segment(field, label);
            if head.is_flat() {
                let lead = self.shared_lead(&dimension.field, &head, segment.records);
                sentences.push(format!("In {segment_name}, {lead}."));
            } else {
                let leads = if head.groups.len() == 1 { "leads" } else { "lead" };
                sentences.push(format!(
                    "In {segment_name}, {} {leads} by {}.",
                    self.head(&dimension.field, &head, segment.records),
                    name::column(&dimension.field),
                ));
                sentences.extend(ties(&dimension.field, &head));
            }
        }
        Some((sentences.join(" "), by_sample(segment.records)))
    }

    fn texts(&self, dimension: Option<&str>) -> Option<(String, Level)> {
        let text = self.free_text()?;
        let by = self.sentiment_by(dimension).map(best_and_worst);
        let sentences: Vec<_> = [Some(shares(text)), by].into_iter().flatten().collect();
        Some((sentences.join(" "), by_sample(text.overall.count)))
    }
}

/// Two counts of a Poisson process differ by more than two standard deviations.
fn is_beyond_chance(more: u64, fewer: u64) -> bool {
    let lead = u128::from(more.saturating_sub(fewer));
    lead.saturating_mul(lead) >= 4 * (u128::from(more) + u128::from(fewer))
}

fn by_sample(records: u64) -> Level {
    match records {
        100.. => Level::High,
        30.. => Level::Medium,
        _ => Level::Low,
    }
}

/// `values from 99 to 1,899`
fn range(stats: &Stats) -> Option<String> {
    let (min, max) = (exact(stats.min.as_deref()?)?, exact(stats.max.as_deref()?)?);
    Some(if min == max {
        format!("values of {min} throughout")
    } else {
        format!("values from {min} to {max}")
    })
}

/// `By the sum of price, Flagship comes first: 210,000 of 466,903 (45.0%).`
fn largest_sum(measure: &MeasureFacts) -> Option<String> {
    let (segment, share) = heaviest(measure)?;
    Some(format!(
        "By the sum of {}, {} comes first: {} of {} ({}).",
        name::column(&measure.field),
        name::segment(&measure.field, &segment.label),
        exact(segment.stats.sum.as_deref()?)?,
        exact(measure.total.sum.as_deref()?)?,
        percent(share)?,
    ))
}
