//! Text from files and models stays text, wherever it stands.

use std::{fs, path::Path};

use crate::finished_run::FinishedRun;
use mail_parser::MessageParser;
use proptest::prelude::*;
use serde_json::Value;

const PAYLOADS: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "--></style></title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;&#60;",
    "{{ 7 * 7 }}{% endif %}",
    "line\r\n\r\nBcc: evil@example.com\r\n.\r\n--mixed-\u{1b}[2J\u{202e}\0",
    "=cmd|' /C calc'!A0",
];

/// Replaces every text in a document but those that are codes.
fn poison(value: &mut Value, text: &str) {
    match value {
        Value::String(string) => text.clone_into(string),
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, text)),
        Value::Object(members) => {
            let codes = [
                "code",
                "severity",
                "confidence",
                "priority",
                "schema_version",
                "claims_by",
                "words_by",
            ];
            let members = members.iter_mut().filter(|(key, _)| !codes.contains(&key.as_str()));
            members.for_each(|(_, member)| poison(member, text));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A run whose every text is this one, as page and as mail.
async fn rendered(text: &str) -> (String, String, String) {
    let mut finished = FinishedRun::by_model();
    let mut facts = serde_json::to_value(&finished.facts).unwrap();
    poison(&mut facts, text);
    finished.facts = serde_json::from_value(facts).unwrap();
    let mut analysis = serde_json::to_value(&finished.analysis).unwrap();
    analysis["degraded_because"] = "x".into();
    poison(&mut analysis, text);
    finished.analysis = serde_json::from_value(analysis).unwrap();

    let validation = finished.results.validation.as_mut().unwrap();
    for reject in &mut validation.rejects {
        reject.field = Some(text.into());
        reject.example = text.into();
    }
    validation.undeclared_columns = vec![text.into()];
    let run = &mut finished.run;
    for part in [
        &mut run.source.bucket,
        &mut run.source.checksum,
        &mut run.contract.dataset,
        &mut run.contract.key,
        &mut run.contract.sha256,
    ] {
        text.clone_into(part);
    }
    run.source.key = format!("input/{text}/{text}.csv");
    run.outputs.processed = format!("processed/{text}.csv");
    run.outputs.rejected = format!("rejected/{text}.csv");
    finished.config.links.mail = Some("https://host/{bucket}/{key}".into());

    finished.publish().await;
    let page = finished.page().await;
    let bytes = finished.message().await;
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert!(message.bcc().is_none());
    let html = message.body_html(0).unwrap().replace("\r\n", "\n");
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    (page, html, text)
}

/// The tags of a document with the names of their attributes.
fn tags(html: &str) -> Vec<String> {
    let html = html.split_once("<style>").map_or(html.to_owned(), |(head, rest)| {
        format!("{head}{}", rest.split_once("</style>").unwrap().1)
    });
    html.split('<')
        .skip(1)
        .map(|part| {
            let (tag, _) = part.split_once('>').unwrap();
            let outside: Vec<_> = tag.split('"').step_by(2).collect();
            outside.join("\"\"")
        })
        .collect()
}

#[tokio::test]
async fn no_payload_changes_the_structure_of_page_or_mail() {
    let (page, html, text) = rendered("x").await;
    for payload in PAYLOADS {
        let (hostile_page, hostile_html, hostile_text) = rendered(payload).await;
        assert_eq!(tags(&hostile_page), tags(&page), "{payload}");
        assert_eq!(tags(&hostile_html), tags(&html), "{payload}");
        assert_eq!(hostile_text.lines().count(), text.lines().count(), "{payload}");
        assert!(!hostile_page.contains("href=\"javascript"), "{payload}");
        for document in [hostile_page, hostile_html, hostile_text] {
            let visible = |char: char| char == '\n' || !char.is_control();
            assert!(document.chars().all(|c| visible(c) && c != '\u{202e}'), "{payload}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_at_all_changes_the_structure(text in "[\\PC<>&'\"\r\n\0{}%#/=:\\\\]{1,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (page, html, plain) = runtime.block_on(rendered("x"));
        let (hostile_page, hostile_html, hostile_plain) = runtime.block_on(rendered(&text));
        prop_assert_eq!(tags(&hostile_page), tags(&page));
        prop_assert_eq!(tags(&hostile_html), tags(&html));
        prop_assert_eq!(hostile_plain.lines().count(), plain.lines().count());
    }
}

#[test]
fn nothing_but_the_style_sheet_goes_around_the_escapers() {
    fn uses(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(uses(&path));
                continue;
            }
            let template = fs::read_to_string(&path).unwrap().replace(' ', "");
            let filters = template.match_indices("|safe").chain(template.match_indices("|escape"));
            found.extend(filters.map(|(at, _)| template[at.saturating_sub(7)..at + 7].to_owned()));
        }
        found
    }
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    assert_eq!(uses(&templates), ["{{style|safe}}"]);
}
