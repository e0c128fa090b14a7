//! How long a service may take, and how often it is tried.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};

use crate::Connection;

/// What a service's calls may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Until there is a connection.
    pub(crate) connect: Duration,
    /// Until the answer begins, counted from the moment that the request begins to be sent.
    pub(crate) read: Duration,
    /// For the call with all of its attempts, up to the beginning of a streamed body.
    pub(crate) operation: Duration,
    /// How often it is tried, 1 being never again.
    pub(crate) attempts: u32,
}

impl Patience {
    /// For small requests that are answered in milliseconds: a slow one is better tried again.
    #[cfg(any(feature = "dynamodb", feature = "eventbridge", feature = "sfn"))]
    pub(crate) const QUICK: Self = Self {
        connect: Duration::from_secs(2),
        read: Duration::from_secs(5),
        operation: Duration::from_secs(25),
        attempts: 5,
    };

    /// The configuration of a client that has this patience.
    pub(crate) fn config(self, connection: &Connection) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(self.connect)
            .read_timeout(self.read)
            .operation_attempt_timeout(self.connect + self.read)
            .operation_timeout(self.operation)
            .build();
        let retries = RetryConfig::standard().with_max_attempts(self.attempts);
        let config = connection.sdk_config().to_builder();
        config.timeout_config(timeouts).retry_config(retries).build()
    }
}
