//! A failure as Lambda reports it.

use lambda_runtime::Diagnostic;
use pipeline_core::error::StepError;

/// The most bytes of an `errorMessage`. Step Functions cuts a Cause, which is the whole report as
/// JSON, at 32,768 characters; escaped, a byte may become six.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ExecutionFailedEventDetails.html>
const MAX_MESSAGE_BYTES: usize = 5_000;

/// What Lambda is told of a failed step: the name of its kind, which the state machine's `Retry` and
/// `Catch` match. Without it Lambda would show the name of a Rust type.
pub(crate) fn of_step(error: &StepError) -> Diagnostic {
    named(error.kind().as_str(), error.report())
}

/// A failure of this name, with a message at bounded length.
pub(crate) fn named(error_type: &str, message: String) -> Diagnostic {
    let error_message = bounded(message, MAX_MESSAGE_BYTES);
    Diagnostic { error_type: error_type.to_owned(), error_message }
}

/// The text, cut where it is longer than this many bytes.
pub(crate) fn bounded(mut text: String, most_bytes: usize) -> String {
    const MARK: &str = "…";
    if text.len() > most_bytes {
        text.truncate(text.floor_char_boundary(most_bytes - MARK.len()));
        text.push_str(MARK);
    }
    text
}

#[cfg(test)]
mod tests {
    use pipeline_core::error::ErrorKind;

    use super::*;

    #[test]
    fn every_kind_keeps_its_name() {
        for kind in ErrorKind::ALL {
            let diagnostic = of_step(&StepError::new(kind, "so it is"));
            assert_eq!(diagnostic.error_type, kind.as_str());
            assert_eq!(diagnostic.error_message, "so it is");
        }
    }

    #[test]
    fn the_worst_report_fits_into_a_cause() {
        let error = StepError::new(ErrorKind::Internal, "\u{1}".repeat(1 << 20));
        let report = serde_json::to_string(&of_step(&error)).unwrap();
        assert!(report.len() <= 32_768, "{} bytes", report.len());
        assert!(report.contains('…'));
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(bounded("äöü".to_owned(), 6), "äöü");
        assert_eq!(bounded("äöüa".to_owned(), 6), "ä…");
    }
}
