//! The Lambda function `validate-and-partition`: the step over S3 and EventBridge.

use std::process::ExitCode;

use pipeline_aws::{Connection, eventbridge::Bus, s3::Bucket};
use pipeline_core::{
    ports::SystemClock,
    steps::validate_and_partition::{Input, Output},
};
use pipeline_lambda::{Function, Metrics, StartError};
use validate_and_partition::{Config, Ports};

async fn function(function: &Function) -> Result<(), StartError> {
    let environment = function.environment();
    let bucket = environment.required("SLUICE_BUCKET")?;
    let bus = environment.required("SLUICE_EVENT_BUS")?;

    let connection = Connection::from_env().await;
    let ports = Ports {
        store: &Bucket::new(&connection, bucket),
        events: &Bus::new(&connection, bus),
        clock: &SystemClock,
        progress: None,
    };
    function
        .serve(async |input: Input| {
            let (dataset, size_bytes) =
                (input.run.contract.dataset.clone(), input.run.source.size_bytes);
            let output = validate_and_partition::run(input, ports, Config::default()).await?;
            let metrics = metrics(&dataset, size_bytes, &output);
            Ok((output, Some(metrics)))
        })
        .await
}

fn metrics(dataset: &str, size_bytes: u64, output: &Output) -> Metrics {
    let records = output.records;
    Metrics::in_total_and_by("Dataset", &dataset)
        .count("RecordsRead", records.read)
        .count("RecordsValid", records.valid)
        .count("RecordsRejected", records.rejected)
        .bytes("SourceBytes", size_bytes)
        .percent("RejectRate", records.rejected, records.read)
}

// Connections are worked on by other threads, decryption included, while this one validates.
#[tokio::main]
async fn main() -> ExitCode {
    pipeline_lambda::run("validate-and-partition", function).await
}
