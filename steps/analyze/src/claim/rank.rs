//! Claims about places in a list.

use super::{
    amount::{Amount, in_brackets},
    case::{Case, SMALL_SAMPLE},
    family::{Family, Ranking},
    grammar::Statistic,
    id::Id,
    subject::Subject,
};
use crate::wording::list;

/// How many groups that share a place are named.
const MOST_NAMED: usize = 3;

type Place<'f> = (Subject<'f>, Amount);

impl<'f> Case<'_, 'f> {
    pub(super) fn leader(&self) -> Result<String, String> {
        let one = self.one()?;
        let (family, ranking) = self.ranked()?;
        let [(first, amount)] = ranking.first() else {
            return Err(format!("the first place is shared, by {}", ids(ranking.first())));
        };
        if first.id != one.id {
            return Err(format!("{} does not lead: {} does", one.id, first.id));
        }
        self.is_lead(amount)?;
        let scope = self.scope(&family, &ranking);
        let next = self.next(&family, &ranking, amount);
        if let Id::Reject(_) = one.id {
            let times = if amount.shown == "1" { "time" } else { "times" };
            return Ok(format!("the most frequent error is {}, found {amount} {times}.", one.name));
        }
        Ok(match self.statistic {
            Statistic::Records => {
                let sample = sample_note(&ranking.entries[..1]);
                let numbers = self.of_whole(&family, one, amount);
                let shared = if self.may_go_on(&family, &ranking, amount) {
                    ", perhaps together with others that are not listed"
                } else {
                    ""
                };
                let missing = missing(&family, amount);
                format!("{scope}{} leads with {numbers}{shared}.{next}{missing}{sample}", one.name)
            }
            _ => format!(
                "{scope}{} has {}: {}.{next}",
                one.name,
                self.superlative(["most", "highest"])?,
                self.with_sample(&family, one, amount)
            ),
        })
    }

    pub(super) fn shared_lead(&self) -> Result<String, String> {
        let (family, ranking) = self.ranked()?;
        let first = ranking.first();
        let shares = |subject: &Subject<'f>| first.iter().any(|(other, _)| other.id == subject.id);
        if first.len() < 2 {
            return Err(format!("the first place is not shared: {} leads alone", ids(first)));
        }
        if let Some(not) = self.subjects.iter().find(|subject| !shares(subject)) {
            return Err(format!("{} does not share the lead", not.id));
        }
        let (subject, amount) = &first[0];
        self.is_lead(amount)?;
        let names = self.names_and_others(first.len(), self.may_go_on(&family, &ranking, amount));
        let scope = self.scope(&family, &ranking);
        if self.statistic != Statistic::Records {
            let most = self.superlative(["most", "highest"])?;
            return Ok(format!("{scope}{names} share {most}: {amount} each."));
        }
        let numbers = self.of_whole(&family, subject, amount);
        let (missing, sample) = (missing(&family, amount), sample_note(first));
        Ok(format!("{scope}{names} share the lead with {numbers} each.{missing}{sample}"))
    }

    pub(super) fn last(&self) -> Result<String, String> {
        let (family, ranking) = self.ranked()?;
        // The facts list the most frequent errors, and not how many others there are.
        let is_whole = family.others.is_none() && !matches!(self.first().id, Id::Reject(_));
        if !is_whole && self.statistic == Statistic::Records {
            return Err("there is no last: not all groups are listed".to_owned());
        }
        let last = ranking.last();
        if last.len() == ranking.entries.len() {
            return Err("all are level".to_owned());
        }
        if let Some(not) = self
            .subjects
            .iter()
            .find(|subject| !last.iter().any(|(other, _)| other.id == subject.id))
        {
            return Err(format!("{} is not last: {} is", not.id, ids(last)));
        }
        self.whole_periods(&last.iter().map(|(subject, _)| subject).collect::<Vec<_>>())?;
        let scope = self.scope(&family, &ranking);
        let names = self.names_and_others(last.len(), false);
        let fewest = self.superlative(["fewest", "lowest"])?;
        let (subject, amount) = &last[0];
        // Of several, each rests on a sample of its own.
        let [one] = last else {
            return Ok(format!("{scope}{names} have {fewest}: {amount} each."));
        };
        let small = match self.statistic {
            Statistic::Records => self.if_small(&one.0),
            _ => "",
        };
        let numbers = self.with_sample(&family, subject, amount);
        Ok(format!("{scope}{names} has {fewest}: {numbers}{small}."))
    }

    pub(super) fn order(&self) -> Result<String, String> {
        if self.subjects.len() < 2 {
            return Err("takes two ids or more".to_owned());
        }
        let (family, ranking) = self.ranked()?;
        self.whole_periods(&self.subjects.iter().collect::<Vec<_>>())?;
        let places =
            self.subjects.iter().map(|subject| Ok((subject.clone(), self.amount(subject)?)));
        let places = places.collect::<Result<Vec<Place<'f>>, String>>()?;
        if let Some([(a, _), (b, _)]) =
            places.array_windows().find(|[(_, a), (_, b)]| a.compare(b).is_lt())
        {
            return Err(format!("{} comes before {}", b.id, a.id));
        }
        let smallest = &places[places.len() - 1].1;
        let is_head = places.len() <= ranking.entries.len()
            && places
                .iter()
                .zip(&ranking.entries)
                .all(|((_, amount), (_, best))| amount.compare(best).is_eq());
        let sharing = ranking.entries.iter().filter(|(_, amount)| amount.compare(smallest).is_ge());
        let others = match sharing.count() > places.len() {
            _ if !is_head => "",
            true => "others",
            false if self.may_go_on(&family, &ranking, smallest) => "perhaps others",
            false => "",
        };
        let entries = places.iter().enumerate().map(|(at, (subject, amount))| {
            let numbers = match (at, self.statistic) {
                (0, Statistic::Records) => {
                    let (numbers, share) = self.part_of_whole(&family, subject, amount);
                    let share = share.map(|share| format!(", {share}"));
                    numbers + &share.unwrap_or_default()
                }
                (_, Statistic::Records) => amount.to_string(),
                _ => format!("{amount}{}", self.if_small(subject)),
            };
            format!("{} ({numbers})", subject.name)
        });
        let mut entries: Vec<_> = entries.collect();
        if !others.is_empty() {
            entries.push(format!("{others} with {smallest} too"));
        }
        let scope = self.scope(&family, &ranking);
        let is_all = family.others.is_none() && places.len() == ranking.entries.len();
        let says = match (is_head, self.statistic) {
            (true, Statistic::Records) if !is_all => "these lead".to_owned(),
            (true, Statistic::Records) => "the order is".to_owned(),
            (true, _) => format!("the order by {} is", self.noun()),
            (false, Statistic::Records) => "the order among these is".to_owned(),
            (false, _) => format!("the order among these by {} is", self.noun()),
        };
        let ties = ties(&places);
        let is_near = |pair: &[Place<'f>; 2]| {
            let [(_, a), (_, b)] = pair;
            a.compare(b).is_gt() && !is_beyond_chance(a.to_f64(), b.to_f64())
        };
        let is_records = self.statistic == Statistic::Records;
        let near = if is_records && places.array_windows().any(is_near) {
            " Some are so near that their order may be chance."
        } else {
            ""
        };
        let sample = match self.statistic {
            Statistic::Records => sample_note(&places),
            _ => "",
        };
        let missing = match self.statistic {
            Statistic::Records if is_head => missing(&family, &places[0].1),
            _ => String::new(),
        };
        Ok(format!("{scope}{says}: {}.{ties}{near}{missing}{sample}", list(&entries)))
    }

    pub(super) fn distinct(&self) -> Result<String, String> {
        let one = self.one()?;
        let facts = self.book.facts;
        let distinct = match one.id {
            Id::Dimension(d) => facts.dimensions[d].distinct,
            Id::Pair(p) => facts.pairs[p].distinct,
            _ => return Err("takes a dimension or a pair".to_owned()),
        };
        if distinct == 0 {
            return Err("there are none".to_owned());
        }
        let count = one.count(distinct, "distinct");
        let family = self.family_of(one)?;
        Ok(if distinct == 1 {
            format!("there is {count} value of {} in all.", family.by)
        } else {
            format!("there are {count} different {} in all.", family.several)
        })
    }

    pub(super) fn unlisted(&self) -> Result<String, String> {
        let family = self.family_of(self.one()?)?;
        let others = family.others.as_ref().ok_or("all groups are listed")?;
        let whole = family.whole.as_ref().ok_or("takes a list with a whole")?;
        let listed = Amount::count(family.members.len() as u64, family.pointer.clone());
        let within = family.within.map(|segment| format!("in {segment}, "));
        Ok(format!(
            "{}{others} of {}{} are of none of the {listed} {} that are listed.",
            within.unwrap_or_default(),
            self.counted(whole),
            in_brackets(Amount::part(others, whole)),
            family.several,
        ))
    }

    fn family_of(&self, subject: &Subject<'f>) -> Result<Family<'f>, String> {
        self.book.family(subject.id).ok_or_else(|| "takes a list of groups".to_owned())
    }

    fn ranked(&self) -> Result<(Family<'f>, Ranking<'f>), String> {
        let family = self.family()?;
        let ranking = family.ranking(self.statistic, Some(self.field));
        for subject in &self.subjects {
            self.amount(subject)?;
            if !ranking.entries.iter().any(|(other, _)| other.id == subject.id) {
                return Err(format!("{} has too few texts to be ranked", subject.id));
            }
        }
        if ranking.has_unsaid {
            return Err("a group has values that cannot be compared".to_owned());
        }
        if ranking.entries.len() < 2 && self.statistic != Statistic::Records {
            return Err("there is nothing to compare it with".to_owned());
        }
        Ok((family, ranking))
    }

    fn scope(&self, family: &Family<'f>, ranking: &Ranking<'f>) -> String {
        family.scope(self.statistic, ranking, &self.unit())
    }

    /// `the most sales`, `the highest mean price`. The highest of lowest values is of no use to anybody.
    fn superlative(&self, [of_counts, of_values]: [&str; 2]) -> Result<String, String> {
        let noun = self.noun();
        Ok(match self.statistic {
            Statistic::Highest | Statistic::Lowest if noun.starts_with(of_values) => {
                format!("the {noun}")
            }
            Statistic::Highest | Statistic::Lowest => {
                return Err(format!("takes no {}", self.statistic.as_str()));
            }
            _ if self.is_count() => format!("the {of_counts} {noun}"),
            _ => format!("the {of_values} {noun}"),
        })
    }

    /// Where nobody has any, nobody leads.
    fn is_lead(&self, first: &Amount) -> Result<(), String> {
        if first.is_zero() && self.is_count() {
            return Err("nothing leads".to_owned());
        }
        Ok(())
    }

    /// Whether a group that is not listed could share this place.
    fn may_go_on(&self, family: &Family<'f>, ranking: &Ranking<'f>, place: &Amount) -> bool {
        family.others.is_some()
            && self.statistic == Statistic::Records
            && ranking.entries.last().is_some_and(|(_, last)| last.compare(place).is_eq())
    }

    /// ` Next is B with 9.`
    fn next(&self, family: &Family<'f>, ranking: &Ranking<'f>, first: &Amount) -> String {
        let next = ranking.next(1);
        let Some((_, amount)) = next.first().filter(|(_, amount)| !amount.is_zero()) else {
            return String::new();
        };
        let level = next.iter().take(MOST_NAMED).map(|(subject, _)| subject.name.clone());
        let mut names: Vec<_> = level.collect();
        if next.len() > names.len() {
            names.push("others".to_owned());
        } else if self.may_go_on(family, ranking, amount) {
            names.push("perhaps others".to_owned());
        }
        let (is_many, names) = (names.len() > 1, list(&names));
        let (verb, each) = if is_many { ("are", " each") } else { ("is", "") };
        let is_records = self.statistic == Statistic::Records;
        let chance = if is_records && !is_beyond_chance(first.to_f64(), amount.to_f64()) {
            ", so near that the order may be chance"
        } else {
            ""
        };
        format!(" Next {verb} {names} with {amount}{each}{chance}.")
    }

    /// The subjects, and whether there are others with the same.
    fn names_and_others(&self, sharing: usize, may_go_on: bool) -> String {
        let mut names: Vec<_> = self.subjects.iter().map(|subject| subject.name.clone()).collect();
        let others = [(sharing > names.len(), "others"), (may_go_on, "perhaps others")];
        let others = others.into_iter().find_map(|(is_so, others)| is_so.then_some(others));
        names.extend(others.map(str::to_owned));
        list(&names)
    }

    /// `12 of 100 sales (12.0%)`, `15 errors`
    fn of_whole(&self, family: &Family<'f>, subject: &Subject<'f>, amount: &Amount) -> String {
        let (numbers, share) = self.part_of_whole(family, subject, amount);
        numbers + &in_brackets(share)
    }

    fn part_of_whole(
        &self,
        family: &Family<'f>,
        subject: &Subject<'f>,
        amount: &Amount,
    ) -> (String, Option<Amount>) {
        let Some(whole) = &family.whole else { return (self.counted(amount), None) };
        let share = subject.share().or_else(|| Amount::part(amount, whole));
        (format!("{amount} of {}{}", self.counted(whole), family.whole_has), share)
    }

    /// A statistic with what it rests on: `+0.58 over 20 reviews`, `26,250 of 61,250 (42.9%)`.
    fn with_sample(&self, family: &Family<'f>, subject: &Subject<'f>, amount: &Amount) -> String {
        if self.statistic == Statistic::Records {
            return self.of_whole(family, subject, amount);
        }
        let whole = (self.statistic == Statistic::Sum).then(|| self.sum_of_all()).flatten();
        let share = whole.as_ref().and_then(|whole| Amount::part(amount, whole));
        if let (Some(whole), Some(share)) = (whole, share) {
            return format!("{amount} of {whole} ({share}){}", self.if_small(subject));
        }
        let sample = subject.sample(self.statistic, Some(self.field));
        let over = if self.is_count() { "of" } else { "over" };
        let sample = sample.map(|sample| format!(" {over} {}", self.counted(&sample)));
        format!("{amount}{}{}", sample.unwrap_or_default(), self.if_small(subject))
    }
}

/// ` Some of these are small samples.`
fn sample_note(places: &[Place<'_>]) -> &'static str {
    let small = places.iter().filter(|(_, amount)| amount.to_f64() < SMALL_SAMPLE).count();
    match (small, places.len()) {
        (0, _) => "",
        (1, 1) => " This is a small sample.",
        (small, all) if small == all => " These are small samples.",
        _ => " Some of these are small samples.",
    }
}

/// ` 40 have no brand.`, where they are as many as the first group has.
fn missing(family: &Family<'_>, first: &Amount) -> String {
    let missing = family.missing.as_ref().filter(|missing| missing.compare(first).is_ge());
    missing.map(|missing| format!(" {missing} have no {}.", family.by)).unwrap_or_default()
}

/// ` Level at 9 are B and C.` for each run of equal places.
fn ties(places: &[Place<'_>]) -> String {
    let runs = places.chunk_by(|(_, a), (_, b)| a.compare(b).is_eq()).filter(|run| run.len() > 1);
    let tie = |run: &[Place<'_>]| {
        let names: Vec<_> = run.iter().map(|(subject, _)| subject.name.clone()).collect();
        format!(" Level at {} are {}.", run[0].1, list(&names))
    };
    runs.map(tie).collect()
}

fn ids(places: &[Place<'_>]) -> String {
    let ids: Vec<_> = places.iter().take(6).map(|(subject, _)| subject.id.to_string()).collect();
    list(&ids)
}

/// Two counts of a Poisson process differ by more than two standard deviations.
pub(crate) fn is_beyond_chance(more: f64, fewer: f64) -> bool {
    (more - fewer).powi(2) >= 4.0 * (more + fewer)
}
