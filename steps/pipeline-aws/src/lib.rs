//! The ports on AWS: S3, DynamoDB, Step Functions, EventBridge, Bedrock, SES.
//!
//! Every adapter is made from one [`Connection`], which holds region, credentials and the HTTP client.
//! Each has timeouts and retries of its own, set for what its calls are worth.

#[cfg(any(feature = "dynamodb", feature = "s3"))]
mod backoff;
#[cfg(feature = "bedrockruntime")]
pub mod bedrockruntime;
mod connection;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(feature = "eventbridge")]
pub mod eventbridge;
#[cfg(any(
    feature = "bedrockruntime",
    feature = "dynamodb",
    feature = "eventbridge",
    feature = "s3",
    feature = "sesv2",
    feature = "sfn"
))]
mod fault;
#[cfg(any(
    feature = "bedrockruntime",
    feature = "dynamodb",
    feature = "eventbridge",
    feature = "s3",
    feature = "sesv2",
    feature = "sfn"
))]
mod patience;
#[cfg(feature = "s3")]
pub mod s3;
#[cfg(feature = "sesv2")]
pub mod sesv2;
#[cfg(feature = "sfn")]
pub mod sfn;

pub use connection::Connection;
