//! The first sentence of every report.

use contract::wording::{bounded, count, share};
use pipeline_core::{
    results::RunResults,
    run::{Outcome, RecordCounts},
    steps::analyze::AnomalyCounts,
};

use crate::figure::{counted, ratio};

/// How loud the report is; templates choose colours by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Calm,
    Warning,
    Alarm,
}

impl Tone {
    /// The name in style sheets.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Warning => "warning",
            Self::Alarm => "alarm",
        }
    }

    /// The colour behind white text in mails, where there is no style sheet.
    pub(crate) fn color(self) -> &'static str {
        match self {
            Self::Calm => "#17734a",
            Self::Warning => "#8f5a00",
            Self::Alarm => "#b42318",
        }
    }
}

/// What a reader needs to know before anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headline {
    pub(crate) tone: Tone,
    /// Two or three words in capitals, such as `HIGH PRIORITY`.
    pub(crate) label: &'static str,
    pub(crate) sentence: String,
    /// The counts in a few words, for the subject.
    pub(crate) counts: Option<String>,
}

impl Headline {
    pub(crate) fn of(results: &RunResults) -> Self {
        let records = results.validation.as_ref().map(|validation| validation.records);
        let counts = records.map(|records| {
            format!("{} valid, {} rejected", count(records.valid), count(records.rejected))
        });
        let (tone, label, sentence) = match results.outcome {
            Outcome::Completed => {
                let anomalies = results.analysis.as_ref().map(|analysis| analysis.anomalies);
                completed(records.unwrap_or_default(), anomalies.unwrap_or_default())
            }
            Outcome::AllRecordsRejected => {
                let read = records.unwrap_or_default().read;
                let sentence = match read {
                    1 => "The only record was rejected; there is nothing to report on.".to_owned(),
                    _ => format!(
                        "All {} were rejected; none is valid.",
                        counted(read, "record", "records")
                    ),
                };
                (Tone::Alarm, "ALL RECORDS REJECTED", sentence)
            }
            Outcome::NoRecords => {
                let sentence = "The file has a header and no record.".to_owned();
                (Tone::Warning, "NO RECORDS", sentence)
            }
            Outcome::FileRefused => {
                let reason = results.refusal.as_ref().map(|refusal| bounded(&refusal.message, 600));
                let sentence =
                    reason.unwrap_or_else(|| "The file as a whole was refused.".to_owned());
                (Tone::Alarm, "FILE REFUSED", sentence)
            }
        };
        Self { tone, label, sentence, counts }
    }
}

fn completed(records: RecordCounts, anomalies: AnomalyCounts) -> (Tone, &'static str, String) {
    let (tone, label, finding) = match anomalies {
        AnomalyCounts { high: 0, total: 0 } => (Tone::Calm, "NORMAL", "no anomaly".to_owned()),
        AnomalyCounts { high: 0, total } => {
            let finding = counted(total, "anomaly", "anomalies");
            let none = if total == 1 { "not of high severity" } else { "none of high severity" };
            (Tone::Warning, "ATTENTION NEEDED", format!("{finding}, {none}"))
        }
        AnomalyCounts { high, total } => {
            let finding = counted(total, "anomaly", "anomalies");
            let high = if high == total && total == 1 {
                String::new()
            } else {
                format!("{} ", count(high))
            };
            (Tone::Alarm, "HIGH PRIORITY", format!("{finding}, {high}of high severity"))
        }
    };
    let rows = match records {
        RecordCounts { rejected: 0, read: 1, .. } => "The only record is valid".to_owned(),
        RecordCounts { rejected: 0, read, .. } => {
            format!("All {} are valid", counted(read, "record", "records"))
        }
        RecordCounts { read, valid, rejected } => format!(
            "{} of {} {} valid, {} ({}) {} rejected",
            count(valid),
            counted(read, "record", "records"),
            if valid == 1 { "is" } else { "are" },
            count(rejected),
            share(ratio(rejected, read)),
            if rejected == 1 { "was" } else { "were" },
        ),
    };
    (tone, label, format!("{rows}; {finding}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(records: [u64; 3], anomalies: [u64; 2]) -> String {
        let [read, valid, rejected] = records;
        let [high, total] = anomalies;
        let counts = RecordCounts { read, valid, rejected };
        let (_, label, sentence) = completed(counts, AnomalyCounts { high, total });
        format!("{label}: {sentence}")
    }

    #[test]
    fn the_headline_is_a_sentence() {
        for (records, anomalies, expected) in [
            (
                [1002, 716, 286],
                [0, 0],
                "NORMAL: 716 of 1,002 records are valid, 286 (28.5%) were rejected; no anomaly.",
            ),
            (
                [3, 3, 0],
                [0, 1],
                "ATTENTION NEEDED: All 3 records are valid; 1 anomaly, not of high severity.",
            ),
            (
                [2, 1, 1],
                [0, 2],
                "ATTENTION NEEDED: 1 of 2 records is valid, 1 (50.0%) was rejected; 2 anomalies, none of high severity.",
            ),
            (
                [1, 1, 0],
                [1, 1],
                "HIGH PRIORITY: The only record is valid; 1 anomaly, of high severity.",
            ),
            (
                [9, 9, 0],
                [2, 3],
                "HIGH PRIORITY: All 9 records are valid; 3 anomalies, 2 of high severity.",
            ),
        ] {
            assert_eq!(sentence(records, anomalies), expected);
        }
    }
}
