//! The adapters against an emulated AWS, and against a stub for the faults that it cannot produce.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod bedrockruntime;
mod conformance;
mod connection;
mod dynamodb;
mod earlier_version;
mod emulator;
mod eventbridge;
mod s3;
mod sesv2;
mod sfn;
mod stub;
