//! Templates become text.

use askama::Template;
use pipeline_core::error::{ErrorKind, StepError, StepResult};

/// The text of a template. One that does not render is a defect.
pub(crate) fn rendered(template: &impl Template) -> StepResult<String> {
    template.render().map_err(|error| {
        StepError::new(ErrorKind::Internal, "a template did not render").because(error)
    })
}
