//! What to do, and by which numbers.
//!
//! | about | high | medium | low |
//! |---|---|---|---|
//! | a dimension | the leading group has a third of the records | a tenth | less, or nothing leads |
//! | a segment | it has a third of the records | a tenth | less, or nothing leads in it |
//! | segments | the first has half of the sum | a third | less |
//! | a measure | | | always |
//! | texts | the lowest mean score is 0.3 below the overall one | 0.1 | less |
//!
//! What rests on a small sample of texts is one level lower.

use pipeline_core::analysis::Level;

use super::{
    Analyst, SMALL_SAMPLE, lower, name,
    ranking::{Head, heaviest, ties},
    sentiment::{comparable, extreme, scores, shares},
    several,
};
use crate::{
    check::part,
    plan::{Ask, Topic},
    wording::{count, exact, percent, score},
};

impl Analyst<'_> {
    pub(super) fn recommendation(&self, ask: &Ask) -> (String, Level) {
        let said = match &ask.topic {
            Topic::Dimension(field) => self.favour_leading(field, ask.top),
            Topic::Measure(field) => self.review_range(field),
            Topic::Segments(field) => self.favour_segment(field),
            Topic::Segment { measure, label } => self.favour_in_segment(measure, label, ask.top),
            Topic::Text(_) => self.look_into(None),
            Topic::TextBy { dimension, .. } => self.look_into(Some(dimension)),
        };
        said.unwrap_or_else(|| {
            (self.nothing(&ask.topic) + " There is nothing to recommend.", Level::Low)
        })
    }

    fn favour_leading(&self, field: &str, places: usize) -> Option<(String, Level)> {
        let dimension = self.dimension(field)?;
        let head = Head::of(&dimension.groups, places)?;
        let all = self.facts.records.valid;
        let mut sentences = Vec::new();
        if head.is_flat() {
            sentences.push(format!("Prefer none: {}.", self.shared_lead(field, &head, all)));
        } else {
            let column = name::column(field);
            let leads = match head.groups.len() {
                1 => format!("it leads by {column}"),
                _ => format!("by {column} they lead"),
            };
            sentences.push(format!("Plan for {} first: {leads}.", self.head(field, &head, all)));
            sentences.extend(ties(field, &head));
        }
        sentences.extend(head.small_samples());
        if let Some(share) = part(dimension.other_records, all).filter(|share| *share >= 0.5) {
            sentences.push(format!(
                "Keep the range broad: {} of {} ({}) are of {} beyond the most frequent ones.",
                count(dimension.other_records),
                self.records(all),
                percent(share)?,
                several(field),
            ));
        }
        let share = head.groups.first().map_or(0.0, |(_, group)| group.share);
        let level = if head.is_flat() { Level::Low } else { by_share(share, 1.0 / 3.0, 0.1) };
        Some((sentences.join(" "), level))
    }

    fn favour_in_segment(
        &self,
        field: &str,
        label: &str,
        places: usize,
    ) -> Option<(String, Level)> {
        let measure = self.measure(field)?;
        let segment = measure.segments.iter().find(|found| found.label == label)?;
        let dimension = self.facts.dimensions.first()?;
        let head = Head::of(&segment.top, places)?;
        let segment_name = name::segment(field, label);
        let mut sentences = Vec::new();
        if head.is_flat() {
            let lead = self.shared_lead(&dimension.field, &head, segment.records);
            sentences.push(format!("In {segment_name}, prefer none: {lead}."));
        } else {
            let leads = if head.groups.len() == 1 { "it leads" } else { "they lead" };
            sentences.push(format!(
                "In {segment_name}, put {} first: {leads} by {}.",
                self.head(&dimension.field, &head, segment.records),
                name::column(&dimension.field),
            ));
            sentences.extend(ties(&dimension.field, &head));
        }
        sentences.extend(head.small_samples());
        if let Some(share) = percent(segment.share) {
            let all = self.records(measure.total.count);
            sentences.push(format!("{segment_name} has {share} of all {all}."));
        }
        let level =
            if head.is_flat() { Level::Low } else { by_share(segment.share, 1.0 / 3.0, 0.1) };
        Some((sentences.join(" "), level))
    }

    fn favour_segment(&self, field: &str) -> Option<(String, Level)> {
        let measure = self.measure(field)?;
        let (segment, share) = heaviest(measure)?;
        let text = format!(
            "Give {} the most weight: it has {} of the sum of {} with {} of the {}.",
            name::segment(field, &segment.label),
            percent(share)?,
            name::column(field),
            percent(segment.share)?,
            self.records(measure.total.count),
        );
        Some((text, by_share(share, 0.5, 1.0 / 3.0)))
    }

    fn review_range(&self, field: &str) -> Option<(String, Level)> {
        let total = &self.measure(field).filter(|measure| measure.total.count > 0)?.total;
        let text = format!(
            "Look at both ends of {}: the lowest is {} and the highest {}, over {}.",
            name::column(field),
            exact(total.min.as_deref()?)?,
            exact(total.max.as_deref()?)?,
            self.records(total.count),
        );
        Some((text, Level::Low))
    }

    fn look_into(&self, dimension: Option<&str>) -> Option<(String, Level)> {
        let text = self.free_text()?;
        let by = self.sentiment_by(dimension);
        let groups = by.map(comparable).unwrap_or_default();
        let worst = extreme(&groups, f64::min);
        let (Some(by), Some((_, first))) = (by, worst.first()) else {
            return Some((shares(text) + " No group stands out.", Level::Low));
        };
        let overall = text.overall.mean_score;
        let said = format!(
            "Look into the {} of {}: by {}, the lowest mean score, against {} overall.",
            several(&text.field),
            scores(&by.field, &worst),
            name::column(&by.field),
            score(overall)?,
        );
        let is_small = worst.iter().any(|(_, found)| found.count < SMALL_SAMPLE);
        let level = by_share(overall - first.mean_score, 0.3, 0.1);
        Some((said, if is_small { lower(level) } else { level }))
    }
}

fn by_share(share: f64, high: f64, medium: f64) -> Level {
    if share >= high {
        Level::High
    } else if share >= medium {
        Level::Medium
    } else {
        Level::Low
    }
}
