//! How fast a processed file of smartphone sales is aggregated, and in how much memory.
//!
//! `cargo bench -p aggregate -- [ROWS] [TEXTS] [PRICES]`: 1,000,000 rows, 1,000 different reviews and
//! 8 prices of each model unless told otherwise (0: every review is different; every price occurs).
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../tests/validated_run/mod.rs"]
mod validated_run;

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    path::PathBuf,
    time::Instant,
};

use aggregate::Ports;
use async_trait::async_trait;
use bytes::Bytes;
use pipeline_core::{
    error::StepResult,
    memory::{MemoryStore, SettableClock},
    ports::{ObjectInfo, ObjectReader, ObjectStore, ObjectWriter},
};
use validated_run::{PROCESSED, ValidatedRun};

const CONTRACT: &str = include_str!("../../../samples/smartphone-sales/contract.json");
const CHUNK_BYTES: usize = 1 << 17;

/// The processed file on disk, everything else in memory.
struct Bucket {
    file: PathBuf,
    memory: MemoryStore,
}

struct Chunks(File);

#[async_trait]
impl ObjectReader for Chunks {
    async fn next_chunk(&mut self) -> StepResult<Option<Bytes>> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let size = self.0.read(&mut chunk).unwrap();
        chunk.truncate(size);
        Ok((size > 0).then(|| chunk.into()))
    }
}

#[async_trait]
impl ObjectStore for Bucket {
    async fn head(&self, key: &str, version_id: Option<&str>) -> StepResult<ObjectInfo> {
        self.memory.head(key, version_id).await
    }

    async fn get(&self, key: &str, version_id: Option<&str>) -> StepResult<Box<dyn ObjectReader>> {
        if key == PROCESSED {
            return Ok(Box::new(Chunks(File::open(&self.file).unwrap())));
        }
        self.memory.get(key, version_id).await
    }

    async fn put(&self, key: &str, content_type: &str) -> StepResult<Box<dyn ObjectWriter>> {
        self.memory.put(key, content_type).await
    }
}

/// A generator of numbers that look random: xorshift64*.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }
}

fn generate(rows: u64, texts: u64, prices: u64, out: &mut impl Write) {
    const REGIONS: [&str; 6] =
        ["North America", "South America", "Europe", "Asia", "Africa", "Oceania"];
    const OPENINGS: [&str; 4] = ["Great", "Terrible", "Decent", "Not bad at all, a lovely"];
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    writeln!(
        out,
        "order_id,date,model,brand,release_year,price,region,customer_review,ram,storage,color,\
         processed_at,correlation_id,source_file"
    )
    .unwrap();
    for row in 0..rows {
        let text = if texts == 0 { row } else { numbers.below(texts) };
        let (brand, model) = (numbers.below(12), numbers.below(25));
        let price = match prices {
            0 => 99 + numbers.below(1400),
            _ => 99 + brand * 100 + model * 7 + numbers.below(prices) * 10,
        };
        writeln!(
            out,
            "ORD{row},2024-{:02}-{:02},Model {model},Brand {brand},{},{price}.{:02},{},\"{} phone, the \
             battery lasts {text} hours and the camera is good in low light conditions.\",{},{},\
             Colour {},2026-01-02T03:04:05Z,run-1,input/x.csv",
            numbers.below(12) + 1,
            numbers.below(28) + 1,
            2018 + numbers.below(8),
            if prices == 0 { numbers.below(100) } else { 99 },
            REGIONS[usize::try_from(numbers.below(6)).unwrap()],
            OPENINGS[usize::try_from(text % 4).unwrap()],
            4 << numbers.below(3),
            64 << numbers.below(4),
            numbers.below(15),
        )
        .unwrap();
    }
}

/// The peak of resident memory in bytes, where the system tells.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn main() {
    let mut args = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let rows = args.next().unwrap_or(1_000_000);
    let texts = args.next().unwrap_or(1000);
    let prices = args.next().unwrap_or(8);
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("aggregate-throughput.csv");
    generate(rows, texts, prices, &mut BufWriter::new(File::create(&file).unwrap()));
    let size_bytes = file.metadata().unwrap().len();

    let validated = ValidatedRun::new(CONTRACT, "", rows);
    let bucket = Bucket { file: file.clone(), memory: validated.store.clone() };
    let clock = SettableClock::default();
    let before_bytes = peak_bytes();
    let start = Instant::now();
    let ports = Ports { store: &bucket, clock: &clock };
    validated_run::block_on(aggregate::run(validated.input.clone(), ports, &validated.config))
        .unwrap();
    let seconds = start.elapsed().as_secs_f64();
    std::fs::remove_file(file).unwrap();
    println!(
        "{rows} rows ({} MB): {seconds:.2} s, {:.0} rows/s, {:.0} MB/s, peak {} MB (before {} MB)",
        size_bytes / 1_000_000,
        rows as f64 / seconds,
        size_bytes as f64 / seconds / 1e6,
        peak_bytes() / 1_000_000,
        before_bytes / 1_000_000,
    );
}
