//! Metrics, read as CloudWatch reads them.

use serde_json::{Map, Value, json};

use crate::{invoke, start};

#[test]
fn metrics_are_valid_embedded_documents() {
    let process = start(&[]);
    let measure = |read, dataset| {
        let event = json!({"action": "measure", "read": read, "rejected": 286, "dataset": dataset});
        assert!(invoke(&process, &event).path.ends_with("/response"));
    };
    measure(1002, "smartphone-sales");
    measure(0, "größe");
    invoke(&process, &json!({"action": "fail", "kind": "ThrottledError"}));

    let lines = process.kill().said("finished");
    assert_eq!(lines.len(), 3);
    let metrics: Vec<Vec<Metric>> = lines.iter().map(embedded).collect();
    let value = |(name, value, unit): (&str, f64, &str), sets: &[&[(&str, &str)]]| Metric {
        name: name.to_owned(),
        unit: unit.to_owned(),
        value,
        sets: sets
            .iter()
            .map(|set| set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
            .collect(),
    };
    let pipeline = ("Pipeline", "sluice-dev");
    let sets: [&[_]; 2] = [&[pipeline], &[pipeline, ("Dataset", "smartphone-sales")]];
    assert_eq!(metrics[0].len(), 4, "infinity is no metric: {:?}", metrics[0]);
    assert_eq!(metrics[0][0].sets, [[pipeline, ("Step", "probe")].map(owned).to_vec()]);
    assert_eq!(metrics[0][0].name, "StepDuration");
    assert_eq!(metrics[0][0].unit, "Milliseconds");
    assert_eq!(metrics[0][1], value(("RecordsRead", 1002.0, "Count"), &sets));
    assert_eq!(metrics[0][2], value(("RejectRate", 286.0 / 10.02, "Percent"), &sets));
    assert_eq!(metrics[0][3], value(("SourceBytes", 17.0, "Bytes"), &sets));

    let names: Vec<&str> = metrics[1].iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(names, ["StepDuration", "RecordsRead", "SourceBytes"], "no share of nothing");
    assert_eq!(metrics[1][1].sets[1][1].1, "gr\\u{f6}\\u{df}e");
    assert_eq!(metrics[2].len(), 1, "a failure has a duration too");
}

/// One metric of a document, with the dimension sets that it is filed under.
#[derive(Debug, PartialEq)]
struct Metric {
    name: String,
    unit: String,
    value: f64,
    sets: Vec<Vec<(String, String)>>,
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Reads a document as CloudWatch does, and fails where the specification has a MUST.
///
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
fn embedded(line: &Value) -> Vec<Metric> {
    const UNITS: [&str; 5] = ["Count", "Bytes", "Percent", "Milliseconds", "None"];
    let metadata = line["_aws"].as_object().unwrap();
    let keys = sorted_keys(metadata);
    assert_eq!(keys, ["CloudWatchMetrics", "Timestamp"]);
    assert!(metadata["Timestamp"].as_u64().unwrap() > 1_600_000_000_000, "milliseconds");
    let mut metrics: Vec<Metric> = Vec::new();
    for directive in metadata["CloudWatchMetrics"].as_array().unwrap() {
        let keys = sorted_keys(directive.as_object().unwrap());
        assert_eq!(keys, ["Dimensions", "Metrics", "Namespace"]);
        assert_eq!(directive["Namespace"], "Sluice");
        let dimension = |name: &Value| {
            let value = line[name.as_str().unwrap()].as_str().unwrap();
            assert!(value.is_ascii() && !value.trim().is_empty() && value.len() <= 1024);
            assert!(!value.chars().any(char::is_control));
            owned((name.as_str().unwrap(), value))
        };
        let set = |set: &Value| {
            let set: Vec<_> = set.as_array().unwrap().iter().map(dimension).collect();
            assert!(set.len() <= 30);
            set
        };
        let sets: Vec<_> = directive["Dimensions"].as_array().unwrap().iter().map(set).collect();
        let definitions = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&definitions.len()));
        for definition in definitions {
            let [name, unit] = ["Name", "Unit"].map(|key| definition[key].as_str().unwrap());
            assert!(UNITS.contains(&unit), "{unit}");
            let value = line[name].as_f64().unwrap_or_else(|| panic!("{name} has no value"));
            assert!(!metrics.iter().any(|metric| metric.name == name), "{name} stands twice");
            let (name, unit) = owned((name, unit));
            metrics.push(Metric { name, unit, value, sets: sets.clone() });
        }
    }
    metrics
}

fn sorted_keys(object: &Map<String, Value>) -> Vec<&str> {
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
