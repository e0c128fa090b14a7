//! What the contract asks of the analysis.

pub(crate) use contract::Topic;
use contract::{Contract, Noun, Statement};

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
        }
    }

    /// Whether a model has anything to say.
    pub(crate) fn asks_for_statements(&self) -> bool {
        !(self.insights.is_empty() && self.anomalies.is_empty() && self.recommendations.is_empty())
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
