//! Watches an execution until it ends, and tells what became of its file.

use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use futures_util::future::{Either, select};
use pipeline_aws::{Connection, s3::Bucket};
use pipeline_core::manifest::Manifest;
use tokio::time::sleep;

use super::executions::StateMachine;
use crate::{
    history::Execution,
    result::{Ending, Places, RunResult, run_of},
    terminal::{OutputFormat, Progress, WARN, safe, styled},
};

/// How long to wait between two looks: short at first, since most files are done in seconds.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a shell reports of a program that was ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Waits until the execution has ended, and gives it with its whole history. `redrives` is how often it
/// must have been redriven by then: before that, its end is the old one.
pub(super) async fn follow(
    machine: &StateMachine,
    execution_arn: &str,
    redrives: u32,
    progress: &Progress,
) -> anyhow::Result<Execution> {
    let mut pause = FIRST_PAUSE;
    loop {
        let execution = machine.describe(execution_arn).await?;
        let goes_on = matches!(execution.status.as_str(), "RUNNING" | "PENDING_REDRIVE");
        if !goes_on && execution.redrive_count >= redrives {
            return machine.load(execution_arn).await;
        }
        if let Some(state) = machine.last_state(execution_arn).await? {
            progress.doing(&safe(&state));
        }
        sleep(pause).await;
        pause = (pause * 5 / 4).min(LONGEST_PAUSE);
    }
}

/// Tells what became of the file of a finished execution.
pub(super) async fn report(
    connection: &Connection,
    machine: &StateMachine,
    execution: &Execution,
    output: OutputFormat,
) -> anyhow::Result<Ending> {
    let bucket = execution.header.input["detail"]["bucket"]["name"].as_str().unwrap_or_default();
    let manifest = match run_of(execution) {
        Some(run) => Manifest::of(&run, &Bucket::new(connection, bucket)).await,
        None => Ok(None),
    };
    // The execution has ended as it has: whoever may drop a file need not be allowed to read results.
    let manifest = manifest.unwrap_or_else(|error| {
        anstream::eprintln!(
            "{} the outputs are not listed, since the manifest cannot be read: {} (the Terraform output reader_policy_arn is the policy for it)",
            styled(WARN, "warning:"),
            safe(&error.report())
        );
        None
    });
    let mut result = RunResult::of(execution, manifest.as_ref(), &InBucket(bucket));
    let arn = &execution.header.execution_arn;
    result.console = Some(machine.arn().console(arn));
    result.execution_arn = Some(arn.clone());
    result.print(output, &format!(" --state-machine {}", machine.arn()))?;
    Ok(result.ending())
}

struct InBucket<'a>(&'a str);

impl Places for InBucket<'_> {
    fn object(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.0)
    }

    fn mail(&self, _: &str) -> Option<String> {
        None
    }
}

/// Does the work unless Ctrl-C comes first: then says how to see what goes on without us.
pub(super) async fn unless_interrupted(
    work: impl Future<Output = anyhow::Result<ExitCode>>,
    machine: &StateMachine,
) -> anyhow::Result<ExitCode> {
    let interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    match select(std::pin::pin!(work), interrupt).await {
        Either::Left((done, _)) => done,
        Either::Right((signal, _)) => {
            signal.context("cannot wait for Ctrl-C")?;
            anstream::eprintln!(
                "\nwhat runs on AWS goes on; see it with\n  sluice executions --state-machine {}",
                machine.arn()
            );
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}
