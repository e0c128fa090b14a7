//! Where the facts have what a statement is about.

use super::Analyst;
use crate::{claim::Id, plan::Topic};

impl Analyst<'_> {
    pub(super) fn dimension(&self, field: &str) -> Option<Id> {
        let dimensions = &self.book.facts.dimensions;
        dimensions.iter().position(|found| found.field == field).map(Id::Dimension)
    }

    pub(super) fn measure(&self, field: &str) -> Option<usize> {
        self.book.facts.measures.iter().position(|found| found.field == field)
    }

    pub(super) fn segment(&self, field: &str, label: &str) -> Option<[usize; 2]> {
        let m = self.measure(field)?;
        let segments = &self.book.facts.measures[m].segments;
        Some([m, segments.iter().position(|segment| segment.label == label)?])
    }

    /// The texts by this dimension.
    pub(super) fn texts_by(&self, dimension: &str) -> Option<usize> {
        let by = &self.book.facts.text.as_ref()?.by;
        by.iter().position(|found| found.field == dimension)
    }

    /// What there is nothing of, where there is nothing to say.
    pub(super) fn empty(&self, topic: &Topic) -> Option<Id> {
        Some(match topic {
            Topic::Dimension(field) => self.dimension(field)?,
            Topic::Measure(field) | Topic::Segments(field) => Id::Measure(self.measure(field)?),
            Topic::Segment { measure, label } => {
                let [m, s] = self.segment(measure, label)?;
                Id::Segment(m, s)
            }
            Topic::Text(_) | Topic::TextBy { .. } => Id::Text,
        })
    }
}
