//! The Lambda function `claim-file`: the step over S3, DynamoDB, Step Functions and EventBridge.

use std::process::ExitCode;

use claim_file::{Config, Output, Ports};
use pipeline_aws::{
    Connection,
    dynamodb::{LedgerTable, SendLogTable},
    eventbridge::Bus,
    s3::Bucket,
    sfn::Executions,
};
use pipeline_core::ports::SystemClock;
use pipeline_lambda::{Function, Metrics, StartError};
use program_version::PROGRAM_VERSION;

async fn function(function: &Function) -> Result<(), StartError> {
    let environment = function.environment();
    let (bucket, bus) =
        (environment.required("SLUICE_BUCKET")?, environment.required("SLUICE_EVENT_BUS")?);
    let ledger_table = environment.required("SLUICE_LEDGER_TABLE")?;
    let send_log_table = environment.required("SLUICE_SEND_LOG_TABLE")?;
    let default_dataset = environment.required("SLUICE_DEFAULT_DATASET")?;
    let config = Config {
        max_size_bytes: environment.parsed("SLUICE_MAX_SIZE_BYTES", "a number of bytes")?,
        ..Config::new(default_dataset, PROGRAM_VERSION)
    };

    let connection = Connection::from_env().await;
    let ports = Ports {
        // A larger file is refused unread.
        store: &Bucket::new(&connection, bucket).hashing_at_most(config.max_size_bytes),
        ledger: &LedgerTable::new(&connection, ledger_table),
        send_log: &SendLogTable::new(&connection, send_log_table),
        executions: &Executions::new(&connection),
        events: &Bus::new(&connection, bus),
        clock: &SystemClock,
    };
    function
        .serve(async |input| {
            let output = claim_file::run(input, ports, &config).await?;
            let metrics = metrics(&output);
            Ok((output, metrics))
        })
        .await
}

fn metrics(output: &Output) -> Option<Metrics> {
    match output {
        Output::Claim(claim) => Some(Metrics::by("Decision", &claim.decision).count("Claims", 1)),
        Output::Complete(completion) => {
            Some(Metrics::in_total_and_by("Outcome", &completion.outcome).count("Runs", 1))
        }
        Output::Fail(_) => None,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    pipeline_lambda::run("claim-file", function).await
}
