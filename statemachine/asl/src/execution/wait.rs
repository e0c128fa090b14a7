//! The Wait state.

use chrono::{DateTime, Utc};

use super::flow::{ExtraBindings, Visit};
use super::run::Run;
use crate::definition::{MAX_SECONDS, Wait};
use crate::failure::Failure;
use crate::template::EvaluationError;

impl Run<'_> {
    /// Waits for some seconds, or until a time, which may be past.
    pub(super) async fn wait(&self, visit: &Visit<'_>, wait: &Wait) -> Result<(), Failure> {
        let cursor = &visit.frame.cursor;
        cursor.mark_decision();
        let until = self.evaluating(visit, ExtraBindings::default(), |bindings| match wait {
            Wait::Seconds(seconds) => {
                let seconds = seconds.evaluate_as("Seconds", "integer", bindings, |value| {
                    whole_number(value).filter(|seconds| *seconds <= MAX_SECONDS)
                })?;
                Ok(self.after(seconds))
            }
            Wait::Timestamp(timestamp) => {
                let text = timestamp.evaluate_as("Timestamp", "string", bindings, |value| {
                    value.as_str().map(str::to_owned)
                })?;
                parse_timestamp(&text).map(Some)
            }
        })?;
        if let Some(until) = until
            && until > self.environment.clock.now()
        {
            self.environment.clock.sleep_until(until).await;
        }
        cursor.mark_decision();
        Ok(())
    }
}

/// A number without a fraction, whichever way JSON writes it.
pub(super) fn whole_number(value: &serde_json::Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        let fits = number.fract() == 0.0 && (0.0..9.0e15).contains(&number);
        #[expect(clippy::cast_possible_truncation, reason = "whole, and less than 2^53")]
        #[expect(clippy::cast_sign_loss, reason = "not negative")]
        fits.then_some(number as u64)
    })
}

fn parse_timestamp(text: &str) -> Result<DateTime<Utc>, EvaluationError> {
    // RFC 3339 as chrono reads it also allows a space for the T, which AWS does not.
    let parsed = DateTime::parse_from_rfc3339(text).ok().filter(|_| !text.contains(' '));
    parsed.map(|at| at.to_utc()).ok_or_else(|| EvaluationError {
        location: Some("Timestamp".to_owned()),
        message: format!(
            "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format \
             string: {text}"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_of_aws() {
        let check = |text, expect| assert_eq!(parse_timestamp(text).is_ok(), expect, "{text}");
        check("2016-03-14T01:59:00Z", true);
        check("2016-03-14T01:59:00.123+02:00", true);
        check("2016-03-14 01:59:00Z", false);
        check("2016-03-14T01:59:00", false);
        check("2016-13-14T01:59:00Z", false);
        check("2016-03-14T25:59:00Z", false);
        check("", false);
    }
}
