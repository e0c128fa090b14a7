//! The message as a mail client reads it.

use crate::finished_run::{FinishedRun, REJECTED};
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use serde_json::Value;

async fn message(mut finished: FinishedRun) -> Vec<u8> {
    finished.publish().await;
    finished.message().await
}

fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

fn html(message: &Message<'_>) -> String {
    message.body_html(0).unwrap().into_owned()
}

fn text(message: &Message<'_>) -> String {
    message.body_text(0).unwrap().replace("\r\n", "\n")
}

#[tokio::test]
async fn it_is_mixed_with_alternative_and_attachment() {
    let bytes = message(FinishedRun::completed()).await;
    let parsed = parse(&bytes);
    let types: Vec<_> = parsed
        .parts
        .iter()
        .map(|part| {
            let content_type = part.content_type().unwrap();
            format!("{}/{}", content_type.ctype(), content_type.subtype().unwrap())
        })
        .collect();
    assert_eq!(
        types,
        ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv"]
    );
    assert!(matches!(&parsed.parts[0].body, PartType::Multipart(parts) if parts == &[1, 4]));
    assert!(matches!(&parsed.parts[1].body, PartType::Multipart(parts) if parts == &[2, 3]));

    let from = parsed.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Sluice"), Some("sluice@example.com")));
    let to: Vec<_> = parsed.to().unwrap().iter().filter_map(|to| to.address()).collect();
    assert_eq!(to, ["data-team@example.com", "ops@example.com"]);
    assert_eq!(
        parsed.subject(),
        Some("ATTENTION NEEDED: smartphone-sales/sales.csv, 716 valid, 286 rejected")
    );
    assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-20T14:05:00Z");
    assert_eq!(parsed.message_id(), Some("run-7f3a-Completed@example.com"));
    assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
}

#[tokio::test]
async fn every_line_ends_in_crlf_and_is_short() {
    let bytes = message(FinishedRun::completed()).await;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        assert!(line.ends_with(b"\r\n") && line.len() <= 998 + 2);
        assert!(line[..line.len() - 2].iter().all(|byte| *byte != b'\r' && byte.is_ascii()));
    }
}

#[tokio::test]
async fn the_same_run_gives_the_same_bytes() {
    let first = message(FinishedRun::completed()).await;
    let later = FinishedRun::completed();
    later.clock.set("2030-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(message(later).await, first);
}

#[tokio::test]
async fn both_bodies_say_what_matters() {
    let bytes = message(FinishedRun::completed()).await;
    let parsed = parse(&bytes);
    for body in [html(&parsed), text(&parsed)] {
        for part in [
            "716 of 1,002 records are valid, 286 (28.5%) were rejected; 2 anomalies, none of high severity.",
            "ram: 64 is more than the maximum 32",
            "532,452.5",
            "iPhone 15",
            "these lead: Mid-range (503 of 716 sales, 70.3%)",
            "sales_rejected_20261120_140500.csv",
            "processed/smartphone-sales/sales_processed_20261120_140500.csv",
            "sluice show run-7f3a",
        ] {
            assert!(body.contains(part), "{part:?} is missing in:\n{body}");
        }
    }
    let text = text(&parsed);
    assert!(text.starts_with("ATTENTION NEEDED\n716 of 1,002"), "{text}");
    assert!(text.ends_with('\n') && !text.contains("\n\n\n"), "{text}");
}

/// Everything that a statement can show, at this length.
fn lengthen(statement: &mut Value, text: &str) {
    for kind in ["type", "category"] {
        if let Some(kind) = statement.get_mut(kind) {
            *kind = text.into();
        }
    }
    let mut claim = statement["claims"][0].clone();
    claim["text"] = text.into();
    statement["claims"] = vec![claim; 3].into();
    statement["words"] = text.into();
    statement["claims_by"] = "model".into();
    statement["words_by"] = "model".into();
    statement["replaced_because"] = vec![text; 2].into();
}

#[tokio::test]
async fn html_is_what_mail_clients_can_show() {
    let mut finished = FinishedRun::completed();
    let rejects = &mut finished.results.validation.as_mut().unwrap().rejects;
    rejects[0].example = "<".repeat(10_000);
    let reject = rejects[0].clone();
    rejects.extend((0..500).map(|_| reject.clone()));
    let long = "\"<é&>\"".repeat(200);
    let mut analysis = serde_json::to_value(&finished.analysis).unwrap();
    for list in ["insights", "anomalies", "recommendations"] {
        let statement = &mut analysis[list][0];
        lengthen(statement, &long);
        analysis[list] = vec![statement.clone(); 100].into();
    }
    lengthen(&mut analysis["summary_basis"], &long);
    finished.analysis = serde_json::from_value(analysis).unwrap();
    for dimension in &mut finished.facts.dimensions {
        for group in &mut dimension.groups {
            group.value = Some(long.clone());
        }
    }
    for quote in &mut finished.facts.text.as_mut().unwrap().quotes {
        quote.text.clone_from(&long);
    }
    let bytes = message(finished).await;
    let html = html(&parse(&bytes));
    // Gmail cuts what is longer.
    assert!(html.len() < 102 * 1024, "{}", html.len());
    for foreign in ["<svg", "<style", "<script", "<img", "flex", "grid", "class=", "position:"] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert!(html.contains("And 96 more in the report."));
    assert!(html.contains("max-width:600px"));
}

#[tokio::test]
async fn the_attachment_is_safe_in_a_spreadsheet() {
    let bytes = message(FinishedRun::completed()).await;
    let parsed = parse(&bytes);
    let attachment = parsed.attachment(0).unwrap();
    assert_eq!(attachment.attachment_name(), Some("sales_rejected_20261120_140500.csv"));
    let csv = String::from_utf8(attachment.contents().to_vec()).unwrap();
    assert!(csv.contains("'=HYPERLINK"), "{csv}");
    assert!(csv.contains("'@ram"), "{csv}");
    assert!(csv.contains(",-5,"), "a number stays a number: {csv}");
    assert_eq!(csv.lines().count(), REJECTED.lines().count());
}

#[tokio::test]
async fn rejected_rows_that_are_not_attached_are_said_to_be_elsewhere() {
    let mut off = FinishedRun::completed();
    off.config.attach_rejected = false;
    let mut large = FinishedRun::completed();
    large.config.attachment_limit_bytes = REJECTED.len() as u64 - 1;
    for (finished, why) in [(off, "switched off"), (large, "are too many for a mail")] {
        let bytes = message(finished).await;
        let parsed = parse(&bytes);
        assert_eq!(parsed.attachment_count(), 0);
        for body in [html(&parsed), text(&parsed)] {
            assert!(body.contains("The rejected records are not attached"), "{body}");
            assert!(body.contains(why), "{body}");
            assert!(body.contains("rejected/smartphone-sales/sales_rejected_20261120_140500.csv"));
        }
    }
}

#[tokio::test]
async fn nothing_rejected_is_nothing_attached() {
    let mut finished = FinishedRun::completed();
    let validation = finished.results.validation.as_mut().unwrap();
    validation.records.valid = 1_002;
    validation.records.rejected = 0;
    validation.rejects.clear();
    let bytes = message(finished).await;
    let parsed = parse(&bytes);
    assert_eq!(parsed.attachment_count(), 0);
    assert!(text(&parsed).contains("All 1,002 records are valid"));
}

#[tokio::test]
async fn headers_carry_any_name_without_injection() {
    let mut finished = FinishedRun::completed();
    finished.config.from_name = "Größe, \"the\" <best>".into();
    finished.run.source.key = "input/größe\r\nBcc: evil@example.com 数据.csv".into();
    finished.run.outputs.rejected = "rejected/größe \"x\"\r\nX: y.csv".into();
    let bytes = message(finished).await;
    let parsed = parse(&bytes);
    assert!(parsed.bcc().is_none() && parsed.header("X").is_none());
    assert_eq!(
        parsed.subject(),
        Some(
            "ATTENTION NEEDED: smartphone-sales/größe  Bcc: evil@example.com 数据.csv, 716 valid, 286 rejected"
        )
    );
    assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Größe, \"the\" <best>"));
    let name = parsed.attachment(0).unwrap().attachment_name().unwrap().to_owned();
    assert_eq!(name, "größe _x___X_ y.csv");
}

#[tokio::test]
async fn links_are_made_by_the_templates_of_the_configuration() {
    let mut finished = FinishedRun::completed();
    finished.config.links.mail = Some("https://console.example/{bucket}?prefix={key}".into());
    finished.config.links.execution = Some("https://console.example/executions/{execution}".into());
    let bytes = message(finished).await;
    let parsed = parse(&bytes);
    for body in [html(&parsed), text(&parsed)] {
        assert!(
            body.contains("https://console.example/sluice-data?prefix=reports/run-7f3a/facts.json")
        );
        assert!(body.contains("https://console.example/executions/arn%3Aaws%3Astates%3A"));
        assert!(!body.contains("sluice show"));
    }
}
