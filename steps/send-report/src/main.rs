//! The Lambda function `send-report`: the step over S3, DynamoDB and SES.

use std::process::ExitCode;

use pipeline_aws::{
    Connection,
    dynamodb::{AnalysesTable, SendLogTable},
    s3::Bucket,
    sesv2::Sender,
};
use pipeline_core::ports::{Mailer, SystemClock};
use pipeline_lambda::{Environment, Function, Metrics, StartError};
use program_version::PROGRAM_VERSION;
use send_report::{ATTACHMENT_LIMIT_BYTES, Config, Links, Output, Ports};

async fn function(function: &Function) -> Result<(), StartError> {
    let environment = function.environment();
    let bucket = environment.required("SLUICE_BUCKET")?;
    let send_log_table = environment.required("SLUICE_SEND_LOG_TABLE")?;
    let analyses_table = environment.required("SLUICE_ANALYSES_TABLE")?;
    let configuration_set = owned(environment, "SLUICE_SES_CONFIGURATION_SET");
    let from = environment.optional("SLUICE_MAIL_FROM");
    if from.is_some() {
        environment.required("SLUICE_MAIL_TO")?;
    }
    let config = Config {
        from: from.unwrap_or_default().to_owned(),
        from_name: environment.optional("SLUICE_MAIL_FROM_NAME").unwrap_or("Sluice").to_owned(),
        to: environment.list("SLUICE_MAIL_TO"),
        attach_rejected: environment.switch("SLUICE_ATTACH_REJECTED")?,
        attachment_limit_bytes: ATTACHMENT_LIMIT_BYTES,
        links: Links {
            page: owned(environment, "SLUICE_LINK_PAGE"),
            mail: owned(environment, "SLUICE_LINK_MAIL"),
            execution: owned(environment, "SLUICE_LINK_EXECUTION"),
        },
        program_version: PROGRAM_VERSION.to_owned(),
    };

    let connection = Connection::from_env().await;
    let sender = from.map(|_| Sender::new(&connection, configuration_set));
    let ports = Ports {
        store: &Bucket::new(&connection, bucket),
        send_log: &SendLogTable::new(&connection, send_log_table),
        analyses: &AnalysesTable::new(&connection, analyses_table),
        mailer: sender.as_ref().map(|sender| sender as &dyn Mailer),
        clock: &SystemClock,
    };
    function
        .serve(async |input| {
            let output = send_report::run(input, ports, &config).await?;
            let metrics = metrics(&output);
            Ok((output, metrics))
        })
        .await
}

fn owned(environment: &Environment, name: &str) -> Option<String> {
    environment.optional(name).map(str::to_owned)
}

fn metrics(output: &Output) -> Option<Metrics> {
    match output {
        Output::Mailed(mailed) => Some(Metrics::by("Status", &mailed.mail).count("Mails", 1)),
        Output::Rendered(_) => None,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    pipeline_lambda::run("send-report", function).await
}
