//! `report.html`: what a person finds in it, and what it does not do.

use crate::finished_run::FinishedRun;
use base64::{Engine, prelude::BASE64_STANDARD};
use pipeline_core::{
    error::ErrorKind,
    steps::send_report::{Input, RenderInput},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part:?} is missing in:\n{page}");
    }
}

async fn page(mut finished: FinishedRun) -> String {
    finished.publish().await;
    finished.page().await
}

#[tokio::test]
async fn a_completed_run_shows_headline_funnel_rejects_facts_analysis_and_provenance() {
    let page = page(FinishedRun::completed()).await;
    has(
        &page,
        &[
            "<strong>ATTENTION NEEDED</strong>\n<p>716 of 1,002 records are valid, 286 (28.5%) were rejected; 2 anomalies, none of high severity.</p>",
            "<dt>Read</dt><dd>1,002</dd>",
            "<dt>Valid</dt><dd>716<small>71.5%</small></dd>",
            "carried through unchecked: <code>note</code>.",
            "ram <code>constraint-error</code><span>ram: 64 is more than the maximum 32</span></th><td class=\"num\">283</td>",
            "<td class=\"rows\">4, 9, 11, 18, 23, …</td>",
            "<td class=\"rows\">1003</td>",
            "<span class=\"chip computed\">Computed</span>",
            // The facts, to the digit.
            "<dt>Sum</dt><dd>532,452.5</dd>",
            "<dt>Mean</dt><dd>743.65</dd>",
            "<th scope=\"row\">iPhone 15</th><td class=\"num\">104</td><td class=\"num\">14.5%</td>",
            "120 records are in groups that are not listed; there are 12 groups in all.",
            "most: 111 in 2024-11",
            "448 positive (62.6%)",
            "It is a phone. It does phone things.",
            "<th scope=\"row\">ram</th><td class=\"num\">96.2%</td>",
            "The other 9 columns are complete.",
            "<span class=\"chip computed\">Deterministic</span>",
            "By model, iPhone 15 leads with <a href=\"#fact-",
            "<p>Plan for iPhone 15.</p>",
            "<a href=\"../../processed/smartphone-sales/sales_processed_20261120_140500.csv\">",
            "<a href=\"facts.json\">",
            "<dt>Run</dt><dd>run-7f3a</dd>",
            "<dt>Contract SHA-256</dt><dd>cccc",
            "<dt>Program</dt><dd>sluice ",
        ],
    );
}

#[tokio::test]
async fn equal_runs_give_equal_bytes_however_long_they_took() {
    let first = page(FinishedRun::completed()).await;
    let mut slower = FinishedRun::completed();
    slower.results.validation.as_mut().unwrap().duration_ms = 99_999;
    slower.results.analysis.as_mut().unwrap().duration_ms = 99_999;
    slower.clock.set("2030-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(page(slower).await, first);
}

#[tokio::test]
async fn the_page_needs_nothing_and_runs_nothing() {
    let page = page(FinishedRun::completed()).await;
    for foreign in ["<script", "http:", "https:", "url(", "@import", " style=", "src="] {
        let tags = page.split('<').filter_map(|part| part.split_once('>').map(|(tag, _)| tag));
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let inside = tags.filter(|tag| !tag.starts_with("meta")).any(|tag| tag.contains(foreign));
        assert!(!inside && !style.contains(foreign), "{foreign}");
    }
    assert!(!page.contains("onload=") && !page.contains("onclick="));
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = BASE64_STANDARD.encode(Sha256::digest(style));
    has(
        &page,
        &[
            &format!(
                "content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\""
            ),
            "<html lang=\"en\">",
            "<title>ATTENTION NEEDED: sales.csv (smartphone-sales)</title>",
        ],
    );
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("<th ").count(), page.matches("<th scope=").count());
}

#[tokio::test]
async fn every_other_outcome_has_its_own_headline() {
    for (outcome, refusal, records, parts) in [
        (
            "AllRecordsRejected",
            Value::Null,
            [291, 0, 291],
            ["ALL RECORDS REJECTED", "All 291 records were rejected; none is valid."],
        ),
        (
            "NoRecords",
            Value::Null,
            [0, 0, 0],
            ["NO RECORDS", "The file has a header and no record."],
        ),
        (
            "FileRefused",
            json!({"code": "reject-rate-exceeded", "message": "70.2% of the records were rejected."}),
            [1002, 299, 703],
            [
                "FILE REFUSED</strong>\n<p>70.2% of the records were rejected.",
                "raise maxRejectRate",
            ],
        ),
    ] {
        let page = page(FinishedRun::without_facts(outcome, refusal, records)).await;
        has(&page, &parts);
        assert!(!page.contains("id=\"analysis\"") && !page.contains("id=\"computed\""));
    }
}

#[tokio::test]
async fn every_refusal_says_what_to_do() {
    for code in [
        "missing-label",
        "duplicate-label",
        "blank-label",
        "blank-header",
        "source-error",
        "reject-rate-exceeded",
        "file-too-large",
        "unsafe-name",
    ] {
        let refusal = json!({"code": code, "message": "What was found."});
        let mut finished = FinishedRun::without_facts("FileRefused", refusal, [0, 0, 0]);
        finished.results.validation = None;
        let page = page(finished).await;
        has(
            &page,
            &["<p>What was found.</p>", &format!("Code <code>{code}</code>"), "<p class=\"next\">"],
        );
        assert!(!page.contains("id=\"records\""), "nothing was read");
    }
}

#[tokio::test]
async fn long_lists_are_cut_and_counted() {
    let mut finished = FinishedRun::completed();
    let rejects = &mut finished.results.validation.as_mut().unwrap().rejects;
    let template = rejects[0].clone();
    rejects.extend((0..1_000).map(|n| {
        let mut reject = template.clone();
        reject.field = Some(format!("column_{n:04}"));
        reject.example = "x".repeat(10_000);
        reject
    }));
    let groups = &mut finished.facts.dimensions[0].groups;
    let group = groups[0].clone();
    groups.extend((0..1_000).map(|_| group.clone()));
    let period = finished.facts.time.as_ref().unwrap().periods[0].clone();
    finished.facts.time.as_mut().unwrap().periods.extend((0..5_000).map(|_| period.clone()));
    let page = page(finished).await;
    has(&page, &["And 806 more combinations", "records are in earlier periods that are not shown"]);
    assert!(page.len() < 400_000, "{}", page.len());
}

#[tokio::test]
async fn errors_that_the_validator_does_not_list_are_counted() {
    let mut finished = FinishedRun::completed();
    let validation = finished.results.validation.as_mut().unwrap();
    let listed: u64 = validation.rejects.iter().map(|reject| reject.count).sum();
    validation.other_rejects = 999 - listed;
    has(&page(finished).await, &["999 errors in all"]);
}

#[tokio::test]
async fn facts_that_were_changed_since_are_not_reported() {
    let mut finished = FinishedRun::completed();
    finished.publish().await;
    finished.store.insert(&finished.run.outputs.facts, "{}");
    let input = RenderInput { run: finished.run.clone(), results: finished.results.clone() };
    let input = Input::Render(Box::new(input));
    let error = send_report::run(input, finished.ports(None), &finished.config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
    assert!(error.report().contains("reports/run-7f3a/facts.json"));
}

/// Two extra cells are two errors of one row.
#[tokio::test]
async fn more_rows_are_hinted_at_only_where_there_may_be_more() {
    for (first_rows, count, shown) in [
        (&[4, 9, 11, 18, 23][..], 5, "4, 9, 11, 18, 23</td>"),
        (&[4, 9, 11, 18, 23][..], 6, "4, 9, 11, 18, 23, …</td>"),
        (&[4][..], 3, "4</td>"),
    ] {
        let mut finished = FinishedRun::completed();
        let reject = &mut finished.results.validation.as_mut().unwrap().rejects[0];
        reject.first_rows = first_rows.to_vec();
        reject.count = count;
        has(&page(finished).await, &[&format!("<td class=\"rows\">{shown}")]);
    }
}
