//! The arguments of what is done on AWS. Every build reads them; one without the feature `aws` answers
//! how to get a build that has it.

use std::path::PathBuf;

use clap::Args;

use crate::terminal::OutputFormat;

/// Who asks, and where.
#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// The region; without it, that of the state machine's ARN, AWS_REGION or the profile's
    #[arg(long, value_name = "REGION", help_heading = "On AWS")]
    pub region: Option<String>,
    /// The profile of the credentials; without it, AWS_PROFILE or `default`
    #[arg(long, value_name = "PROFILE", help_heading = "On AWS")]
    pub profile: Option<String>,
}

/// The state machine whose executions are looked at.
#[derive(Debug, Args)]
pub(crate) struct MachineArgs {
    /// The state machine, to look on AWS instead of in the data folder
    #[arg(long, value_name = "ARN", help_heading = "On AWS")]
    pub state_machine: Option<String>,
    /// Who asks, and where
    #[command(flatten)]
    pub access: AccessArgs,
}

/// `sluice drop`
#[derive(Debug, Args)]
pub(crate) struct DropArgs {
    /// The CSV files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The bucket
    #[arg(long, value_name = "BUCKET")]
    pub bucket: String,
    /// The dataset: the files are stored as input/<DATASET>/<name>
    #[arg(long, value_name = "DATASET")]
    pub dataset: Option<String>,
    /// The state machine; without it, the one in the bucket's tag sluice:state-machine-arn
    #[arg(long, value_name = "ARN", env = "SLUICE_STATE_MACHINE")]
    pub state_machine: Option<String>,
    /// Upload only
    #[arg(long)]
    pub no_follow: bool,
    /// How long to wait until the execution starts
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub start_timeout: u64,
    /// How to print the results
    #[arg(long, value_enum, default_value = "text")]
    pub output: OutputFormat,
    /// Who asks, and where
    #[command(flatten)]
    pub access: AccessArgs,
}

/// `sluice redrive`
#[derive(Debug, Args)]
pub(crate) struct RedriveArgs {
    /// The execution's ARN, its name, or an unambiguous beginning of the name.
    #[arg(value_name = "RUN")]
    pub run: String,
    /// The state machine; not needed where RUN is an ARN
    #[arg(long, value_name = "ARN", env = "SLUICE_STATE_MACHINE")]
    pub state_machine: Option<String>,
    /// Redrive, and do not wait for the end
    #[arg(long)]
    pub no_follow: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value = "text")]
    pub output: OutputFormat,
    /// Who asks, and where
    #[command(flatten)]
    pub access: AccessArgs,
}
