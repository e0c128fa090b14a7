//! What AWS refuses, in a sentence: what was to be done, on what, and what to do about it.

use std::{error::Error, fmt};

use anyhow::anyhow;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};

const SIGN_IN: &str = "run `aws sso login`, set AWS_PROFILE or give --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/// Explains why there are no credentials.
pub(super) fn explain_credentials(error: &CredentialsError, profile: Option<&str>) -> String {
    let profile = profile.map(str::to_owned).or_else(|| std::env::var("AWS_PROFILE").ok());
    let of_profile =
        profile.as_deref().map(|name| format!(" --profile {name}")).unwrap_or_default();
    let reason = chain(error);
    if matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
        return match profile {
            Some(name) => format!(
                "the profile {name} has no credentials, or is not in the configuration of the AWS command line: {SIGN_IN}"
            ),
            None => format!("no credentials were found: {SIGN_IN}"),
        };
    }
    if reason.to_ascii_lowercase().contains("sso") {
        return format!(
            "the sign-in has expired or was never made: run `aws sso login{of_profile}` ({reason})"
        );
    }
    format!("the credentials cannot be loaded ({reason}): {SIGN_IN}")
}

/// An action on a resource, such as `states:ListExecutions` on a state machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// The name of the permission.
    pub action: &'a str,
    /// The ARN, or what a person calls it.
    pub resource: &'a str,
}

impl Attempt<'_> {
    /// Explains why it failed.
    pub(super) fn failed<E, R>(self, error: &SdkError<E, R>) -> anyhow::Error
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug + 'static,
    {
        match error {
            SdkError::ServiceError(refusal) => {
                let meta = refusal.err().meta();
                anyhow!(self.refused(meta.code().unwrap_or("-"), meta.message().unwrap_or("-")))
            }
            _ => anyhow!(
                "AWS did not answer {}: check the network, the proxy and the region ({})",
                self.action,
                chain(error)
            ),
        }
    }

    /// Explains a refusal by its code.
    pub(super) fn refused(self, code: &str, message: &str) -> String {
        let Self { action, resource } = self;
        match code {
            "AccessDenied" | "AccessDeniedException" | "AllAccessDisabled" => format!(
                "this identity may not do {action} on {resource}: use another profile, or ask whoever deployed the pipeline for the permission (the Terraform outputs dropper_policy_arn, reader_policy_arn and operator_policy_arn are policies to attach). AWS says: {message}"
            ),
            "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "TokenRefreshRequired" => {
                "the credentials have expired: run `aws sso login`, or get new ones".to_owned()
            }
            "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "InvalidToken"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException" => format!(
                "AWS does not accept these credentials ({code}): they are mistyped, withdrawn, or not of this partition: {SIGN_IN}"
            ),
            "NoSuchBucket" => {
                format!("there is no bucket {resource}: the Terraform output bucket has its name")
            }
            "StateMachineDoesNotExist" => format!(
                "there is no state machine {resource}: the Terraform output state_machine_arn has its ARN"
            ),
            "ExecutionDoesNotExist" => format!(
                "there is no execution {resource}: it never was, or ended more than 90 days ago"
            ),
            "AuthorizationHeaderMalformed" | "PermanentRedirect" | "301" => format!(
                "{resource} is in another region: name that with --region. AWS says: {message}"
            ),
            _ => format!("{action} on {resource} failed: {message} ({code})"),
        }
    }
}

/// An error with its causes, on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, says: &str) {
        let attempt = Attempt { action: "states:ListExecutions", resource: "arn:machine" };
        let sentence = attempt.refused(code, "the words of AWS");
        assert!(sentence.contains(says), "{code}: {sentence}");
    }

    #[test]
    fn a_refusal_names_the_action_the_resource_and_the_way_on() {
        check("AccessDeniedException", "may not do states:ListExecutions on arn:machine");
        check("AccessDenied", "the words of AWS");
        check("ExpiredTokenException", "aws sso login");
        check("UnrecognizedClientException", "does not accept these credentials");
        check("StateMachineDoesNotExist", "no state machine arn:machine");
        check("PermanentRedirect", "--region");
        check("SomethingNew", "states:ListExecutions on arn:machine failed: the words of AWS");
    }

    #[test]
    fn missing_credentials_are_told_from_broken_ones() {
        let none = CredentialsError::not_loaded_no_source();
        assert!(explain_credentials(&none, None).contains("no credentials were found"));
        assert!(explain_credentials(&none, Some("p")).contains("the profile p has no credentials"));
        let expired = CredentialsError::provider_error("the SSO session has expired");
        assert!(explain_credentials(&expired, Some("p")).contains("aws sso login --profile p"));
        let broken = CredentialsError::invalid_configuration("a loop of profiles");
        assert!(explain_credentials(&broken, None).contains("a loop of profiles"));
    }
}
