//! The Choice state.

use serde_json::Value;

use super::flow::{Exit, ExtraBindings, Transition, Visit};
use super::run::Run;
use crate::definition::ChoiceRule;
use crate::failure::{Failure, NO_CHOICE_MATCHED};

impl Run<'_> {
    /// Leaves by the first rule whose condition is true, or by the default.
    pub(super) fn choose<'s>(
        &self,
        visit: &Visit<'s>,
        rules: &'s [ChoiceRule],
        default: Option<&'s str>,
    ) -> Result<Exit<'s>, Failure> {
        let matched = self.evaluating(visit, ExtraBindings::default(), |bindings| {
            for (index, rule) in rules.iter().enumerate() {
                let location = format!("Choices[{index}]/Condition");
                let condition = &rule.condition;
                if condition.evaluate_as(&location, "boolean", bindings, Value::as_bool)? {
                    return Ok(Some((index, rule)));
                }
            }
            Ok(None)
        })?;
        let transition = match (matched, default) {
            (Some((index, rule)), _) => Transition {
                assign: rule.assign.as_ref(),
                output: rule.output.as_ref(),
                next: Some(&rule.next),
                path: format!("Choices[{index}]/"),
            },
            (None, Some(default)) => {
                Transition { next: Some(default), ..Transition::of_state(visit.state) }
            }
            (None, None) => {
                let message = "Failed to transition out of the state. The state does not point \
                               to a next state.";
                return Err(Failure::new(NO_CHOICE_MATCHED, visit.cause(message)));
            }
        };
        let exit = self.exit(visit, &transition, ExtraBindings::default())?;
        Ok(exit.unwrap_or_output(None, &visit.input))
    }
}
