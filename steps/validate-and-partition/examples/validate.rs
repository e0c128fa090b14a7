//! Validates a local file and prints what is wrong with it as one JSON document, in the shape of
//! `sluice validate --output json`:
//!
//! `cargo run --release --example validate -- FILE CONTRACT [--quiet]`
//!
//! With `--quiet` only the counts. Used for differential tests and for measuring.

use std::{
    env,
    error::Error,
    fs::File,
    io::{BufWriter, Read as _, Write as _, stdout},
};

use pipeline_core::contract::Contract;
use serde_json::json;
use validate_and_partition::validator::{Event, Validator};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, contract, options @ ..] = arguments.as_slice() else {
        return Err("usage: validate FILE CONTRACT [--quiet]".into());
    };
    let quiet = options.iter().any(|option| option == "--quiet");
    let contract = Contract::from_json(&std::fs::read(contract)?)?;
    let mut file = File::open(file)?;
    let mut out = BufWriter::new(stdout().lock());
    let mut validator = Validator::new(&contract);
    let mut chunk = vec![0; 256 << 10];
    let mut separator = "";
    write!(out, "{{\"errors\":[")?;
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            validator.finish();
        }
        validator.push(&chunk[..read]);
        while let Some(event) = validator.next_event() {
            let Event::Rejected(row) = event else { continue };
            if quiet {
                continue;
            }
            for error in row.errors {
                let error = json!({
                    "row_number": row.number,
                    "field": error.field.as_deref(),
                    "code": error.code,
                    "message": error.message,
                });
                write!(out, "{separator}\n{error}")?;
                separator = ",";
            }
        }
        if read == 0 {
            break;
        }
    }
    let records = validator.tally().records;
    let refused = validator.refusal().map(|refusal| json!(refusal)).unwrap_or_default();
    let (read, valid, rejected) = (records.read, records.valid, records.rejected);
    write!(
        out,
        "],\"records\":{read},\"valid\":{valid},\"rejected\":{rejected},\"refused\":{refused}}}"
    )?;
    writeln!(out)?;
    Ok(out.flush()?)
}
