//! The Lambda function `analyze`: the step over S3, DynamoDB, Bedrock and EventBridge.

use std::process::ExitCode;

use analyze::{Config, Ports};
use pipeline_aws::{
    Connection, bedrockruntime::Model, dynamodb::AnalysesTable, eventbridge::Bus, s3::Bucket,
};
use pipeline_core::{
    ports::{SystemClock, TextModel},
    steps::analyze::{Input, Output},
};
use pipeline_lambda::{Function, Metrics, StartError};

async fn function(function: &Function) -> Result<(), StartError> {
    let environment = function.environment();
    let bucket = environment.required("SLUICE_BUCKET")?;
    let analyses_table = environment.required("SLUICE_ANALYSES_TABLE")?;
    let bus = environment.required("SLUICE_EVENT_BUS")?;
    let model_id = environment.optional("SLUICE_MODEL_ID");
    let config = Config {
        model_id: model_id.unwrap_or_default().to_owned(),
        max_output_tokens: environment.parsed("SLUICE_MAX_OUTPUT_TOKENS", "a number of tokens")?,
        cost_ceiling_usd: environment.amount("SLUICE_COST_CEILING_USD")?,
    };

    let connection = Connection::from_env().await;
    let model = model_id.map(|_| Model::new(&connection));
    let ports = Ports {
        store: &Bucket::new(&connection, bucket),
        analyses: &AnalysesTable::new(&connection, analyses_table),
        events: &Bus::new(&connection, bus),
        model: model.as_ref().map(|model| model as &dyn TextModel),
        clock: &SystemClock,
    };
    function
        .serve(async |input: Input| {
            let output = analyze::run(&input, ports, &config).await?;
            let metrics = metrics(&input.run.contract.dataset, &output);
            Ok((output, Some(metrics)))
        })
        .await
}

fn metrics(dataset: &str, output: &Output) -> Metrics {
    Metrics::in_total_and_by("Dataset", &dataset)
        .count("InputTokens", output.input_tokens)
        .count("OutputTokens", output.output_tokens)
        .number("CostUsd", output.cost_usd)
        .count("Degraded", output.degraded.into())
        .count("ReplacedStatements", output.replaced_statements)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    pipeline_lambda::run("analyze", function).await
}
