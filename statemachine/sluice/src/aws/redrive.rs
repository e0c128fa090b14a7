//! `sluice redrive`: an unsuccessful execution goes on where it stopped.

use std::process::ExitCode;

use anyhow::bail;
use aws_sdk_sfn::{
    operation::describe_execution::DescribeExecutionOutput,
    types::{ExecutionRedriveStatus, ExecutionStatus},
};
use serde_json::json;

use super::{
    access::Access,
    arn::ExecutionId,
    executions::StateMachine,
    explain::Attempt,
    follow::{follow, report, unless_interrupted},
};
use crate::{
    cli::RedriveArgs,
    terminal::{OutputFormat, Progress, print},
};

/// Redrives an execution and follows it.
pub(crate) async fn redrive(args: &RedriveArgs) -> anyhow::Result<ExitCode> {
    let (arn, run) = ExecutionId::read(&args.run, args.state_machine.as_deref())?;
    let access = Access::open(&args.access, Some(arn.region())).await?;
    let machine = StateMachine::new(&access, arn)?;
    let execution_arn = machine.find(&run).await?;
    let before = machine.answer(&execution_arn).await?;
    refuse(&before)?;
    let attempt = Attempt { action: "states:RedriveExecution", resource: &execution_arn };
    let redriven = machine.sfn().redrive_execution().execution_arn(&execution_arn).send().await;
    redriven.map_err(|error| attempt.failed(&error))?;
    if args.no_follow {
        match args.output {
            OutputFormat::Json => {
                print(&json!({"executionArn": execution_arn, "status": "RUNNING"}).to_string())?;
            }
            OutputFormat::Text => print(&format!("Redriven: {execution_arn}"))?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let must_count =
        before.redrive_count.and_then(|count| count.try_into().ok()).unwrap_or(0_u32) + 1;
    let work = async {
        let progress = Progress::spinner(&args.run);
        let execution = follow(&machine, &execution_arn, must_count, &progress).await?;
        progress.clear();
        let verdict = report(&access.connection, &machine, &execution, args.output).await?;
        Ok(ExitCode::from(verdict.exit_code()))
    };
    unless_interrupted(work, &machine).await
}

/// Refuses what AWS would refuse, and says why.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html>
fn refuse(execution: &DescribeExecutionOutput) -> anyhow::Result<()> {
    let arn = &execution.execution_arn;
    match execution.status {
        ExecutionStatus::Succeeded => bail!(
            "{arn} has succeeded: there is nothing to redrive. To process the file again, start an execution with `rerun` in its input"
        ),
        ExecutionStatus::Running | ExecutionStatus::PendingRedrive => {
            bail!("{arn} is still running; a redrive is for what has failed")
        }
        _ => {}
    }
    if execution.redrive_status == Some(ExecutionRedriveStatus::NotRedrivable) {
        let reason = execution.redrive_status_reason.as_deref().unwrap_or("AWS does not say why");
        bail!(
            "{arn} cannot be redriven: {reason}. AWS redrives within 14 days and up to 25,000 events; past that, drop the file again: a failed run is taken up anew"
        );
    }
    Ok(())
}
