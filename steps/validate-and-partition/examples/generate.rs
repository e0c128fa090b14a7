//! Writes a synthetic file to standard output: `cargo run --release --example generate -- ROWS
//! MESSY_RATE SEED`.

use std::{env, error::Error, io::stdout};

use validate_and_partition::generate::{Options, smartphone_sales};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [rows, messy_rate, seed] = arguments.as_slice() else {
        return Err("usage: generate ROWS MESSY_RATE SEED".into());
    };
    let options =
        Options { rows: rows.parse()?, messy_rate: messy_rate.parse()?, seed: seed.parse()? };
    Ok(smartphone_sales(options, &mut stdout().lock())?)
}
