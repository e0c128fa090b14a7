//! The mail about a failed execution.

use crate::finished_run::FinishedRun;
use mail_parser::MessageParser;
use pipeline_core::{memory::ScriptedMailer, ports::RawEmail};
use serde_json::{Value, json};

fn failed() -> Value {
    let input = json!({"detail": {
        "bucket": {"name": "sluice-data"}, "object": {"key": "input/a/sales.csv", "size": 1},
    }});
    json!({
        "executionArn": "arn:aws:states:eu-central-1:123456789012:execution:sluice:run-9",
        "name": "run-9",
        "status": "FAILED",
        "startDate": 1_795_183_500_000_i64,
        "stopDate": 1_795_183_504_000_i64,
        "input": input.to_string(),
        "error": "ContractError",
        "cause": r#"{"errorType":"ContractError","errorMessage":"unknown type <dat>","stackTrace":[]}"#,
    })
}

async fn mail(detail: &Value, execution_link: Option<&str>) -> RawEmail {
    let mut finished = FinishedRun::completed();
    finished.config.links.execution = execution_link.map(Into::into);
    let mailer = ScriptedMailer::default();
    let input = crate::finished_run::failure_input(detail);
    send_report::run(input, finished.ports(Some(&mailer)), &finished.config).await.unwrap();
    mailer.sent()[0].clone()
}

fn bodies(mail: &RawEmail) -> [String; 2] {
    let message = MessageParser::default().parse(&mail.mime).unwrap();
    [message.body_html(0).unwrap().into_owned(), message.body_text(0).unwrap().into_owned()]
}

#[tokio::test]
async fn it_says_what_failed_with_what_cause_and_what_to_do() {
    let mail = mail(&failed(), None).await;
    assert_eq!(mail.id, "run-9-Failed-1795183504000");
    let message = MessageParser::default().parse(&mail.mime).unwrap();
    assert_eq!(message.subject(), Some("FAILED: sales.csv, ContractError"));
    assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-20T14:05:04Z");
    let [html, text] = bodies(&mail);
    assert!(html.contains("unknown type &lt;dat&gt;"), "{html}");
    assert!(text.contains("unknown type <dat>"), "{text}");
    for body in [html, text] {
        for part in [
            "The run of sales.csv failed: ContractError.",
            "Correct the contract",
            "sluice show run-9",
            "input/a/sales.csv",
            "sluice-data",
            "2026-11-20T14:05:00Z",
        ] {
            assert!(body.contains(part), "{part:?} is missing in:\n{body}");
        }
        assert!(!body.contains("stackTrace") && !body.contains("errorMessage"));
    }
}

#[tokio::test]
async fn an_environment_that_must_be_mended_is_not_blamed_on_the_file() {
    let mut detail = failed();
    detail["error"] = "EnvironmentError".into();
    detail["cause"] = json!({
        "errorType": "EnvironmentError",
        "errorMessage": "AWS denied the call (denied_action=s3:PutObject)",
    })
    .to_string()
    .into();
    for body in bodies(&mail(&detail, None).await) {
        for part in [
            "failed: EnvironmentError.",
            "denied_action=s3:PutObject",
            "The file is fine",
            "free some space",
            "read and write there",
            "allow the role the action",
            "sign in again",
            "Bucket, table or model missing",
        ] {
            assert!(body.contains(part), "{part:?} is missing in:\n{body}");
        }
    }
}

#[tokio::test]
async fn on_aws_it_links_to_the_execution_and_offers_a_redrive() {
    let mail = mail(&failed(), Some("https://console.example/{execution}")).await;
    for body in bodies(&mail) {
        assert!(body.contains("https://console.example/arn%3Aaws%3Astates"), "{body}");
        assert!(body.contains("Redrive") && !body.contains("sluice show"), "{body}");
    }
}

#[tokio::test]
async fn an_event_with_hardly_anything_is_still_a_mail() {
    for (status, sentence, advice) in [
        ("TIMED_OUT", "The run timed out: States.Timeout.", "quota of concurrent executions"),
        ("ABORTED", "The run was aborted: ABORTED.", "Somebody stopped this execution."),
        ("FAILED", "The run failed: FAILED.", "Look at the cause"),
    ] {
        let detail = json!({"executionArn": "a", "name": "n", "status": status, "startDate": 0});
        for body in bodies(&mail(&detail, None).await) {
            assert!(body.contains(sentence), "{body}");
            assert!(body.replace(['\r', '\n'], " ").contains(advice), "{body}");
            assert!(body.contains("None was given."), "{body}");
        }
    }
}

#[tokio::test]
async fn a_cause_of_any_length_and_form_is_bounded_and_escaped() {
    for cause in [
        "<script>\u{1b}[2J".repeat(20_000),
        r#"{"errorMessage": 7}"#.to_owned(),
        format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)),
    ] {
        let mut detail = failed();
        detail["cause"] = cause.into();
        detail["input"] = "{not json".into();
        let mail = mail(&detail, None).await;
        assert!(mail.mime.len() < 100_000, "{}", mail.mime.len());
        let [html, text] = bodies(&mail);
        assert!(!html.contains("<script") && !text.contains('\u{1b}'));
    }
}

#[tokio::test]
async fn the_mail_id_is_a_safe_file_name_and_still_its_own() {
    let mut ids = Vec::new();
    for name in ["../../etc/passwd", "..\\..\\etc\\passwd", "ü\r\nBcc: x", "plain"] {
        let mut detail = failed();
        detail["name"] = name.into();
        ids.push(mail(&detail, None).await.id);
    }
    for id in &ids {
        assert!(id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{id}");
        assert!(!id.starts_with('.'), "{id}");
    }
    ids.dedup();
    assert_eq!(ids.len(), 4);
    assert_eq!(ids[3], "plain-Failed-1795183504000");
}
