//! Metrics in CloudWatch's embedded format: a line of the log that CloudWatch reads numbers from.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use chrono::Utc;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::correlation::Correlation;

const NAMESPACE: &str = "Sluice";

/// The most characters of a dimension's value.
///
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html>
const MAX_DIMENSION_CHARS: usize = 1024;

/// Numbers about one invocation, each of them in the same sets of dimensions. The dimension
/// `Pipeline` is in every set.
///
/// An invocation that is repeated counts again: metrics are for curves and alarms, the ledger and the
/// manifests are for counting.
#[derive(Debug)]
pub struct Metrics {
    dimension_sets: Vec<Vec<&'static str>>,
    dimension: (&'static str, String),
    values: Vec<(&'static str, &'static str, Value)>,
}

impl Metrics {
    /// In a set for each value of this dimension, such as `Decision`. The value is text, or a type
    /// that is text in JSON.
    pub fn by(dimension: &'static str, value: &impl Serialize) -> Self {
        Self {
            dimension_sets: vec![vec!["Pipeline", dimension]],
            dimension: (dimension, dimension_value(value)),
            values: Vec::new(),
        }
    }

    /// As [`Metrics::by`], and in a set for the pipeline as a whole.
    pub fn in_total_and_by(dimension: &'static str, value: &impl Serialize) -> Self {
        let mut metrics = Self::by(dimension, value);
        metrics.dimension_sets.insert(0, vec!["Pipeline"]);
        metrics
    }

    /// Adds a number of things.
    #[must_use]
    pub fn count(self, name: &'static str, value: u64) -> Self {
        self.value(name, "Count", value.into())
    }

    /// Adds a size.
    #[must_use]
    pub fn bytes(self, name: &'static str, value: u64) -> Self {
        self.value(name, "Bytes", value.into())
    }

    /// Adds a duration.
    #[must_use]
    pub fn milliseconds(self, name: &'static str, value: u64) -> Self {
        self.value(name, "Milliseconds", value.into())
    }

    /// Adds a share of a whole, 0 to 100. Of nothing there is no share.
    #[must_use]
    pub fn percent(self, name: &'static str, part: u64, whole: u64) -> Self {
        self.value(name, "Percent", Value::from(part as f64 / whole as f64 * 100.0))
    }

    /// Adds a number that has no unit in CloudWatch, such as an amount of money.
    #[must_use]
    pub fn number(self, name: &'static str, value: f64) -> Self {
        self.value(name, "None", Value::from(value))
    }

    /// What is not a number in JSON, such as infinity, would make the whole line invalid.
    fn value(mut self, name: &'static str, unit: &'static str, value: Value) -> Self {
        if value.is_number() {
            self.values.push((name, unit, value));
        }
        self
    }

    fn directive(&self) -> Value {
        let metric = |(name, unit, _): &(&str, &str, Value)| json!({"Name": name, "Unit": unit});
        json!({
            "Namespace": NAMESPACE,
            "Dimensions": self.dimension_sets,
            "Metrics": self.values.iter().map(metric).collect::<Vec<_>>(),
        })
    }
}

/// The line: the directives, the values, and the correlation as properties.
pub(crate) fn document(pipeline: &str, metrics: &[Metrics], correlation: &Correlation) -> Value {
    let mut line = Map::new();
    let metrics = || metrics.iter().filter(|metrics| !metrics.values.is_empty());
    let directives: Vec<Value> = metrics().map(Metrics::directive).collect();
    line.insert(
        "_aws".to_owned(),
        json!({"Timestamp": Utc::now().timestamp_millis(), "CloudWatchMetrics": directives}),
    );
    line.insert("Pipeline".to_owned(), dimension_value(&pipeline).into());
    for metrics in metrics() {
        let (name, value) = &metrics.dimension;
        line.insert((*name).to_owned(), value.as_str().into());
        for (name, _, value) in &metrics.values {
            line.insert((*name).to_owned(), value.clone());
        }
    }
    correlation.with(Value::Object(line))
}

/// A dimension's value is ASCII without control characters, and not blank.
fn dimension_value(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    let text = value.as_str().unwrap_or_default().trim();
    let ascii: String =
        text.chars().flat_map(char::escape_default).take(MAX_DIMENSION_CHARS).collect();
    if ascii.is_empty() { "none".to_owned() } else { ascii }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_is_what_cloudwatch_accepts() {
        for (value, found) in [
            ("smartphone-sales", "smartphone-sales"),
            ("größe", "gr\\u{f6}\\u{df}e"),
            ("a\nb", "a\\nb"),
            (" ", "none"),
        ] {
            assert_eq!(dimension_value(&value), found);
        }
        assert_eq!(dimension_value(&"x".repeat(2000)).len(), 1024);
    }

    #[test]
    fn a_share_of_nothing_is_not_reported() {
        let metrics = Metrics::by("Dataset", &"x").percent("RejectRate", 0, 0).count("Read", 0);
        assert_eq!(metrics.values, [("Read", "Count", Value::from(0))]);
        let metrics = Metrics::by("Dataset", &"x").percent("RejectRate", 286, 1002);
        let rate = metrics.values[0].2.as_f64().unwrap();
        assert!((rate - 28.542_914).abs() < 1e-6, "{rate}");
    }
}
