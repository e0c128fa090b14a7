//! Region, credentials and the HTTP client, shared by every adapter.

use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::{Builder, tls};

/// Region, credentials and HTTP client, shared by every adapter of a process.
#[derive(Debug, Clone)]
pub struct Connection {
    config: SdkConfig,
}

impl Connection {
    /// Reads region and credentials from where the AWS tools keep them: environment, profile, or the
    /// container's or machine's role. `AWS_ENDPOINT_URL` sends every call elsewhere.
    ///
    /// Nothing is called yet, so a missing region or credential shows at the first call.
    pub async fn from_env() -> Self {
        Self::load(|loader| loader).await
    }

    /// Like [`Self::from_env`], with settings that take precedence, such as a profile or a region.
    pub async fn load(customize: impl FnOnce(ConfigLoader) -> ConfigLoader) -> Self {
        // ring rather than the SDK's default provider: a quicker build and a smaller function.
        let http_client = Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .build_https();
        // Pinned, so that an update of the SDK does not change defaults unseen. Protection against
        // stalled streams is one of them and stays on.
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http_client);
        Self { config: customize(loader).load().await }
    }

    /// The configuration, for clients that are not adapters of a port.
    pub fn sdk_config(&self) -> &SdkConfig {
        &self.config
    }
}
