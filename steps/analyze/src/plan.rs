//! What the contract asks of the analysis, with its indexes turned into the names of the facts.

use contract::{Contract, Noun, Statement, Subject, Upper};

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

/// What a statement is about, by the names that the facts use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Topic {
    /// The groups of a dimension.
    Dimension(String),
    /// The distribution of a measure.
    Measure(String),
    /// The segments of a measure.
    Segments(String),
    /// One segment of a measure.
    Segment { measure: String, label: String },
    /// The sentiment of the free text.
    Text(String),
    /// The same by a dimension.
    TextBy { text: String, dimension: String },
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
        let asks = |list: &[Statement]| list.iter().map(|ask| Ask::of(ask, contract)).collect();
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
    fn of(statement: &Statement, contract: &Contract) -> Self {
        Self {
            kind: statement.kind.clone(),
            topic: topic(statement.about, contract),
            top: statement.top.max(1),
            brief: statement.brief.clone(),
        }
    }
}

fn topic(subject: Subject, contract: &Contract) -> Topic {
    let facts = &contract.sluice().facts;
    let name = |field: Option<usize>| -> String {
        let field = field.and_then(|field| contract.fields().get(field));
        field.map(|field| field.name().to_owned()).unwrap_or_default()
    };
    let dimension = |index: usize| name(facts.dimensions.get(index).map(|found| found.field));
    let measure = |index: usize| name(facts.measures.get(index).map(|found| found.field));
    let text = || name(facts.text.as_ref().map(|text| text.field));
    match subject {
        Subject::Dimension(index) => Topic::Dimension(dimension(index)),
        Subject::Measure(index) => Topic::Measure(measure(index)),
        Subject::Bins(index) => Topic::Segments(measure(index)),
        Subject::Bin { measure: index, bin } => {
            let bin = facts.measures.get(index).and_then(|found| found.bins.get(bin));
            let label = bin.map(|bin| bin.label.clone()).unwrap_or_default();
            Topic::Segment { measure: measure(index), label }
        }
        Subject::Text => Topic::Text(text()),
        Subject::TextBy(index) => Topic::TextBy { text: text(), dimension: dimension(index) },
    }
}

fn segments(contract: &Contract) -> Vec<Segment> {
    let mut segments = Vec::new();
    for measure in &contract.sluice().facts.measures {
        let Some(field) = contract.fields().get(measure.field) else { continue };
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
