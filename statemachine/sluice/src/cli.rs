//! The arguments, and the help that people read first.
#![expect(
    clippy::doc_markdown,
    reason = "the comments are the help, and a terminal shows back quotes"
)]
#![allow(rustdoc::invalid_html_tags, reason = "<DATASET> is a place holder of the help")]

mod aws;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use program_version::PROGRAM_VERSION;

pub(crate) use self::aws::{AccessArgs, DropArgs, MachineArgs, RedriveArgs};
use crate::terminal::OutputFormat;

/// Validates CSV files against a contract, keeps every row, computes the facts, writes the report.
#[derive(Debug, Parser)]
#[command(
    name = "sluice",
    version = PROGRAM_VERSION,
    after_help = "Examples:
  sluice run samples/smartphone-sales/messy.csv      the whole pipeline, on this machine
  sluice validate sales.csv --contract sales.json    only the check
  sluice executions                                  what ran, and how it ended
  sluice show 3f2a                                   one execution, state by state
  sluice verify 3f2a                                 its facts and its analysis, proven again
  sluice drop sales.csv --bucket my-bucket           the whole pipeline, on AWS

Exit codes of run and drop: 0 completed or done before, 1 failed, 2 refused, all rejected or no records, 3 in progress elsewhere."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the state machine once for each file.
    #[command(after_help = "Examples:
  sluice run sales.csv
  sluice run *.csv --dataset smartphone-sales --output json
  sluice run export.csv --contract contracts/store-export.json
  sluice run sales.csv --rerun                       again, although it is done

Exit codes: 0 Completed, CompletedWithoutReport or DuplicateSkipped; 1 failed; 2 FileRefused,
AllRecordsRejected or NoRecords; 3 AlreadyInProgress. Of several files, the gravest: 1, 2, 3, 0.")]
    Run(RunArgs),
    /// Checks a file against a contract and writes nothing.
    #[command(after_help = "Examples:
  sluice validate sales.csv
  sluice validate export.csv --contract store-export.json --output json

Exit codes: 0 all records are valid, 1 some are rejected, 2 the file is refused or cannot be read.")]
    Validate(ValidateArgs),
    /// Lists what ran, newest first.
    #[command(after_help = "Examples:
  sluice executions --status FAILED
  sluice executions --state-machine arn:aws:states:eu-west-1:111122223333:stateMachine:sluice-dev
  sluice executions --output json | jq -r .name")]
    Executions(ExecutionsArgs),
    /// Shows one execution: each state, what went in, what came out, why it failed.
    #[command(after_help = "Examples:
  sluice show 3f2a                                   any unambiguous beginning of the name
  sluice show 3f2a --state Aggregate                 input and output of one state, whole
  sluice show 3f2a --output json                     the history as GetExecutionHistory gives it
  sluice show 3f2a --state-machine arn:aws:states:…  an execution on AWS
  sluice show arn:aws:states:…:execution:…           the same, by its own ARN")]
    Show(ShowArgs),
    /// Proves a run again: outputs against the manifest, facts against the file, analysis against the facts.
    #[command(after_help = "Examples:
  sluice verify 3f2a                                 any unambiguous beginning of the run's name
  sluice verify 3f2a --output json
  sluice verify 3f2a4c06-… --bucket sluice-dev-111122223333 --contract contracts/smartphone-sales.json

A run is named as its reports are: by the correlation_id of its manifest. The manifest is what is believed.
What a model has put in its own words is not proven.

Exit codes: 0 proven, 1 something is disproved, or there is no such run, 3 something is not verifiable: it is
gone, or another version or another lexicon made it.")]
    Verify(VerifyArgs),
    /// On AWS: uploads files to the bucket and follows the execution of each to its end.
    #[command(after_help = "Examples:
  sluice drop sales.csv --bucket sluice-dev-111122223333
  sluice drop *.csv --bucket sluice-dev-111122223333 --dataset store-export --output json
  sluice drop sales.csv --bucket sluice-dev-111122223333 --no-follow

Credentials are those of the AWS command line: AWS_PROFILE, `aws sso login`, environment, instance role.
Ctrl-C ends the watching, not the execution.

Exit codes: as of `sluice run`; 130 after Ctrl-C.")]
    Drop(DropArgs),
    /// On AWS: lets a failed, timed out or aborted execution go on where it stopped.
    #[command(after_help = "Examples:
  sluice redrive 3f2a --state-machine arn:aws:states:eu-west-1:111122223333:stateMachine:sluice-dev
  sluice redrive arn:aws:states:eu-west-1:111122223333:execution:sluice-dev:3f2a…

What had succeeded is not done again. AWS redrives for 14 days; after that, drop the file again.

Exit codes: as of `sluice run`; 130 after Ctrl-C.")]
    Redrive(RedriveArgs),
    /// Runs or checks any JSONata state machine, with mocked functions and a virtual clock.
    Asl(AslArgs),
    /// Writes a synthetic smartphone-sales file of any size.
    #[command(after_help = "Examples:
  sluice generate --rows 1000000 > big.csv
  sluice generate --rows 5000 --messy-rate 0.1 --seed 7 --out messy.csv")]
    Generate(GenerateArgs),
    /// Prints shell completions.
    #[command(after_help = "Example:
  sluice completions bash > ~/.local/share/bash-completion/completions/sluice")]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Where a laptop keeps what a bucket would hold.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// The data folder: input/, processed/, rejected/, reports/, outbox/, events.jsonl
    #[arg(long, value_name = "DIR", env = "SLUICE_DATA", default_value = "sluice-data")]
    pub data: PathBuf,
}

/// `sluice run`
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The CSV files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The dataset: the files are stored as input/<DATASET>/<name>
    #[arg(long, value_name = "DATASET", conflicts_with = "contract")]
    pub dataset: Option<String>,
    /// A contract file; it is stored as contracts/<dataset>.json, named after the file (or its
    /// folder, if it is called contract.json)
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// Run again although the same content is done
    #[arg(long)]
    pub rerun: bool,
    /// The data folder and the rest
    #[command(flatten)]
    pub data: DataArgs,
    /// How to print the results
    #[arg(long, value_enum, default_value = "text")]
    pub output: OutputFormat,
}

/// `sluice validate`
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The CSV file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The contract; without it, the smartphone-sales contract that is built in
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// How to print the errors
    #[arg(long, value_enum, default_value = "text")]
    pub output: OutputFormat,
}

/// The statuses of executions.
const STATUSES: [&str; 6] =
    ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];

/// `sluice executions`
#[derive(Debug, Args)]
pub(crate) struct ExecutionsArgs {
    /// Only those with this status
    #[arg(long, value_name = "STATUS", ignore_case = true, value_parser = STATUSES)]
    pub status: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub limit: usize,
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// How to print them
    #[arg(long, value_enum, default_value = "text")]
    pub output: OutputFormat,
    /// The state machine, where it is on AWS
    #[command(flatten)]
    pub aws: MachineArgs,
}

/// `sluice show`
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The execution's name, or an unambiguous beginning of it; on AWS also its ARN.
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Input and output of this state only, whole
    #[arg(long, value_name = "STATE")]
    pub state: Option<String>,
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub output: OutputFormat,
    /// The state machine, where it is on AWS
    #[command(flatten)]
    pub aws: MachineArgs,
}

/// `sluice verify`
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The run's name; in a data folder, an unambiguous beginning of it.
    #[arg(value_name = "RUN")]
    pub run: String,
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// The contract of the run, where the one in the bucket may not be read
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// How to print the verdicts
    #[arg(long, value_enum, default_value = "text")]
    pub output: OutputFormat,
    /// The bucket, where the run is on AWS
    #[arg(long, value_name = "BUCKET", help_heading = "On AWS")]
    pub bucket: Option<String>,
    /// Who asks, and where
    #[command(flatten)]
    pub access: AccessArgs,
}

/// `sluice asl`
#[derive(Debug, Args)]
pub(crate) struct AslArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AslCommand,
}

/// The commands of `sluice asl`.
#[derive(Debug, Subcommand)]
pub(crate) enum AslCommand {
    /// Runs a state machine with mocked functions, without waiting for any clock.
    #[command(after_help = "Examples:
  sluice asl run machine.asl.json --input '{\"n\": 1}'
  sluice asl run machine.asl.json --input input.json --functions mocks.json --output json
  sluice asl run fan-out.asl.json --objects data     an ItemReader of Bucket any, Key in/a.csv
                                                     reads data/in/a.csv

The functions file: {\"name\": {\"return\": …} | {\"echo\": true} | {\"error\": {\"errorType\": …,
\"errorMessage\": …}}}, or a list of such, one for each call in turn; the last one repeats.

Exit codes: 0 SUCCEEDED, 1 any other status, 2 the definition, input or functions cannot be used.")]
    Run {
        /// The definition.
        #[arg(value_name = "DEFINITION")]
        definition: PathBuf,
        /// The input: JSON, or a file that holds it
        #[arg(long, value_name = "JSON_OR_FILE", default_value = "{}")]
        input: String,
        /// The mocked functions
        #[arg(long, value_name = "FILE")]
        functions: Option<PathBuf>,
        /// The folder whose files are the objects of every bucket that an ItemReader or ResultWriter
        /// names, by their keys; it gets a hidden folder .sluice
        #[arg(long, value_name = "DIR")]
        objects: Option<PathBuf>,
        /// How to print the result
        #[arg(long, value_enum, default_value = "text")]
        output: OutputFormat,
    },
    /// Prints what is wrong with a definition, by state and field.
    #[command(
        after_help = "Exit codes: 0 nothing is wrong, 1 something is, 2 the file cannot be read."
    )]
    Check {
        /// The definition.
        #[arg(value_name = "DEFINITION")]
        definition: PathBuf,
        /// How to print the problems
        #[arg(long, value_enum, default_value = "text")]
        output: OutputFormat,
    },
}

/// `sluice generate`
#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// How many records
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub rows: u64,
    /// The share of records that break the contract, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub messy_rate: f64,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The file to write; without it, standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
