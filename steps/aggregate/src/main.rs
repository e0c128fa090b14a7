//! The Lambda function `aggregate`: the step over S3.

use std::process::ExitCode;

use aggregate::{Config, Ports};
use pipeline_aws::{Connection, s3::Bucket};
use pipeline_core::ports::SystemClock;
use pipeline_lambda::{Function, StartError};

async fn function(function: &Function) -> Result<(), StartError> {
    let bucket = function.environment().required("SLUICE_BUCKET")?;

    let connection = Connection::from_env().await;
    let ports = Ports { store: &Bucket::new(&connection, bucket), clock: &SystemClock };
    let config = Config::default();
    function.serve(async |input| Ok((aggregate::run(input, ports, &config).await?, None))).await
}

// Connections are worked on by other threads, decryption included, while this one parses.
#[tokio::main]
async fn main() -> ExitCode {
    pipeline_lambda::run("aggregate", function).await
}
