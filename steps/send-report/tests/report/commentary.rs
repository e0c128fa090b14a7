//! What a reader can tell apart in an analysis: what is proven, what a model chose, what it only says.

use crate::finished_run::FinishedRun;
use mail_parser::MessageParser;
use pipeline_core::analysis::Level;
use serde_json::{Value, json};

/// A page, and a mail as HTML and as text.
async fn rendered(mut finished: FinishedRun) -> [String; 3] {
    finished.publish().await;
    let bytes = finished.message().await;
    let message = MessageParser::default().parse(&bytes).unwrap();
    let html = message.body_html(0).unwrap().replace("\r\n", "\n");
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    [finished.page().await, html, text]
}

fn has(document: &str, parts: &[&str]) {
    for part in parts {
        assert!(document.contains(part), "{part:?} is missing in:\n{document}");
    }
}

/// What stands between two marks, wherever it does.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> Vec<&'t str> {
    text.split(begin).skip(1).map(|part| part.split_once(end).unwrap().0).collect()
}

#[tokio::test]
async fn every_figure_leads_to_its_fact() {
    let finished = FinishedRun::by_model();
    let facts = serde_json::to_value(&finished.facts).unwrap();
    let analysis = serde_json::to_value(&finished.analysis).unwrap();
    let [page, html, _] = rendered(finished).await;

    let rows = between(&page, "<tr id=\"fact-", "</tr>");
    for (at, row) in rows.iter().enumerate() {
        let (number, row) = row.split_once("\">").unwrap();
        assert_eq!(number, (at + 1).to_string());
        let shown = between(row, "<th scope=\"row\">", "</th>")[0];
        has(&page, &[&format!("<a href=\"#fact-{number}\">{shown}</a>")]);
        let value = between(row, "<td class=\"text\">", "</td>")[0];
        let paths = between(row, "<code>facts.json#", "</code>");
        let found: Vec<_> = paths.iter().map(|path| facts.pointer(path).unwrap()).collect();
        match found.as_slice() {
            [Value::String(fact)] => assert_eq!(value, fact),
            [fact] => assert_eq!(value, fact.to_string()),
            several => assert!(several.len() == 2, "{row}"),
        }
    }
    for link in between(&page, "href=\"#fact-", "\"") {
        assert!((1..=rows.len()).contains(&link.parse().unwrap()), "{link}");
    }
    let figures = analysis.to_string().matches("\"shown\"").count();
    assert_eq!(page.matches("href=\"#fact-").count(), figures);
    assert!(rows.len() < figures, "the same figure of the same fact has one row");
    assert!(!html.contains("#fact-"), "a mail has no place for them");
}

#[tokio::test]
async fn what_a_model_chose_and_what_it_says_is_marked() {
    let [page, html, text] = rendered(FinishedRun::by_model()).await;
    has(
        &page,
        &[
            "<strong>HIGH PRIORITY</strong>",
            "<span class=\"chip ai\">AI</span> <span class=\"soft mono small\">amazon.nova-lite-v1:0</span>",
            "Its own words are marked: they are an opinion. 3,120 tokens in, 640 out, $0.000341.",
            "so near that the order may be chance. There are <a",
            "different models in all. <span class=\"chip ai\">chosen by AI</span></p>\n\
             <p class=\"words\"><span class=\"chip ai\">AI's words, an opinion:</span> People ask",
            // What is odd is computed; only the words are the model's.
            "sales.</p>\n\
             <p class=\"words\"><span class=\"chip ai\">AI's words, an opinion:</span> Look whether",
            // The deterministic analyst's words have no mark.
            "<p>Put Galaxy A54 forward.</p>",
        ],
    );
    has(
        &html,
        &[
            "chosen by AI</span></p>",
            "AI's words, an opinion:</span> <i>People ask",
            "<p style=\"margin:0;\">Put Galaxy A54 forward.</p>",
            "amazon.nova-lite-v1:0. Figures and comparisons are computed",
        ],
    );
    has(
        &text,
        &[
            "different models in all. [chosen by AI]\n    AI's words, an opinion: People ask",
            "sales.\n    AI's words, an opinion: Look whether",
            "\n    Put Galaxy A54 forward.",
        ],
    );
}

#[tokio::test]
async fn a_replaced_statement_says_why() {
    let documents = rendered(FinishedRun::by_model()).await;
    for document in &documents {
        has(
            document,
            &[
                "1 statement of the model could not be used.",
                "this one stands in for it. Why: claims[0]: leader: d0g1 is not first; words: say “doubled” (change)",
            ],
        );
        assert_eq!(document.matches("this one stands in").count(), 1);
    }
    for document in rendered(FinishedRun::completed()).await {
        assert!(!document.contains("could not be used"));
    }
}

#[tokio::test]
async fn an_analyst_that_stands_in_for_a_model_says_why() {
    let mut finished = FinishedRun::completed();
    finished.analysis.degraded_because = Some("ThrottledError".into());
    for document in rendered(finished).await {
        has(&document, &["stands in for it: ThrottledError", "no model had a part in it"]);
    }
}

#[tokio::test]
async fn the_worst_comes_first_and_then_the_order_of_the_author_holds() {
    let mut finished = FinishedRun::completed();
    let anomaly = finished.analysis.anomalies[0].clone();
    let anomaly = |kind: &str, severity| {
        let mut anomaly = anomaly.clone();
        anomaly.kind = kind.into();
        anomaly.severity = severity;
        anomaly
    };
    finished.analysis.anomalies = vec![
        anomaly("third", Level::Medium),
        anomaly("first", Level::High),
        anomaly("fourth", Level::Medium),
        anomaly("second", Level::High),
    ];
    for document in rendered(finished).await {
        let places = ["First", "Second", "Third", "Fourth"].map(|kind| document.find(kind));
        assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
    }
}

#[tokio::test]
async fn an_analysis_of_version_1_is_shown_and_nothing_in_it_counts_as_proven() {
    let mut finished = FinishedRun::completed();
    let earlier = json!({
        "schema_version": "1.0",
        "analysis_id": "analysis_1795183500_run-7f3a",
        "correlation_id": "run-7f3a",
        "model": "amazon.nova-lite-v1:0",
        "degraded_because": null,
        "insights": [{"type": "most_popular_phone", "description": "Sales doubled.", "confidence": "high", "unverified_numbers": []}],
        "anomalies": [{"type": "price_anomaly", "description": "One price is 4711.", "severity": "medium", "unverified_numbers": ["4711"]}],
        "recommendations": [{"category": "inventory_strategy", "action": "Stock more.", "priority": "low"}],
        "summary": "All is well.",
        "unverified_statements": 1,
        "prompt_sha256": null,
        "input_tokens": 1, "output_tokens": 2, "cost_usd": 0.0,
    });
    finished.analysis = serde_json::from_value(earlier.clone()).unwrap();
    let [page, html, text] = rendered(finished).await;
    for document in [&page, &html, &text] {
        has(
            document,
            &["An earlier version of the program wrote this analysis.", "Written by a model"],
        );
        for said in ["Sales doubled.", "One price is 4711.", "Stock more.", "All is well."] {
            assert_eq!(document.matches(said).count(), 1, "{said}");
        }
        assert!(!document.contains("are computed and proven"));
    }
    assert!(!page.contains("fact-") && !page.contains("class=\"claims\""));
    has(&text, &["[high confidence] Most popular phone: Sales doubled."]);

    let mut finished = FinishedRun::completed();
    finished.analysis = serde_json::from_value(earlier).unwrap();
    finished.analysis.model = "deterministic".into();
    for document in rendered(finished).await {
        has(&document, &["An earlier version of the program", "no model had a part in it"]);
        assert!(!document.contains("an opinion"));
    }
}

#[tokio::test]
async fn a_figure_that_is_not_where_it_says_has_no_link() {
    let whole = rendered(FinishedRun::completed()).await[0].matches("href=\"#fact-").count();
    for (at, shown) in
        [(0, "104"), (u64::MAX, "104"), (30, "104"), (31, ""), (31, "105"), (200, "")]
    {
        let mut finished = FinishedRun::completed();
        let figure = &mut finished.analysis.insights[0].basis.claims[0].figures[0];
        figure.at = at;
        figure.shown = shown.into();
        let [page, ..] = rendered(finished).await;
        has(&page, &["iPhone 15 leads with 104 of 716 sales (14.5%). Next is Galaxy A54 with 96,"]);
        assert_eq!(page.matches("href=\"#fact-").count(), whole - 4);
    }
}

#[tokio::test]
async fn long_analyses_are_cut_and_what_is_left_out_is_counted() {
    let mut finished = FinishedRun::completed();
    let insight = finished.analysis.insights[0].clone();
    finished.analysis.insights = (0..100)
        .map(|n| {
            let mut insight = insight.clone();
            let figure = &mut insight.basis.claims[0].figures[0];
            figure.value = n.to_string();
            figure.facts = vec!["/records/valid".into(); 100];
            insight.basis.words = Some("x".repeat(5_000));
            insight
        })
        .collect();
    let claims = &mut finished.analysis.insights[0].basis.claims;
    *claims = vec![claims[0].clone(); 1_000];
    let [page, ..] = rendered(finished).await;
    has(&page, &["And 50 more in analysis.json.", "and 88 more in analysis.json"]);
    assert!(page.len() < 400_000, "{}", page.len());
}
