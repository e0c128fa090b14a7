//! A few sentences for somebody who reads nothing else.

use pipeline_core::analysis::Level;

use super::{
    Analyst, name,
    ranking::Head,
    sentiment::{texts_of, with_share},
};
use crate::{
    statement::Statement,
    wording::{capitalized, count, float, in_brackets, list},
};

impl Analyst<'_> {
    pub(super) fn summary(&self, anomalies: &[Statement]) -> String {
        let sentences = [
            Some(self.kept()),
            self.leader(),
            self.middle(),
            self.span(),
            self.mood(),
            Some(alarm(anomalies)),
        ];
        sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn kept(&self) -> String {
        let records = self.facts.records;
        let read = count(records.read);
        if records.rejected == 0 {
            return format!("All {read} records of the file are valid.");
        }
        let most = self.most_frequent_error().map(|most| format!(", most often for {most}"));
        format!(
            "{} of {read} records are valid; {}{} were rejected{}.",
            count(records.valid),
            count(records.rejected),
            in_brackets(self.facts.reject_rate),
            most.unwrap_or_default(),
        )
    }

    fn leader(&self) -> Option<String> {
        let dimension = self.facts.dimensions.first()?;
        let head = Head::of(&dimension.groups, 1)?;
        let all = self.facts.records.valid;
        Some(match head.first().len() {
            1 => {
                let lead = self.head(&dimension.field, &head, all);
                format!("By {}, {lead} leads.", name::column(&dimension.field))
            }
            _ => format!("{}.", self.shared_lead(&dimension.field, &head, all)),
        })
    }

    fn middle(&self) -> Option<String> {
        let measure = self.facts.measures.first()?;
        let mean = measure.total.mean.and_then(float).map(|mean| format!("a mean of {mean}"));
        let median =
            measure.total.median.and_then(float).map(|found| format!("a median of {found}"));
        let said: Vec<_> = mean.into_iter().chain(median).collect();
        let name = name::leading_column(&measure.field);
        (!said.is_empty()).then(|| format!("{name} has {}.", list(&said)))
    }

    fn span(&self) -> Option<String> {
        let time = self.facts.time.as_ref()?;
        let (first, last) = (time.first.as_deref()?, time.last.as_deref()?);
        let many = capitalized(&self.plan.record.many);
        let from = name::moment(&time.field, first);
        let range = if first == last {
            format!("are of {from}")
        } else {
            format!("run from {from} to {}", name::moment(&time.field, last))
        };
        let busiest = Head::of(&time.periods, 1).filter(|_| time.periods.len() > 1).map(|head| {
            let names: Vec<_> =
                head.groups.iter().map(|(value, _)| name::group(&time.by, Some(value))).collect();
            let each = if names.len() > 1 { " each" } else { "" };
            let others = if head.more_share { " and others" } else { "" };
            format!(", most in {}{others} ({}{each})", list(&names), count(head.smallest()))
        });
        Some(format!("{many} {range}{}.", busiest.unwrap_or_default()))
    }

    fn mood(&self) -> Option<String> {
        let text = self.free_text()?;
        Some(format!(
            "Of {}, {} are positive and {} negative.",
            texts_of(text, text.overall.count),
            with_share(text.overall.positive, text.overall.count),
            with_share(text.overall.negative, text.overall.count),
        ))
    }
}

fn alarm(anomalies: &[Statement]) -> String {
    let mut worst: Vec<_> = anomalies.iter().collect();
    worst.sort_by_key(|anomaly| anomaly.level);
    let named = |level: Level| {
        let mut kinds: Vec<_> = worst
            .iter()
            .filter(|anomaly| anomaly.level == level)
            .map(|anomaly| name::marked(&anomaly.kind))
            .collect();
        kinds.dedup();
        (!kinds.is_empty()).then(|| format!("{} severity ({})", level.as_str(), list(&kinds)))
    };
    let levels: Vec<_> = Level::ALL.into_iter().filter_map(named).collect();
    if levels.is_empty() {
        return "No anomaly was found.".to_owned();
    }
    format!("There are anomalies of {}.", list(&levels))
}
