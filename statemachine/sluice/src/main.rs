//! The command line: the state machine, the steps and a folder, on a laptop.

mod cli;
mod command;
mod dataset;
mod functions;
mod history;
mod laptop;
mod result;
mod terminal;
mod timeline;

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
            .enable_time()
            .build()
            .context("cannot start the runtime")
    };
    match command {
        Command::Run(args) => runtime()?.block_on(command::run::run(args)),
        Command::Validate(args) => command::validate::run(&args),
        Command::Executions(args) => runtime()?.block_on(command::executions::list(&args)),
        Command::Show(args) => runtime()?.block_on(command::executions::show(&args)),
        Command::Asl(args) => command::asl::run(&args.command),
        Command::Generate(args) => command::generate::run(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "sluice", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}
