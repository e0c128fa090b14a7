//! [`AnalysisStore`]: what was said about a file can be looked up.

use chrono::TimeDelta;

use super::{assert_kind, samples::start};
use crate::{
    analysis::{Analysis, AnalysisItem, Anomaly, Insight, Level, Recommendation},
    error::ErrorKind,
    ports::AnalysisStore,
};

fn item(analysis_id: &str, correlation_id: &str, age_minutes: i64) -> AnalysisItem {
    let analysis_timestamp = start() - TimeDelta::minutes(age_minutes);
    AnalysisItem {
        analysis: Analysis {
            schema_version: "1.0".into(),
            analysis_id: analysis_id.into(),
            correlation_id: correlation_id.into(),
            model: "deterministic".into(),
            degraded_because: None,
            insights: vec![Insight {
                kind: "most_popular_phone".into(),
                description: "\"iPhone 15\" leads\nwith 10 sales, größer \u{1f4f1}.".into(),
                confidence: Level::High,
                unverified_numbers: vec!["10".into()],
            }],
            anomalies: vec![Anomaly {
                kind: "price_anomaly".into(),
                description: String::new(),
                severity: Level::Low,
                unverified_numbers: Vec::new(),
            }],
            recommendations: vec![Recommendation {
                category: "inventory_strategy".into(),
                action: "Stock 10.".into(),
                priority: Level::Medium,
                unverified_numbers: Vec::new(),
            }],
            summary: "Fine.".into(),
            summary_unverified_numbers: Vec::new(),
            unverified_statements: 1,
            prompt_sha256: None,
            input_tokens: 1500,
            output_tokens: 700,
            cost_usd: 0.1 + 0.2,
        },
        processed_file: "processed/a.csv".into(),
        source_file: "input/a.csv".into(),
        records_analyzed: 716,
        analysis_timestamp,
        notification_sent: false,
        notification_timestamp: None,
        ttl: (analysis_timestamp + TimeDelta::days(30)).timestamp(),
    }
}

/// An item comes back as it went in, to the last digit.
pub async fn an_item_is_found_as_it_was_put(store: &dyn AnalysisStore) {
    assert_eq!(store.get("a1").await.unwrap(), None);
    let item = item("a1", "run-1", 0);
    store.put(&item).await.unwrap();
    assert_eq!(store.get("a1").await.unwrap(), Some(item));
}

/// An item replaces the one of the same id.
pub async fn an_item_replaces_its_namesake(store: &dyn AnalysisStore) {
    store.put(&item("a1", "run-1", 0)).await.unwrap();
    let mut replacement = item("a1", "run-1", 0);
    replacement.records_analyzed = 1;
    store.put(&replacement).await.unwrap();
    assert_eq!(store.get("a1").await.unwrap(), Some(replacement.clone()));
    assert_eq!(store.by_correlation_id("run-1").await.unwrap(), [replacement]);
}

/// The items of a run are found, oldest first, and no others.
pub async fn items_of_a_run_are_found_oldest_first(store: &dyn AnalysisStore) {
    for (id, run, age_minutes) in
        [("b", "run-1", 5), ("a", "run-1", 1), ("c", "run-1", 9), ("d", "run-2", 3)]
    {
        store.put(&item(id, run, age_minutes)).await.unwrap();
    }
    let found = store.by_correlation_id("run-1").await.unwrap();
    let ids: Vec<_> = found.iter().map(|item| item.analysis.analysis_id.as_str()).collect();
    assert_eq!(ids, ["c", "b", "a"]);
    assert_eq!(store.by_correlation_id("run-3").await.unwrap(), []);
}

/// A notification is recorded on the item, and nowhere if there is none.
pub async fn a_notification_is_marked(store: &dyn AnalysisStore) {
    let missing = store.mark_notified("a1", start()).await;
    assert_kind(missing, ErrorKind::ObjectNotFound);
    assert_eq!(store.get("a1").await.unwrap(), None);

    let mut item = item("a1", "run-1", 0);
    store.put(&item).await.unwrap();
    store.mark_notified("a1", start()).await.unwrap();
    item.notification_sent = true;
    item.notification_timestamp = Some(start());
    assert_eq!(store.get("a1").await.unwrap(), Some(item.clone()));
    assert_eq!(store.by_correlation_id("run-1").await.unwrap(), [item]);
}
