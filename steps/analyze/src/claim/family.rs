//! Groups that can be compared: those of one list of the facts, and their order.

use std::{cmp::Ordering, collections::HashMap};

use pipeline_core::facts::Group;

use super::{amount::Amount, book::Book, grammar::Statistic, id::Id, name, subject::Subject};

/// Groups with fewer texts are neither best nor worst of anything by their scores.
pub(crate) const FEWEST_TEXTS: u64 = 5;

/// The groups of one list of the facts.
pub(crate) struct Family<'f> {
    pub(crate) members: Vec<Subject<'f>>,
    /// Where the list stands in `facts.json`.
    pub(super) pointer: String,
    /// What they share: `model`, `segment of price`, `month`.
    pub(super) by: String,
    /// What several of them are called.
    pub(super) several: String,
    /// The segment that all of it is in.
    pub(super) within: Option<String>,
    /// The records or texts that the shares are parts of.
    pub(super) whole: Option<Amount>,
    /// What the records of the whole have, where they are not all: ` with a value of price`.
    pub(super) whole_has: String,
    /// The records or texts of groups that the facts do not list; none where they list all.
    pub(super) others: Option<Amount>,
    /// The records without a value, where the facts list them.
    pub(super) missing: Option<Amount>,
    /// Whether no group that is not listed has more records than one that is.
    lists_largest: bool,
}

/// A family by a statistic, most first: a missing value leads nothing.
pub(crate) struct Ranking<'f> {
    pub(crate) entries: Vec<(Subject<'f>, Amount)>,
    /// Whether groups were left out, since they have too few texts.
    is_filtered: bool,
    /// Whether a group has values whose statistic cannot be said. It may be first or last then.
    pub(super) has_unsaid: bool,
}

impl<'f> Book<'f> {
    /// The list that this stands in, or that this is; `None` if it is neither.
    pub(crate) fn family(&self, id: Id) -> Option<Family<'f>> {
        match id {
            Id::Dimension(d) | Id::Group(d, _) => self.groups(d),
            Id::Pair(p) | Id::PairGroup(p, _) => self.pairs(p),
            Id::Measure(m) | Id::Segment(m, _) => self.segments(m),
            Id::SegmentGroup(m, s, _) => self.segment_groups(m, s),
            Id::Time | Id::Period(_) => self.periods(),
            Id::TextBy(x) | Id::TextGroup(x, _) => self.text_groups(x),
            Id::Reject(_) => {
                let count = self.facts.rejects.len();
                Some(self.list("/rejects", "error", count, |e| Some(Id::Reject(e))))
            }
            Id::File | Id::Text | Id::Column(_) | Id::Quote(_) => None,
        }
    }

    fn groups(&self, d: usize) -> Option<Family<'f>> {
        let dimension = self.facts.dimensions.get(d)?;
        let groups = &dimension.groups;
        let is_boolean = |value: &str| matches!(value, "true" | "false");
        let is_boolean = groups.iter().all(|group| group.value.as_deref().is_none_or(is_boolean));
        let pointer = format!("/dimensions/{d}/groups");
        let mut family = self.list(&pointer, &dimension.field, groups.len(), |g| {
            groups[g].value.as_ref().map(|_| Id::Group(d, g))
        });
        family.missing = missing(groups, &pointer);
        if is_boolean {
            family.several = format!("values of {}", family.by);
        }
        family.whole = Some(self.all_records());
        // Where every value is listed, what is not listed has none.
        if dimension.distinct > family.members.len() as u64 {
            family.others =
                others(dimension.other_records, format!("/dimensions/{d}/other_records"));
        }
        Some(family)
    }

    fn pairs(&self, p: usize) -> Option<Family<'f>> {
        let pair = self.facts.pairs.get(p)?;
        let by = pair.fields.each_ref().map(|field| name::column(field)).join(" and ");
        let pointer = format!("/pairs/{p}/groups");
        let mut family = self.list(&pointer, &by, pair.groups.len(), |g| {
            let has_both = pair.groups[g].values.iter().all(Option::is_some);
            has_both.then_some(Id::PairGroup(p, g))
        });
        family.several = format!("pairs of {by}");
        family.whole = Some(self.all_records());
        family.others = others(pair.other_records, format!("/pairs/{p}/other_records"));
        Some(family)
    }

    fn segments(&self, m: usize) -> Option<Family<'f>> {
        let measure = self.facts.measures.get(m)?;
        let column = name::column(&measure.field);
        let pointer = format!("/measures/{m}/segments");
        let mut family =
            self.list(&pointer, &format!("segment of {column}"), measure.segments.len(), |s| {
                Some(Id::Segment(m, s))
            });
        family.several = format!("segments of {column}");
        family.whole = self.subject(Id::Measure(m))?.records();
        if measure.total.count != self.facts.records.valid {
            family.whole_has = format!(" with a value of {column}");
        }
        Some(family)
    }

    fn segment_groups(&self, m: usize, s: usize) -> Option<Family<'f>> {
        let segment = self.subject(Id::Segment(m, s))?;
        let top = &self.facts.measures.get(m)?.segments.get(s)?.top;
        let field = &self.facts.dimensions.first()?.field;
        let pointer = segment.id.pointer() + "/top";
        let mut family = self.list(&pointer, field, top.len(), |g| {
            top[g].value.as_ref().map(|_| Id::SegmentGroup(m, s, g))
        });
        family.missing = missing(top, &pointer);
        let whole = segment.records()?;
        let listed: u64 = top.iter().fold(0, |sum, group| sum.saturating_add(group.records));
        family.others = whole.minus(&Amount::count(listed, pointer));
        family.whole = Some(whole);
        family.within = Some(segment.name);
        Some(family)
    }

    fn periods(&self) -> Option<Family<'f>> {
        let time = self.facts.time.as_ref()?;
        let mut family = self.list("/time/periods", &time.by, time.periods.len(), |t| {
            time.periods[t].value.as_ref().map(|_| Id::Period(t))
        });
        family.whole = Some(self.all_records());
        family.others = others(time.other_records, "/time/other_records".to_owned());
        family.lists_largest = false;
        Some(family)
    }

    fn text_groups(&self, x: usize) -> Option<Family<'f>> {
        let by = self.facts.text.as_ref()?.by.get(x)?;
        let pointer = format!("/text/by/{x}/groups");
        let mut family = self.list(&pointer, &by.field, by.groups.len(), |g| {
            by.groups[g].value.as_ref().map(|_| Id::TextGroup(x, g))
        });
        family.whole = self.subject(Id::Text)?.records();
        family.others = others(by.other_texts, format!("/text/by/{x}/other_texts"));
        Some(family)
    }

    fn all_records(&self) -> Amount {
        Amount::count(self.facts.records.valid, "/records/valid".to_owned())
    }

    /// What groups, segments and periods are called: the names that an author may not write.
    pub(crate) fn names(&self) -> Vec<String> {
        let facts = self.facts;
        let lists = (0..facts.dimensions.len()).map(Id::Dimension);
        let lists = lists.chain((0..facts.measures.len()).map(Id::Measure)).chain([Id::Time]);
        let texts = facts.text.as_ref().map_or(0, |text| text.by.len());
        let lists = lists.chain((0..texts).map(Id::TextBy));
        let families = lists.filter_map(|list| self.family(list));
        families.flat_map(|family| family.members).map(|member| member.name).collect()
    }

    fn list(
        &self,
        pointer: &str,
        field: &str,
        count: usize,
        id: impl Fn(usize) -> Option<Id>,
    ) -> Family<'f> {
        let mut members: Vec<_> =
            (0..count).filter_map(id).filter_map(|id| self.subject(id)).collect();
        tell_apart(&mut members);
        Family {
            pointer: pointer.to_owned(),
            members,
            by: name::column(field),
            several: name::several(field),
            within: None,
            whole: None,
            whole_has: String::new(),
            others: None,
            missing: None,
            lists_largest: true,
        }
    }
}

/// Values may differ in what cannot be seen, and long ones where they are cut: then the id tells them apart.
fn tell_apart(members: &mut [Subject<'_>]) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for member in members.iter() {
        *count.entry(member.name.clone()).or_default() += 1;
    }
    for member in members.iter_mut().filter(|member| count[&member.name] > 1) {
        member.name = format!("{} ({})", member.name, member.id);
    }
}

fn missing(groups: &[Group], pointer: &str) -> Option<Amount> {
    let at = groups.iter().position(|group| group.value.is_none())?;
    Some(Amount::count(groups[at].records, format!("{pointer}/{at}/records")))
}

/// What is in groups that are not listed, if anything is.
fn others(records: u64, fact: String) -> Option<Amount> {
    (records > 0).then(|| Amount::count(records, fact))
}

impl<'f> Family<'f> {
    pub(crate) fn ranking(&self, statistic: Statistic, field: Option<&str>) -> Ranking<'f> {
        let entry = |member: &Subject<'f>| {
            let amount = member.amount(statistic, field)?;
            let texts = member.sentiment().map(|found| found.count);
            let is_enough =
                statistic != Statistic::Score || texts.is_some_and(|texts| texts >= FEWEST_TEXTS);
            is_enough.then(|| (member.clone(), amount))
        };
        let mut entries: Vec<_> = self.members.iter().filter_map(entry).collect();
        let is_filtered = entries.len() < self.members.len() && statistic == Statistic::Score;
        let is_unsaid = |member: &Subject<'f>| {
            let sample = member.sample(statistic, field);
            let has_values = sample.is_some_and(|sample| !sample.is_zero());
            has_values && member.amount(statistic, field).is_none()
        };
        let has_unsaid = statistic.is_of_measure() && self.members.iter().any(is_unsaid);
        entries.sort_by(|(_, a), (_, b)| b.exact_cmp(a));
        Ranking { entries, is_filtered, has_unsaid }
    }

    /// Whether a rank by this statistic is one among all groups, and not only among those listed.
    pub(super) fn ranks_all(&self, statistic: Statistic) -> bool {
        self.others.is_none() || (statistic == Statistic::Records && self.lists_largest)
    }

    /// Among which groups a rank is one: `By model, `, or `Of the 10 most frequent models, `.
    pub(super) fn scope(&self, statistic: Statistic, ranking: &Ranking<'f>, unit: &str) -> String {
        let within = self.within.as_ref().map(|segment| format!("In {segment}, "));
        let enough = if ranking.is_filtered {
            format!(" with at least {FEWEST_TEXTS} {unit}")
        } else {
            String::new()
        };
        if self.ranks_all(statistic) && enough.is_empty() {
            return within.unwrap_or_else(|| format!("By {}, ", self.by));
        }
        let count = Amount::count(ranking.entries.len() as u64, self.pointer.clone());
        let listed = match (self.ranks_all(statistic), self.lists_largest) {
            (true, _) => "",
            (false, true) => "most frequent ",
            (false, false) => "listed ",
        };
        let scope = format!("the {count} {listed}{}{enough}, ", self.several);
        match within {
            Some(within) => format!("{within}of {scope}"),
            None => format!("Of {scope}"),
        }
    }
}

impl<'f> Ranking<'f> {
    /// All that share the first place.
    pub(crate) fn first(&self) -> &[(Subject<'f>, Amount)] {
        self.run(0)
    }

    /// All that share the next place after the first so many.
    pub(crate) fn next(&self, after: usize) -> &[(Subject<'f>, Amount)] {
        self.run(after)
    }

    /// All that share the last place.
    pub(crate) fn last(&self) -> &[(Subject<'f>, Amount)] {
        let Some((_, last)) = self.entries.last() else { return &[] };
        let is_last = |(_, amount): &&(Subject<'f>, Amount)| amount.compare(last).is_eq();
        let count = self.entries.iter().rev().take_while(is_last).count();
        &self.entries[self.entries.len() - count..]
    }

    fn run(&self, begin: usize) -> &[(Subject<'f>, Amount)] {
        let Some(rest) = self.entries.get(begin..) else { return &[] };
        let Some((_, first)) = rest.first() else { return &[] };
        let level = |(_, amount): &&(Subject<'f>, Amount)| amount.compare(first) == Ordering::Equal;
        &rest[..rest.iter().take_while(level).count()]
    }

    /// The ids of the first so many places, and of at most `more` others that share the last of them.
    pub(crate) fn places(&self, places: usize, more: usize) -> Vec<Id> {
        let places = places.clamp(1, self.entries.len().max(1));
        let last = self.entries.get(places - 1).map(|(_, amount)| amount);
        let level = |amount: &Amount| last.is_some_and(|last| amount.compare(last).is_ge());
        let through = self.entries.iter().take_while(|(_, amount)| level(amount)).count();
        let named = self.entries.iter().take(through.min(places + more));
        named.map(|(subject, _)| subject.id).collect()
    }
}
