//! `sluice generate`: a synthetic file of any size.

mod smartphone_sales;

use std::{fs::File, io, process::ExitCode};

use anyhow::{Context, bail};

use self::smartphone_sales::Options;
use crate::cli::GenerateArgs;

/// Writes the file, or standard output.
pub(crate) fn run(args: &GenerateArgs) -> anyhow::Result<ExitCode> {
    if !(0.0..=1.0).contains(&args.messy_rate) {
        bail!("--messy-rate is a share of the records, 0 to 1, and not {}", args.messy_rate);
    }
    let options = Options { rows: args.rows, messy_rate: args.messy_rate, seed: args.seed };
    match &args.out {
        Some(path) => {
            let mut file =
                File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            smartphone_sales::write(options, &mut file)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        None => match smartphone_sales::write(options, &mut io::stdout().lock()) {
            // Whoever reads has seen enough, as in `sluice generate | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written.context("cannot write to standard output")?,
        },
    }
    Ok(ExitCode::SUCCESS)
}
