//! Who asks, and where: the credentials and the region of a person's machine.

use anyhow::{Context, anyhow, bail};
use aws_config::Region;
use aws_credential_types::provider::ProvideCredentials;
use pipeline_aws::Connection;

use super::{arn::StateMachineArn, explain::explain_credentials};
use crate::cli::AccessArgs;

/// A connection whose credentials have been found.
pub(super) struct Access {
    pub connection: Connection,
    /// The account of the credentials, where they say it.
    account: Option<String>,
}

impl Access {
    /// Finds credentials as the AWS command line does: environment, profile, `aws sso login`, process,
    /// container, instance. They are loaded here, so that whatever is wrong with them is said before
    /// anything is done. `region` is that of the state machine, which is the bucket's too: S3 tells its
    /// events to its own region. Only the arguments come before it.
    pub(super) async fn open(args: &AccessArgs, region: Option<&str>) -> anyhow::Result<Self> {
        let region = args.region.clone().or_else(|| region.map(str::to_owned));
        let connection = connect(args.profile.clone(), region).await;
        let config = connection.sdk_config();
        if config.region().is_none() {
            bail!("no region is set: give --region, or set AWS_REGION or the profile's `region`");
        }
        let provider = config.credentials_provider().context("no credentials are configured")?;
        let credentials = provider
            .provide_credentials()
            .await
            .map_err(|error| anyhow!(explain_credentials(&error, args.profile.as_deref())))?;
        let account = credentials.account_id().map(|account| account.as_str().to_owned());
        Ok(Self { connection, account })
    }

    /// Refuses a state machine of an account other than that of the credentials: Step Functions grants
    /// nothing across accounts.
    pub(super) fn reaches(&self, machine: &StateMachineArn) -> anyhow::Result<()> {
        match &self.account {
            Some(account) if account != machine.account() => bail!(
                "these credentials are of account {account}, and {machine} is in account {}: choose another profile with --profile or AWS_PROFILE",
                machine.account()
            ),
            _ => Ok(()),
        }
    }
}

async fn connect(profile: Option<String>, region: Option<String>) -> Connection {
    Connection::load(|mut loader| {
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        match region {
            Some(region) => loader.region(Region::new(region)),
            None => loader,
        }
    })
    .await
}
