//! What the contract asks of the analysis.

pub(crate) use contract::Topic;
use contract::{Contract, Noun, Statement, Upper};

/// The statements to make, and what they are about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// What a record is and what matters in the domain.
    pub(crate) brief: String,
    /// What a record is called.
    pub(crate) record: Noun,
    pub(crate) insights: Vec<Ask>,
    pub(crate) anomalies: Vec<Ask>,
    pub(crate) recommendations: Vec<Ask>,
    /// The segments of the measures, with their bounds.
    pub(crate) segments: Vec<Segment>,
}

/// One statement that the contract asks for.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) kind: String,
    pub(crate) topic: Topic,
    /// How many of the leading groups it names.
    pub(crate) top: usize,
    pub(crate) brief: String,
}

/// A segment of a measure and where it ends.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) measure: String,
    pub(crate) label: String,
    /// The bounds as decimal text: where it begins and where it ends, as far as it has an end.
    pub(crate) bounds: Vec<String>,
}

impl Plan {
    pub(crate) fn of(contract: &Contract) -> Self {
        let asked = &contract.sluice().analysis;
        let asks = |list: &[Statement]| list.iter().map(Ask::of).collect();
        Self {
            brief: asked.brief.clone(),
            record: asked.record.clone(),
            insights: asks(&asked.insights),
            anomalies: asks(&asked.anomalies),
            recommendations: asks(&asked.recommendations),
            segments: segments(contract),
        }
    }
}

impl Ask {
    fn of(statement: &Statement) -> Self {
        Self {
            kind: statement.kind.clone(),
            topic: statement.about.clone(),
            top: statement.top.max(1),
            brief: statement.brief.clone(),
        }
    }
}

fn segments(contract: &Contract) -> Vec<Segment> {
    let mut segments = Vec::new();
    for measure in &contract.sluice().facts.measures {
        let field = contract.field(measure.field);
        let mut lower = None;
        for bin in &measure.bins {
            let upper = match &bin.upper {
                Upper::Below(bound) | Upper::To(bound) => Some(bound.to_string()),
                Upper::Open => None,
            };
            segments.push(Segment {
                measure: field.name().to_owned(),
                label: bin.label.clone(),
                bounds: lower.into_iter().chain(upper.clone()).collect(),
            });
            lower = upper;
        }
    }
    segments
}
