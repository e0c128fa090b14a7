//! The state machine on AWS: files are dropped in the bucket, executions are found, followed, explained and
//! redriven. What is printed is what the laptop prints.

mod access;
mod arn;
mod arrivals;
mod drop;
mod events;
mod executions;
mod explain;
mod follow;
mod redrive;

use std::process::ExitCode;

use anyhow::Context;
use pipeline_aws::s3::Bucket;
use pipeline_core::layout::manifest_key;

use self::{access::Access, arn::ExecutionId, executions::StateMachine};
pub(crate) use self::{drop::drop, redrive::redrive};
use crate::{
    cli::{ExecutionsArgs, ShowArgs, VerifyArgs},
    command::{
        executions::{print_execution, print_list},
        verify::in_store,
    },
};

/// Lists the executions of a state machine, newest first.
pub(crate) async fn list(args: &ExecutionsArgs) -> anyhow::Result<ExitCode> {
    let arn = args.aws.state_machine.as_deref().context("name the state machine")?.parse()?;
    let machine = StateMachine::open(&args.aws.access, arn).await?;
    let executions = machine.list(args.status.as_deref(), args.limit).await?;
    print_list(&executions, &machine.arn().to_string(), args.output)
}

/// Shows one execution.
pub(crate) async fn show(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let (machine, run) = ExecutionId::read(&args.run, args.aws.state_machine.as_deref())?;
    let machine = StateMachine::open(&args.aws.access, machine).await?;
    let execution = machine.load(&machine.find(&run).await?).await?;
    print_execution(&execution, args.state.as_deref(), args.output)
}

/// Proves a run in a bucket again.
pub(crate) async fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let bucket = args.bucket.as_deref().context("name the bucket")?;
    let access = Access::open(&args.access, None).await?;
    let bucket = Bucket::new(&access.connection, bucket);
    in_store(&manifest_key(&args.run), &bucket, args).await
}
