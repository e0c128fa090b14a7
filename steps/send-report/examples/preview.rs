//! Writes the reports and mails of several runs into a folder, to be looked at:
//! `cargo run -p send-report --example preview -- FOLDER`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a development tool")]
#![expect(clippy::expect_used, reason = "a development tool")]

use std::{fs, path::Path};

use pipeline_core::memory::ScriptedMailer;
use serde_json::{Value, json};

#[path = "../tests/report/finished_run.rs"]
mod finished_run;

use finished_run::FinishedRun;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = std::env::args().nth(1).expect("the folder to write to");
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).unwrap();

    let mut completed = FinishedRun::completed();
    completed.publish().await;
    write(folder, "completed", &completed).await;

    let mut ai = FinishedRun::by_model();
    ai.publish().await;
    write(folder, "ai", &ai).await;

    let mut earlier = FinishedRun::by_model();
    earlier.analysis.schema_version = "1.0".into();
    earlier.analysis.replaced_statements = 0;
    earlier.publish().await;
    write(folder, "earlier-version", &earlier).await;

    let message = "The column `price` is missing; the nearest in the file is `pricee`.";
    let refusal = json!({"code": "missing-label", "message": message});
    let mut refused = FinishedRun::without_facts("FileRefused", refusal, [0, 0, 0]);
    refused.results.validation = None;
    refused.publish().await;
    write(folder, "refused", &refused).await;

    let message = "703 of 1,002 records were rejected, more than the contract allows (50%).";
    let refusal = json!({"code": "reject-rate-exceeded", "message": message});
    let mut refused = FinishedRun::without_facts("FileRefused", refusal, [1002, 299, 703]);
    refused.publish().await;
    write(folder, "reject-rate", &refused).await;

    let mut rejected = FinishedRun::without_facts("AllRecordsRejected", Value::Null, [291, 0, 291]);
    rejected.publish().await;
    write(folder, "all-rejected", &rejected).await;

    let mut empty = FinishedRun::without_facts("NoRecords", Value::Null, [0, 0, 0]);
    empty.publish().await;
    write(folder, "no-records", &empty).await;

    let cause = r#"{"errorType":"ContractError","errorMessage":"the contract does not load (key=contracts/smartphone-sales.json): /fields/3/type: unknown type `dat`"}"#;
    let input = finished_run::failure_input(&json!({
        "executionArn": "arn:aws:states:eu-central-1:123456789012:execution:sluice:run-7f3a",
        "name": "run-7f3a",
        "status": "FAILED",
        "startDate": 1_795_183_500_000_i64,
        "stopDate": 1_795_183_504_000_i64,
        "input": json!({"detail": {"bucket": {"name": "sluice-data"}, "object": {"key": "input/smartphone-sales/sales.csv"}}}).to_string(),
        "error": "ContractError",
        "cause": cause,
    }));
    let mailer = ScriptedMailer::default();
    send_report::run(input, empty.ports(Some(&mailer)), &empty.config).await.unwrap();
    fs::write(folder.join("failed.eml"), &mailer.sent()[0].mime).unwrap();
}

async fn write(folder: &Path, name: &str, finished: &FinishedRun) {
    fs::write(folder.join(format!("{name}.html")), finished.page().await).unwrap();
    fs::write(folder.join(format!("{name}.eml")), finished.message().await).unwrap();
}
