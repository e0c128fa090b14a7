//! [`AnalysisStore`]: what was said about a file is kept.

use async_trait::async_trait;
use chrono::TimeDelta;

use super::{assert_kind, samples::start};
use crate::{
    analysis::{
        Analysis, AnalysisItem, Anomaly, Author, Basis, Claim, Figure, Insight, Level,
        Recommendation,
    },
    error::ErrorKind,
    ports::AnalysisStore,
};

behaviours!(analysis_store, publish);

/// A store whose table the suite can see.
#[async_trait]
pub trait Stored: Send + Sync {
    /// The store.
    fn store(&self) -> &dyn AnalysisStore;

    /// Every item of the table, by its id.
    async fn items(&self) -> Vec<AnalysisItem>;
}

fn basis() -> Basis {
    Basis {
        claims_by: Author::Model,
        claims: vec![Claim {
            claim: "leader".into(),
            ids: vec!["d0g0".into()],
            statistic: Some("records".into()),
            measure: None,
            text: "\"größer\" leads with 10 sales.".into(),
            figures: vec![Figure {
                at: 20,
                shown: "10".into(),
                value: "10".into(),
                facts: vec!["/dimensions/0/groups/0/records".into()],
            }],
        }],
        words_by: Author::Model,
        words: Some("Stock it.".into()),
        words_as_written: Some("Stock {1}.".into()),
        replaced_because: vec!["words: hold a quantity".into()],
    }
}

fn item(analysis_id: &str) -> AnalysisItem {
    AnalysisItem {
        analysis: Analysis {
            schema_version: "2.0".into(),
            analysis_id: analysis_id.into(),
            correlation_id: "run-1".into(),
            model: "deterministic".into(),
            degraded_because: None,
            insights: vec![Insight {
                kind: "most_popular_phone".into(),
                description: "\"iPhone 15\" leads\nwith 10 sales, größer \u{1f4f1}.".into(),
                confidence: Level::High,
                basis: basis(),
            }],
            anomalies: vec![Anomaly {
                kind: "price_anomaly".into(),
                description: String::new(),
                severity: Level::Low,
                basis: Basis::default(),
            }],
            recommendations: vec![Recommendation {
                category: "inventory_strategy".into(),
                action: "Stock 10.".into(),
                priority: Level::Medium,
                basis: Basis::default(),
            }],
            summary: "Fine.".into(),
            summary_basis: basis(),
            replaced_statements: 1,
            prompt_sha256: None,
            input_tokens: 1500,
            output_tokens: 700,
            cost_usd: 0.1 + 0.2,
        },
        processed_file: "processed/a.csv".into(),
        source_file: "input/a.csv".into(),
        records_analyzed: 716,
        analysis_timestamp: start(),
        notification_sent: false,
        notification_timestamp: None,
        ttl: (start() + TimeDelta::days(30)).timestamp(),
    }
}

/// An item is kept as it went in, to the last digit, beside the others.
async fn an_item_is_kept_as_it_was_put(table: &dyn Stored) {
    let items = [item("a1"), item("a2")];
    for item in &items {
        table.store().put(item).await.unwrap();
    }
    assert_eq!(table.items().await, items);
}

/// An item replaces the one of the same id.
async fn an_item_replaces_its_namesake(table: &dyn Stored) {
    table.store().put(&item("a1")).await.unwrap();
    let replacement = AnalysisItem { records_analyzed: 1, ..item("a1") };
    table.store().put(&replacement).await.unwrap();
    assert_eq!(table.items().await, [replacement]);
}

/// A notification is recorded on the item, and nowhere if there is none.
async fn a_notification_is_marked(table: &dyn Stored) {
    let missing = table.store().mark_notified("a1", start()).await;
    assert_kind(missing, ErrorKind::ObjectNotFound);
    assert_eq!(table.items().await, []);

    let other = item("a2");
    table.store().put(&item("a1")).await.unwrap();
    table.store().put(&other).await.unwrap();
    table.store().mark_notified("a1", start()).await.unwrap();
    let marked = AnalysisItem {
        notification_sent: true,
        notification_timestamp: Some(start()),
        ..item("a1")
    };
    assert_eq!(table.items().await, [marked, other]);
}
