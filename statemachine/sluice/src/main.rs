//! The command line: the state machine, the steps and a folder, on a laptop; with the feature `aws`, the
//! same view of what runs there.

#[cfg_attr(not(feature = "aws"), path = "without_aws.rs")]
mod aws;
mod cli;
mod command;
mod dataset;
mod functions;
mod history;
mod laptop;
mod objects;
mod result;
mod terminal;
mod timeline;
mod verification;

use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, Parser};
use cli::{Cli, Command};

fn main() -> ExitCode {
    execute(Cli::parse().command).unwrap_or_else(|error| {
        let message = terminal::safe_lines(&format!("{error:#}"));
        anstream::eprintln!("{} {message}", terminal::styled(terminal::BAD, "error:"));
        ExitCode::FAILURE
    })
}

fn execute(command: Command) -> anyhow::Result<ExitCode> {
    // The state machine lives on this thread; a step works on another, so that timeouts are kept.
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("cannot start the runtime")
    };
    match command {
        Command::Run(args) => runtime()?.block_on(command::run::run(args)),
        Command::Validate(args) => command::validate::run(&args),
        Command::Executions(args) if args.aws.state_machine.is_some() => {
            runtime()?.block_on(aws::list(&args))
        }
        Command::Executions(args) => runtime()?.block_on(command::executions::list(&args)),
        Command::Show(args) if args.aws.state_machine.is_some() || args.run.starts_with("arn:") => {
            runtime()?.block_on(aws::show(&args))
        }
        Command::Show(args) => runtime()?.block_on(command::executions::show(&args)),
        Command::Verify(args) if args.bucket.is_some() => runtime()?.block_on(aws::verify(&args)),
        Command::Verify(args) => runtime()?.block_on(command::verify::in_folder(&args)),
        Command::Drop(args) => runtime()?.block_on(aws::drop(&args)),
        Command::Redrive(args) => runtime()?.block_on(aws::redrive(&args)),
        Command::Asl(args) => command::asl::run(&args.command),
        Command::Generate(args) => command::generate::run(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "sluice", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}
