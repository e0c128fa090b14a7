//! The facts and the quotes as the model is shown them: a line each, by its id.

use std::collections::BTreeSet;

use crate::{
    analyst::Analyst,
    claim::{Id, Statistic, Subject},
    wording::shown_up_to,
};

/// The room for facts and for quotes, in characters: about 1,200 and 250 tokens.
const FACTS_CHARS: usize = 3_600;
const QUOTES_CHARS: usize = 800;

/// How much of a quote is shown, in characters.
const QUOTE_CHARS: usize = 160;

/// What a fact weighs that a statement is asked about.
const ASKED: f64 = 100.0;

/// From how many records on a surprise counts in full.
const ENOUGH_RECORDS: f64 = 30.0;

/// A fact as it is shown.
struct Line {
    id: Id,
    weight: f64,
    text: String,
}

/// Text that cannot open or close a fence.
pub(super) fn unfenced(text: &str) -> String {
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The facts that matter, in the order of `facts.json`.
pub(super) fn facts_shown(analyst: &Analyst<'_>) -> String {
    let asked = asked(analyst);
    let mut lines = lines(analyst);
    for line in &mut lines {
        line.weight += if asked.contains(&line.id.to_string()) { ASKED } else { 0.0 };
    }
    let mut by_weight: Vec<usize> = (0..lines.len()).collect();
    by_weight.sort_by(|a, b| lines[*b].weight.total_cmp(&lines[*a].weight));
    let mut room = FACTS_CHARS;
    by_weight.retain(|at| {
        let length = lines[*at].text.chars().count() + 1;
        let fits = length <= room;
        room -= if fits { length } else { 0 };
        fits
    });
    by_weight.sort_unstable();
    by_weight.iter().map(|at| lines[*at].text.as_str()).collect::<Vec<_>>().join("\n")
}

/// The ids that the deterministic analyst speaks of: what the statements are about.
fn asked(analyst: &Analyst<'_>) -> BTreeSet<String> {
    let said = analyst.analyse();
    let all = said.insights.iter().chain(&said.anomalies).chain(&said.recommendations);
    let claims = all.chain([&said.summary]).flat_map(|statement| &statement.basis.claims);
    claims.flat_map(|claim| &claim.ids).cloned().collect()
}

fn lines(analyst: &Analyst<'_>) -> Vec<Line> {
    let facts = analyst.book.facts;
    let mut lines = Lines { analyst, lines: Vec::new() };
    let records = facts.records;
    lines.add(
        Id::File,
        ASKED,
        &format!("{} read, {} valid, {} rejected", records.read, records.valid, records.rejected),
    );
    for (e, reject) in facts.rejects.iter().enumerate() {
        lines.add(Id::Reject(e), by_rank(e), &reject.count.to_string());
    }
    for (c, column) in facts.completeness.iter().enumerate().filter(|(_, c)| c.missing > 0) {
        lines.add(Id::Column(c), 5.0, &format!("{} missing", column.missing));
    }
    for (m, measure) in facts.measures.iter().enumerate() {
        lines.add_statistics(Id::Measure(m), ASKED);
        for (s, segment) in measure.segments.iter().enumerate() {
            lines.add_statistics(Id::Segment(m, s), 10.0);
            for g in 0..segment.top.len() {
                lines.add_statistics(Id::SegmentGroup(m, s, g), by_rank(g) / 2.0);
            }
        }
    }
    for (d, dimension) in facts.dimensions.iter().enumerate() {
        let others = dimension.other_records;
        let about = format!("{} different, {others} records not listed", dimension.distinct);
        lines.add(Id::Dimension(d), 10.0, &about);
        for g in 0..dimension.groups.len() {
            lines.add_statistics(Id::Group(d, g), by_rank(g));
        }
    }
    for (p, pair) in facts.pairs.iter().enumerate() {
        for g in 0..pair.groups.len() {
            lines.add_statistics(Id::PairGroup(p, g), by_rank(g) / 3.0);
        }
    }
    if let Some(time) = &facts.time {
        let end = |end: &Option<String>| shown_up_to(end.as_deref().unwrap_or("?"), 20);
        lines.add(Id::Time, 10.0, &format!("from {} to {}", end(&time.first), end(&time.last)));
        for (t, period) in time.periods.iter().enumerate() {
            let larger = time.periods.iter().filter(|other| other.records > period.records);
            lines.add_statistics(Id::Period(t), by_rank(larger.count()));
        }
    }
    if let Some(text) = &facts.text {
        lines.add_statistics(Id::Text, ASKED);
        for (x, by) in text.by.iter().enumerate() {
            for g in 0..by.groups.len() {
                lines.add_statistics(Id::TextGroup(x, g), by_rank(g) / 2.0);
            }
        }
    }
    lines.lines
}

struct Lines<'a> {
    analyst: &'a Analyst<'a>,
    lines: Vec<Line>,
}

impl Lines<'_> {
    fn add(&mut self, id: Id, weight: f64, about: &str) {
        let Some(subject) = self.analyst.book.subject(id) else { return };
        let text = unfenced(&format!("{id} {}: {about}", subject.name));
        self.lines.push(Line { id, weight, text });
    }

    /// Records, mean and score, as far as there are any. What lies far from the whole weighs more.
    fn add_statistics(&mut self, id: Id, weight: f64) {
        let book = &self.analyst.book;
        let Some(subject) = book.subject(id) else { return };
        let measure = match id {
            Id::Measure(m) | Id::Segment(m, _) => m,
            _ => 0,
        };
        let field = book.facts.measures.get(measure).map(|measure| measure.field.as_str());
        let statistics: &[Statistic] = match id {
            Id::Measure(_) => &[
                Statistic::Records,
                Statistic::Sum,
                Statistic::Mean,
                Statistic::Median,
                Statistic::Lowest,
                Statistic::Highest,
            ],
            Id::Segment(..) => &[Statistic::Records, Statistic::Sum, Statistic::Mean],
            Id::Text => &[
                Statistic::Records,
                Statistic::Positive,
                Statistic::Neutral,
                Statistic::Negative,
                Statistic::Score,
            ],
            Id::PairGroup(..) | Id::SegmentGroup(..) => &[Statistic::Records],
            _ => &[Statistic::Records, Statistic::Mean, Statistic::Score],
        };
        let said = statistics.iter().filter_map(|statistic| {
            let amount = subject.amount(*statistic, field)?.shown;
            Some(match statistic {
                Statistic::Records => amount,
                _ => format!("{} {amount}", statistic.as_str()),
            })
        });
        let said = said.collect::<Vec<_>>().join(", ");
        let surprise = self.surprise(&subject, measure).unwrap_or_default();
        self.add(id, weight + surprise, &said);
    }

    /// From 0 to 10: how far its score or its mean lies from that of the whole. What rests on little
    /// surprises less.
    fn surprise(&self, subject: &Subject<'_>, measure: usize) -> Option<f64> {
        let book = &self.analyst.book;
        let apart = if subject.id.is_of_texts() {
            let overall = book.subject(Id::Text)?.amount(Statistic::Score, None)?;
            subject.amount(Statistic::Score, None)?.to_f64() - overall.to_f64()
        } else {
            let measure = book.facts.measures.get(measure)?;
            let overall = measure.total.mean?;
            let mean = subject.amount(Statistic::Mean, Some(&measure.field))?.to_f64();
            (mean - overall) / overall
        };
        let records = subject.records()?.to_f64();
        let sample = (records / ENOUGH_RECORDS).min(1.0);
        apart.is_finite().then(|| (apart.abs() * 10.0).min(10.0) * sample)
    }
}

/// What a place in a list weighs, from 0.
fn by_rank(place: usize) -> f64 {
    10.0 / (1.0 + place as f64)
}

/// A few of the quotes.
pub(super) fn quotes_shown(analyst: &Analyst<'_>) -> String {
    let quotes = analyst.book.facts.text.iter().flat_map(|text| &text.quotes).enumerate();
    let lines = quotes.filter_map(|(q, quote)| {
        let about = analyst.book.subject(Id::Quote(q))?.name;
        let (kind, text) = (shown_up_to(&quote.kind, 20), shown_up_to(&quote.text, QUOTE_CHARS));
        Some(unfenced(&format!("q{q} {about}, {kind}: {text}")))
    });
    let mut room = QUOTES_CHARS;
    let fitting = lines.take_while(|line| {
        let length = line.chars().count() + 1;
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    });
    fitting.collect::<Vec<_>>().join("\n")
}
