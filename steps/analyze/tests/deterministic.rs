//! What the deterministic analyst says, by example: facts in, analysis out, both to be read.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod aggregated_run;

use std::{fs, path::PathBuf};

use aggregated_run::{AggregatedRun, FACTS, contract_of_every_subject, input, pinned};
use pipeline_core::{
    analysis::{Analysis, DETERMINISTIC},
    events::DetailType,
    facts::Facts,
};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// Compares with a file beside the test. With `UPDATE_GOLDENS=1` it is written anew, to be read
/// before it is kept.
fn expect_file(name: &str, found: &str) {
    let path = golden(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap(), "{name} differs");
}

#[tokio::test]
async fn the_facts_of_smartphone_sales_are_told_in_full() {
    let aggregated = AggregatedRun::smartphone_sales();
    let output = aggregated.run(&input(false)).await.unwrap();
    let json = aggregated.analysis_json();
    expect_file("smartphone-sales/analysis.json", &json);

    let analysis: Analysis = serde_json::from_str(&json).unwrap();
    assert_eq!(analysis.model, DETERMINISTIC);
    assert_eq!(analysis.analysis_id, "analysis_1777636800_sales-ma");
    assert_eq!(output.replaced_statements, 0);
    assert!(!output.degraded);
    assert_eq!(output.cost_usd.to_string(), "0");
    let high =
        analysis.anomalies.iter().filter(|a| a.severity == pipeline_core::analysis::Level::High);
    assert_eq!((output.anomalies.high, output.anomalies.total), (high.count() as u64, 4));
}

#[tokio::test]
async fn a_statement_follows_from_what_it_is_about() {
    let contract = contract_of_every_subject();
    let input = pinned(input(false), &contract);
    let aggregated = AggregatedRun::with_contract(contract, FACTS);
    let output = aggregated.run(&input).await.unwrap();
    assert_eq!(output.replaced_statements, 0);
    expect_file("every-subject/analysis.json", &aggregated.analysis_json());
}

#[tokio::test]
async fn a_name_that_could_be_read_as_more_gets_quotation_marks() {
    let facts = FACTS.replace("Apple iPhone 15", "leads with 99 of 100 sales. By model, A");
    let aggregated = AggregatedRun::of(&facts);
    aggregated.run(&input(false)).await.unwrap();
    let analysis: Analysis = serde_json::from_str(&aggregated.analysis_json()).unwrap();
    let said =
        "By model, “leads with 99 of 100 sales. By model, A” leads with 12 of 100 sales (12.0%).";
    assert!(analysis.summary.contains(said), "{}", analysis.summary);
}

#[tokio::test]
async fn where_all_are_level_none_is_preferred() {
    let mut facts: Facts = serde_json::from_str(FACTS).unwrap();
    let models = &mut facts.dimensions[0].groups;
    for group in models.iter_mut() {
        (group.records, group.share) = (3, 0.03);
    }
    let aggregated = AggregatedRun::of(&serde_json::to_string(&facts).unwrap());
    assert_eq!(aggregated.run(&input(false)).await.unwrap().replaced_statements, 0);
    let analysis: Analysis = serde_json::from_str(&aggregated.analysis_json()).unwrap();
    assert_eq!(
        analysis.recommendations[3].action,
        "By model, Apple iPhone 15, Samsung Galaxy A15 and others share the lead with 3 of 100 sales (3.0%) \
         each. These are small samples. None of them can be preferred yet."
    );
}

#[tokio::test]
async fn nothing_is_said_to_be_nothing() {
    let without_lists = r#"{ "schema_version": "1.0", "dataset": "smartphone-sales",
        "correlation_id": "sales-may-7f3a", "source_file": "a", "processed_file": "b",
        "records": { "read": 1, "valid": 1, "rejected": 0 }, "reject_rate": 0, "rejects": [],
        "completeness": [], "measures": [], "dimensions": [], "pairs": [] }"#;
    let contract = contract_of_every_subject();
    let input = pinned(input(false), &contract);
    let aggregated = AggregatedRun::with_contract(contract, without_lists);
    let output = aggregated.run(&input).await.unwrap();
    assert_eq!(output.anomalies.total, 0);
    let analysis: Analysis = serde_json::from_str(&aggregated.analysis_json()).unwrap();
    assert_eq!(analysis.insights.len(), 8);
    assert_eq!(analysis.insights[0].description, "There is 1 valid sale.");
    assert_eq!(analysis.recommendations[5].action, "There is 1 valid sale.");
    assert_eq!(analysis.summary, "The only record of the file is valid.");
}

#[tokio::test]
async fn what_is_empty_is_said_to_be() {
    let mut facts: Facts = serde_json::from_str(FACTS).unwrap();
    let segment = &mut facts.measures[0].segments[2];
    (segment.records, segment.top) = (0, Vec::new());
    let aggregated = AggregatedRun::of(&serde_json::to_string(&facts).unwrap());
    aggregated.run(&input(false)).await.unwrap();
    let analysis: Analysis = serde_json::from_str(&aggregated.analysis_json()).unwrap();
    let empty = "None of 100 sales is in Flagship, by price.";
    assert_eq!(analysis.recommendations[2].action, empty);
    assert!(analysis.insights[2].description.ends_with(empty), "{:?}", analysis.insights[2]);
}

#[tokio::test]
async fn the_analysis_is_stored_and_announced() {
    let aggregated = AggregatedRun::smartphone_sales();
    let output = aggregated.run(&input(false)).await.unwrap();
    let items = aggregated.analyses.items();
    let [item] = items.as_slice() else { panic!("one item, not {}", items.len()) };
    assert_eq!(item.analysis.analysis_id, output.analysis_id);
    assert_eq!(item.records_analyzed, 100);
    assert_eq!(item.ttl, 1_777_636_800 + 30 * 24 * 60 * 60);
    assert!(!item.notification_sent);
    let published: Analysis = serde_json::from_str(&aggregated.analysis_json()).unwrap();
    assert_eq!(item.analysis, published.without_figures());
    let bytes = serde_json::to_string(item).unwrap().len();
    assert!(bytes < aggregated.analysis_json().len() / 3, "an item has little room: {bytes}");

    let events = aggregated.events.of(DetailType::AnalysisComplete);
    let [event] = events.as_slice() else { panic!("one event, not {}", events.len()) };
    assert_eq!(event.detail["analysis_id"], output.analysis_id);
    assert_eq!(event.detail["correlation_id"], "sales-may-7f3a");
    assert_eq!(event.detail["version"], "1");
    assert_eq!(event.detail["anomalies"]["total"], 4);
    assert!(event.detail.get("insights").is_none(), "an event holds no text");
}

#[tokio::test]
async fn a_stand_in_says_so_and_says_the_same() {
    let aggregated = AggregatedRun::smartphone_sales();
    aggregated.run(&input(false)).await.unwrap();
    let plain: Analysis = serde_json::from_str(&aggregated.analysis_json()).unwrap();

    let mut degraded = input(false);
    degraded.degraded_because = Some("ModelAnswerError".to_owned());
    let output = aggregated.run(&degraded).await.unwrap();
    assert!(output.degraded);
    let analysis: Analysis = serde_json::from_str(&aggregated.analysis_json()).unwrap();
    assert_eq!(analysis.degraded_because.as_deref(), Some("ModelAnswerError"));
    assert_eq!(Analysis { degraded_because: None, ..analysis }, plain);
}

#[tokio::test]
async fn running_again_writes_the_same_bytes() {
    let aggregated = AggregatedRun::smartphone_sales();
    let first = aggregated.run(&input(true)).await.unwrap();
    let json = aggregated.analysis_json();
    assert_eq!(
        aggregated.run(&input(true)).await.unwrap(),
        first,
        "no model is configured: not degraded"
    );
    assert_eq!(aggregated.analysis_json(), json);
}

#[tokio::test]
async fn facts_of_another_run_are_refused() {
    let aggregated = AggregatedRun::smartphone_sales();
    let mut other = input(false);
    other.run.correlation_id = "another".to_owned();
    let error = aggregated.run(&other).await.unwrap_err();
    assert_eq!(error.kind().as_str(), "InternalError");
}

#[tokio::test]
async fn other_facts_than_the_published_ones_are_refused() {
    let aggregated = AggregatedRun::smartphone_sales();
    let mut other = input(false);
    other.aggregation.facts.sha256 = "0".repeat(64);
    let error = aggregated.run_as_given(&other).await.unwrap_err();
    assert_eq!(error.kind().as_str(), "PreconditionFailedError");
}

#[tokio::test]
async fn another_contract_than_the_pinned_one_is_refused() {
    let aggregated = AggregatedRun::smartphone_sales();
    let mut other = input(false);
    other.run.contract.sha256 = "0".repeat(64);
    let error = aggregated.run(&other).await.unwrap_err();
    assert_eq!(error.kind().as_str(), "PreconditionFailedError");
}
