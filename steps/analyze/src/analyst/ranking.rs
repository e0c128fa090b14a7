//! Which groups lead, and which share a place.

use pipeline_core::facts::{Facts, Group, MeasureFacts, SegmentFacts};

use super::{Analyst, SMALL_SAMPLE, name};
use crate::{
    check::{Leaders, group_label, share_of_sum},
    plan::{Ask, Topic},
    wording::{count, in_brackets, list, percent},
};

/// How many more than asked are named where several share the last place.
const MOST_SHARING: usize = 3;

/// The groups at the head of a list, with those that share the last place.
pub(super) struct Head<'g> {
    /// At most the places asked for and [`MOST_SHARING`] more.
    pub(super) groups: Vec<(&'g str, &'g Group)>,
    /// Whether more share the last place than are named.
    pub(super) more_share: bool,
    /// Those at the next place after all of them.
    pub(super) next: Vec<(&'g str, &'g Group)>,
}

/// The groups with a value and with records; a missing value leads nothing.
pub(super) fn ranked(groups: &[Group]) -> Vec<(&str, &Group)> {
    let mut ranked: Vec<_> = groups
        .iter()
        .filter(|group| group.records > 0)
        .filter_map(|group| Some((group.value.as_deref()?, group)))
        .collect();
    ranked.sort_by_key(|(_, group)| std::cmp::Reverse(group.records));
    ranked
}

impl<'g> Head<'g> {
    pub(super) fn of(groups: &'g [Group], places: usize) -> Option<Self> {
        let ranked = ranked(groups);
        let last = ranked.get(places.clamp(1, ranked.len().max(1)) - 1)?.1.records;
        let through = ranked.iter().take_while(|(_, group)| group.records >= last).count();
        let shown = through.min(places.max(1) + MOST_SHARING);
        let next = ranked.get(through).map(|(_, group)| group.records);
        let level = |(_, group): &&(&str, &Group)| Some(group.records) == next;
        let next = ranked[through..].iter().take_while(level).copied().collect();
        let groups = ranked.into_iter().take(shown).collect();
        Some(Self { groups, more_share: through > shown, next })
    }

    /// The first places: one group, or all that share it.
    pub(super) fn first(&self) -> &[(&'g str, &'g Group)] {
        let most = self.groups.first().map(|(_, group)| group.records);
        let level = |(_, group): &&(&str, &Group)| Some(group.records) == most;
        &self.groups[..self.groups.iter().take_while(level).count()]
    }

    /// Whether so many share the lead that naming them would be arbitrary.
    pub(super) fn is_flat(&self) -> bool {
        self.more_share && self.first().len() == self.groups.len()
    }

    pub(super) fn smallest(&self) -> u64 {
        self.groups.last().map_or(0, |(_, group)| group.records)
    }

    /// Says that samples are small, where they are.
    pub(super) fn small_samples(&self) -> Option<String> {
        let small = self.groups.iter().filter(|(_, group)| group.records < SMALL_SAMPLE).count();
        let subject = match (small, self.groups.len()) {
            (0, _) => return None,
            (1, 1) => "This is a small sample",
            (small, all) if small == all => "These are small samples",
            _ => "Some of these are small samples",
        };
        Some(format!("{subject}: look again with more data."))
    }
}

impl Analyst<'_> {
    /// `A (10 of 716 sales, 1.4%), B (9) and C (8)`
    pub(super) fn head(&self, field: &str, head: &Head<'_>, all: u64) -> String {
        let entry = |(index, (value, group)): (usize, &(&str, &Group))| {
            let share = percent(group.share).map(|share| format!(", {share}")).unwrap_or_default();
            let numbers = match index {
                0 => format!("{} of {}{share}", count(group.records), self.records(all)),
                _ => count(group.records),
            };
            format!("{} ({numbers})", name::group(field, Some(value)))
        };
        let mut names: Vec<_> = head.groups.iter().enumerate().map(entry).collect();
        if head.more_share {
            names.push(format!("others with {} too", count(head.smallest())));
        }
        list(&names)
    }

    /// `A and B share the lead by model, with 3 of 68 sales each (4.4%)`
    pub(super) fn shared_lead(&self, field: &str, head: &Head<'_>, all: u64) -> String {
        /// Named as examples where there are too many to name.
        const EXAMPLES: usize = 2;
        let first = head.first();
        let shown = if head.is_flat() { EXAMPLES } else { first.len() };
        let mut names: Vec<_> =
            first.iter().take(shown).map(|(value, _)| name::group(field, Some(value))).collect();
        if head.is_flat() {
            names.push("others".to_owned());
        }
        format!(
            "{} share the lead by {}, with {} of {} each{}",
            list(&names),
            name::column(field),
            count(first.first().map_or(0, |(_, group)| group.records)),
            self.records(all),
            first.first().map(|(_, group)| in_brackets(group.share)).unwrap_or_default(),
        )
    }
}

/// `B with 9`, `B and C with 9 each`
pub(super) fn next(field: &str, head: &Head<'_>) -> Option<String> {
    let (_, first) = head.next.first()?;
    let shown = head.next.iter().take(MOST_SHARING);
    let mut names: Vec<_> = shown.map(|(value, _)| name::group(field, Some(value))).collect();
    if head.next.len() > MOST_SHARING {
        names.push("others".to_owned());
    }
    let each = if names.len() > 1 { " each" } else { "" };
    Some(format!("{} with {}{each}", list(&names), count(first.records)))
}

/// `B and C are level at 9.`, where groups share the last place.
pub(super) fn ties(field: &str, head: &Head<'_>) -> Option<String> {
    let last = head.smallest();
    let level = head.groups.iter().filter(|(_, group)| group.records == last);
    let names: Vec<_> = level.map(|(value, _)| name::group(field, Some(value))).collect();
    (names.len() > 1).then(|| format!("{} are level at {}.", list(&names), count(last)))
}

/// The segment that has the most of its measure's sum, and how much.
pub(super) fn heaviest(measure: &MeasureFacts) -> Option<(&SegmentFacts, f64)> {
    let segments = measure.segments.iter();
    let shares =
        segments.filter_map(|found| Some((found, share_of_sum(&found.stats, &measure.total)?)));
    shares.max_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// What the groups are called that a statement must name, one for each place.
pub(crate) fn labels(leaders: &Leaders) -> Vec<String> {
    let sharing = leaders.sharing.iter().take(leaders.places - leaders.ahead.len());
    let named = leaders.ahead.iter().chain(sharing);
    named.map(|value| group_label(&leaders.field, Some(value))).collect()
}

/// The groups that a statement must name; `None` if it is not about leading groups, or none leads.
pub(crate) fn leaders(ask: &Ask, facts: &Facts) -> Option<Leaders> {
    let (field, groups) = match &ask.topic {
        Topic::Dimension(field) => {
            let dimension = facts.dimensions.iter().find(|dimension| dimension.field == *field)?;
            (field, &dimension.groups)
        }
        Topic::Segment { measure, label } => {
            let measure = facts.measures.iter().find(|facts| facts.field == *measure)?;
            let segment = measure.segments.iter().find(|segment| segment.label == *label)?;
            (&facts.dimensions.first()?.field, &segment.top)
        }
        _ => return None,
    };
    if Head::of(groups, ask.top)?.is_flat() {
        return None;
    }
    let head = ranked(groups);
    let places = ask.top.clamp(1, head.len().max(1));
    let last = head.get(places - 1)?.1.records;
    let named = |pick: fn(u64, u64) -> bool| {
        let picked = head.iter().filter(|(_, group)| pick(group.records, last));
        picked.map(|(value, _)| (*value).to_owned()).collect()
    };
    let ahead = named(|records, last| records > last);
    let sharing = named(|records, last| records == last);
    Some(Leaders { field: field.clone(), ahead, sharing, places })
}
