//! `sluice validate`: only the check. Errors are printed as they are found, all of them.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use contract::{
    Contract,
    reject::{Refusal, RefusalCode, RejectCode},
};
use serde::Serialize;
use serde_json::json;
use validate_and_partition::validator::{Event, RejectedRow, Tally, Validator};

use crate::{
    cli::ValidateArgs,
    dataset::{DEFAULT_CONTRACT, read_contract},
    terminal::{BAD, DIM, GOOD, OutputFormat, Progress, WARN, count, safe, safe_lines, styled},
};

/// How much of the file is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// How the check ended, as an exit code.
const SOME_REJECTED: u8 = 1;
const REFUSED: u8 = 2;

/// Checks a file.
pub(crate) fn run(args: &ValidateArgs) -> anyhow::Result<ExitCode> {
    let done = check(args);
    done.or_else(|error| {
        // Whoever reads may have seen enough, as in `sluice validate x.csv | head`.
        let cause = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if cause != Some(io::ErrorKind::BrokenPipe) {
            let message = safe_lines(&format!("{error:#}"));
            anstream::eprintln!("{} {message}", styled(BAD, "error:"));
        }
        Ok(ExitCode::from(REFUSED))
    })
}

fn check(args: &ValidateArgs) -> anyhow::Result<ExitCode> {
    let contract = contract(args.contract.as_deref())?;
    let mut file =
        File::open(&args.file).with_context(|| format!("cannot open {}", args.file.display()))?;
    let size_bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let progress = Progress::bytes(&args.file.display().to_string(), size_bytes);
    let mut validator = Validator::new(&contract);
    let mut printer: Box<dyn Printer> = match args.output {
        OutputFormat::Json => Box::new(Json { out: BufWriter::new(io::stdout()), errors: None }),
        OutputFormat::Text => Box::new(Text { out: BufWriter::new(anstream::stdout()) }),
    };
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut read_bytes = 0;
    loop {
        let length = file
            .read(&mut buffer)
            .with_context(|| format!("cannot read {}", args.file.display()))?;
        if length == 0 {
            validator.finish();
        }
        validator.push(&buffer[..length]);
        while let Some(event) = validator.next_event() {
            match event {
                Event::Header(_) => printer.begin()?,
                Event::Rejected(row) => printer.row(&row)?,
                _ => {}
            }
        }
        read_bytes += length as u64;
        progress.at(read_bytes);
        if length == 0 || (validator.header().is_none() && validator.refusal().is_some()) {
            break;
        }
    }
    progress.clear();
    let refusal = validator.refusal();
    printer.end(validator.tally(), refusal.as_ref())?;
    warn_of_columns(&validator, &contract);
    Ok(match refusal {
        Some(_) => ExitCode::from(REFUSED),
        None if validator.tally().records.rejected > 0 => ExitCode::from(SOME_REJECTED),
        None => ExitCode::SUCCESS,
    })
}

/// A misspelt column of a field that is not required switches its checks off: people must be told.
fn warn_of_columns(validator: &Validator<'_>, contract: &Contract) {
    let Some(header) = validator.header() else { return };
    let list =
        |labels: &mut dyn Iterator<Item = &str>| labels.map(safe).collect::<Vec<_>>().join(", ");
    let undeclared = list(&mut header.undeclared());
    let absent = list(&mut header.absent(contract));
    for (label, columns) in [("not checked", undeclared), ("not in the file", absent)] {
        if !columns.is_empty() {
            anstream::eprintln!("{} {label}: {columns}", styled(WARN, "warning:"));
        }
    }
}

fn contract(path: Option<&Path>) -> anyhow::Result<Contract> {
    match path {
        Some(path) => read_contract(path).map(|(contract, _)| contract),
        None => {
            Contract::from_json(DEFAULT_CONTRACT).context("the built-in contract does not load")
        }
    }
}

trait Printer {
    fn begin(&mut self) -> io::Result<()>;
    fn row(&mut self, row: &RejectedRow<'_>) -> io::Result<()>;
    fn end(&mut self, tally: &Tally, refusal: Option<&Refusal>) -> io::Result<()>;
}

/// One JSON object. Its first member holds the errors, so that they stream.
struct Json<W> {
    out: W,
    /// How many errors were printed, once there is a header.
    errors: Option<u64>,
}

/// An error as machines see it.
#[derive(Serialize)]
struct ErrorLine<'a> {
    row_number: u64,
    field: Option<&'a str>,
    code: RejectCode,
    message: &'a str,
}

impl<W: Write> Printer for Json<W> {
    fn begin(&mut self) -> io::Result<()> {
        self.errors = Some(0);
        self.out.write_all(b"{\"errors\":[")
    }

    fn row(&mut self, row: &RejectedRow<'_>) -> io::Result<()> {
        for error in row.errors {
            let printed = self.errors.get_or_insert(0);
            self.out.write_all(if *printed == 0 { b"\n" } else { b",\n" })?;
            *printed += 1;
            let line = ErrorLine {
                row_number: row.number,
                field: error.field.as_deref(),
                code: error.code,
                message: &error.message,
            };
            serde_json::to_writer(&mut self.out, &line)?;
        }
        Ok(())
    }

    fn end(&mut self, tally: &Tally, refusal: Option<&Refusal>) -> io::Result<()> {
        let counts = tally.records;
        match (self.errors, refusal) {
            (None, refusal) => writeln!(self.out, "{}", json!({ "refused": refusal }))?,
            (Some(_), refusal) => {
                write!(
                    self.out,
                    "\n],\"records\":{},\"valid\":{},\"rejected\":{}",
                    counts.read, counts.valid, counts.rejected
                )?;
                if let Some(refusal) = refusal {
                    write!(self.out, ",\"refused\":{}", json!(refusal))?;
                }
                self.out.write_all(b"}\n")?;
            }
        }
        self.out.flush()
    }
}

struct Text<W: Write> {
    out: BufWriter<W>,
}

impl<W: Write> Printer for Text<W> {
    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn row(&mut self, row: &RejectedRow<'_>) -> io::Result<()> {
        for error in row.errors {
            let field = error.field.as_deref().unwrap_or("-");
            writeln!(
                self.out,
                "{}  {:<16}  {}  {}",
                styled(DIM, format_args!("row {:>7}", row.number)),
                error.code.as_str(),
                safe(field),
                safe(&error.message)
            )?;
        }
        Ok(())
    }

    fn end(&mut self, tally: &Tally, refusal: Option<&Refusal>) -> io::Result<()> {
        let counts = tally.records;
        if let Some(refusal) = refusal {
            let code = refusal.code.as_str();
            writeln!(self.out, "{} {code}: {}", styled(BAD, "refused"), safe(&refusal.message))?;
            if refusal.code != RefusalCode::RejectRateExceeded {
                return self.out.flush();
            }
        }
        let style = if counts.rejected == 0 { GOOD } else { WARN };
        writeln!(
            self.out,
            "{} records: {} valid, {} rejected",
            count(counts.read),
            count(counts.valid),
            styled(style, count(counts.rejected))
        )?;
        for (code, errors) in tally.by_code() {
            writeln!(self.out, "  {:<16}  {}", code.as_str(), count(*errors))?;
        }
        self.out.flush()
    }
}
