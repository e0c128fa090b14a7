//! What is odd, by stated thresholds. Without a finding there is no anomaly.
//!
//! | about | odd | low | medium | high |
//! |---|---|---|---|---|
//! | a dimension | the share of its leading group, of at least three | 0.5 | 0.8 | 0.95 |
//! | a dimension | the share of records without a value | 0.2 | 0.5 | 0.8 |
//! | a measure | a group of the first dimension, with at least three records, whose highest value is so many times its median, or whose median so many times its lowest | 2 | 3 | 10 |
//! | a measure | the same of a segment, or of all records where there are no segments | 5 | 10 | 100 |
//! | segments, a segment | it has no record | always | | |
//! | texts | the share of negative ones | | 0.3 | 0.5 |
//! | texts | a group whose mean score is so much below the overall one | | 0.3 | 0.6 |
//!
//! A group of fewer than ten texts is one level lower, and of fewer than five none at all. Groups are
//! those that the facts list. The data itself is looked at whatever the contract asks, under the kind
//! [`DATA_QUALITY`]:
//!
//! | about | odd | low | medium | high |
//! |---|---|---|---|---|
//! | the file | the share of rejected records | | 0.05 | 0.2 |
//! | a column | the share of valid records without a value | 0.2 | 0.5 | |

use pipeline_core::{
    analysis::{DATA_QUALITY, Level},
    facts::Completeness,
};

use super::{Analyst, lower};
use crate::{
    claim::{Amount, Claim, Id, Kind, SMALL_SAMPLE, Statistic, Subject},
    plan::Topic,
    statement::Statement,
};

/// How many findings one anomaly tells; the others are anomalies of their own.
const MOST_FINDINGS: usize = 5;

/// One thing that is odd, the odder the larger `size`.
struct Finding {
    level: Level,
    size: f64,
    claim: Claim,
}

/// From which size on something is of which level.
struct Thresholds {
    low: f64,
    medium: f64,
    high: f64,
}

const NEVER: f64 = f64::INFINITY;
const LEADING_SHARE: Thresholds = Thresholds { low: 0.5, medium: 0.8, high: 0.95 };
const MISSING_SHARE: Thresholds = Thresholds { low: 0.2, medium: 0.5, high: 0.8 };
const GROUP_SPREAD: Thresholds = Thresholds { low: 2.0, medium: 3.0, high: 10.0 };
const WIDE_SPREAD: Thresholds = Thresholds { low: 5.0, medium: 10.0, high: 100.0 };
const NEGATIVE_SHARE: Thresholds = Thresholds { low: NEVER, medium: 0.3, high: 0.5 };
const SCORE_GAP: Thresholds = Thresholds { low: NEVER, medium: 0.3, high: 0.6 };
const REJECT_RATE: Thresholds = Thresholds { low: NEVER, medium: 0.05, high: 0.2 };
const INCOMPLETE: Thresholds = Thresholds { low: 0.2, medium: 0.5, high: NEVER };

/// A group that leads fewer values than this leads nothing odd.
const FEWEST_DIFFERENT: u64 = 3;

impl Thresholds {
    fn level(&self, size: f64) -> Option<Level> {
        [(self.high, Level::High), (self.medium, Level::Medium), (self.low, Level::Low)]
            .into_iter()
            .find_map(|(threshold, level)| (size >= threshold).then_some(level))
    }

    fn finding(&self, size: f64, claim: Claim) -> Option<Finding> {
        self.level(size).map(|level| Finding { level, size, claim })
    }
}

impl Analyst<'_> {
    /// Everything that is odd: of each kind that is asked for, and about the data itself.
    pub(crate) fn anomalies(&self) -> Vec<Statement> {
        let asked = self.plan.anomalies.iter().map(|ask| (&*ask.kind, self.odd(&ask.topic)));
        let data = [self.many_rejects(), self.gaps()].map(|findings| (DATA_QUALITY, findings));
        asked.chain(data).flat_map(|(kind, findings)| self.told(kind, findings)).collect()
    }

    fn odd(&self, topic: &Topic) -> Vec<Finding> {
        match topic {
            Topic::Dimension(field) => self.odd_shares(field),
            Topic::Measure(field) => self.odd_values(field),
            Topic::Segments(field) => self.empty_segments(field, None),
            Topic::Segment { measure, label } => self.empty_segments(measure, Some(label)),
            Topic::Text(_) => {
                let by = self.book.facts.text.as_ref().map_or(0, |text| text.by.len());
                let low = (0..by).flat_map(|x| self.low_scores(x));
                self.negative_texts().into_iter().chain(low).collect()
            }
            Topic::TextBy { dimension, .. } => {
                self.texts_by(dimension).map(|x| self.low_scores(x)).unwrap_or_default()
            }
        }
    }

    fn odd_shares(&self, field: &str) -> Vec<Finding> {
        let Some(Id::Dimension(d)) = self.dimension(field) else { return Vec::new() };
        let dimension = &self.book.facts.dimensions[d];
        let share = |g: usize, thresholds: &Thresholds| {
            let claim = Claim::of(Kind::Value, [Id::Group(d, g)]);
            thresholds.finding(dimension.groups[g].share, claim)
        };
        let groups = 0..dimension.groups.len();
        let leading = groups.clone().find(|g| dimension.groups[*g].value.is_some());
        let leading = leading.filter(|_| dimension.distinct >= FEWEST_DIFFERENT);
        let missing = groups.clone().find(|g| dimension.groups[*g].value.is_none());
        let leading = leading.and_then(|g| share(g, &LEADING_SHARE));
        leading.into_iter().chain(missing.and_then(|g| share(g, &MISSING_SHARE))).collect()
    }

    fn odd_values(&self, field: &str) -> Vec<Finding> {
        let Some(m) = self.measure(field) else { return Vec::new() };
        let facts = self.book.facts;
        let groups = facts.dimensions.first().map_or(0, |dimension| dimension.groups.len());
        let groups = (0..groups).map(|g| Id::Group(0, g));
        let groups = groups.filter_map(|id| self.spread(m, id, &GROUP_SPREAD));
        let segments = (0..facts.measures[m].segments.len()).map(|s| Id::Segment(m, s));
        let total = facts.measures[m].segments.is_empty().then_some(Id::Measure(m));
        let wide = segments.chain(total).filter_map(|id| self.spread(m, id, &WIDE_SPREAD));
        groups.chain(wide).collect()
    }

    /// Values far from the median of their own group.
    fn spread(&self, m: usize, id: Id, thresholds: &Thresholds) -> Option<Finding> {
        let subject = self.book.subject(id)?;
        let field = &self.book.facts.measures[m].field;
        let far = |end| Some((subject.far_out(end, field)?, end));
        let (above, below) = (far(Statistic::Highest), far(Statistic::Lowest));
        let farther = above.into_iter().chain(below).max_by(|a, b| a.0.total_cmp(&b.0));
        let (size, end) = farther?;
        thresholds.finding(size, Claim::of(Kind::Outlier, [id]).by(end).measuring(m))
    }

    fn empty_segments(&self, field: &str, only: Option<&str>) -> Vec<Finding> {
        let Some(m) = self.measure(field) else { return Vec::new() };
        let segments = self.book.facts.measures[m].segments.iter().enumerate();
        let asked = segments.filter(|(_, found)| only.is_none_or(|label| label == found.label));
        let empty = asked.filter(|(_, found)| found.records == 0);
        let claims = empty.map(|(s, _)| Claim::of(Kind::Nothing, [Id::Segment(m, s)]));
        claims.map(|claim| Finding { level: Level::Low, size: 0.0, claim }).collect()
    }

    fn negative_texts(&self) -> Option<Finding> {
        let overall = &self.book.facts.text.as_ref()?.overall;
        let share = overall.negative as f64 / overall.count.max(1) as f64;
        let claim = Claim::of(Kind::Value, [Id::Text]).by(Statistic::Negative);
        NEGATIVE_SHARE.finding(share, claim)
    }

    fn low_scores(&self, x: usize) -> Vec<Finding> {
        let Some(text) = &self.book.facts.text else { return Vec::new() };
        let Some(family) = self.book.family(Id::TextBy(x)) else { return Vec::new() };
        let finding = |(subject, score): &(Subject<'_>, Amount)| {
            let gap = text.overall.mean_score - score.to_f64();
            let claim = Claim::of(Kind::AgainstTotal, [subject.id]).by(Statistic::Score);
            let mut finding = SCORE_GAP.finding(gap, claim)?;
            if subject.records()?.to_f64() < SMALL_SAMPLE {
                finding.level = lower(finding.level);
            }
            Some(finding)
        };
        family.ranking(Statistic::Score, None).entries.iter().filter_map(finding).collect()
    }

    fn many_rejects(&self) -> Vec<Finding> {
        let rejects = Claim::of(Kind::Rejects, [Id::File]);
        REJECT_RATE.finding(self.book.facts.reject_rate, rejects).into_iter().collect()
    }

    fn gaps(&self) -> Vec<Finding> {
        let finding = |(c, column): (usize, &Completeness)| {
            let missing = (column.missing > 0).then_some(1.0 - column.share)?;
            INCOMPLETE.finding(missing, Claim::of(Kind::Completeness, [Id::Column(c)]))
        };
        self.book.facts.completeness.iter().enumerate().filter_map(finding).collect()
    }

    /// All findings, the worst first: a few in each statement, with the level of the worst of them.
    fn told(&self, kind: &str, mut findings: Vec<Finding>) -> Vec<Statement> {
        findings.retain(|finding| self.proven(finding.claim.clone()).is_some());
        findings.sort_by(|a, b| a.level.cmp(&b.level).then(b.size.total_cmp(&a.size)));
        let statement = |findings: &[Finding]| {
            let claims = findings.iter().map(|finding| finding.claim.clone()).collect();
            self.said(kind, findings[0].level, claims, "")
        };
        findings.chunks(MOST_FINDINGS).map(statement).collect()
    }
}
