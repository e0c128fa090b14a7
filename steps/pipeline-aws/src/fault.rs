//! The one mapping of the SDK's errors to those of the steps.
//!
//! A service's own words may quote what was sent, addresses and prompts among them, so an answered call
//! is described by operation, code and request id alone. Of a denial, the action that IAM denied is
//! read out of those words.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use hyper_util::client::legacy::Error as HyperError;
use pipeline_core::error::{ErrorKind, StepError};

type BoxError = Box<dyn StdError + Send + Sync>;

/// Codes by which a service says "slow down", whatever its status. `ServiceUnavailable` is S3's.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
const THROTTLING_CODES: [&str; 17] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "ModelNotReadyException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "ServiceQuotaExceededException",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// Codes that pass by themselves although their status blames the caller.
/// S3 may begin to answer with 200 and find its fault later.
const TRANSIENT_CODES: [&str; 8] = [
    "InternalError",
    "InternalException",
    "InternalFailure",
    "InternalServerError",
    "ModelTimeoutException",
    "OperationAborted",
    "RequestTimeout",
    "RequestTimeoutException",
];

const DENIED_CODES: [&str; 5] = [
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "NotAuthorized",
    "UnauthorizedOperation",
];

const CREDENTIAL_CODES: [&str; 12] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];

/// How far a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing was sent.
    NotSent,
    /// It is not known whether the service carried it out.
    Unknown,
    /// The service answered with an error.
    Answered,
}

/// What is wrong, as far as another try or a person can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Throttled,
    Unavailable,
    Denied,
    /// No region, or no credentials that AWS accepts.
    Setup,
    NoResource,
    Misuse,
}

/// A call that failed.
#[derive(Debug)]
pub(crate) struct Fault {
    operation: &'static str,
    reach: Reach,
    class: Class,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    denied_action: Option<String>,
    cause: Option<BoxError>,
}

impl Fault {
    /// Reads an error of the SDK. `operation` is named as IAM does, such as `s3:GetObject`.
    pub(crate) fn of<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let code = error.code().map(str::to_owned);
        let request_id = error.request_id().map(str::to_owned);
        let denied_action = error.message().and_then(denied_action).map(str::to_owned);
        let (reach, class) = match &error {
            SdkError::ConstructionFailure(_) => (Reach::NotSent, Class::Misuse),
            SdkError::ServiceError(_) => (Reach::Answered, classify(status, code.as_deref())),
            _ if has_source(&error, HyperError::is_connect) => (Reach::NotSent, Class::Unavailable),
            SdkError::DispatchFailure(failure)
                if failure.is_other()
                    && failure.as_other().is_none()
                    && !has_source::<HyperError>(&error, |_| true) =>
            {
                (Reach::NotSent, Class::Setup)
            }
            _ => (Reach::Unknown, Class::Unavailable),
        };
        let cause: Option<BoxError> = (reach != Reach::Answered).then(|| error.into());
        Self { operation, reach, class, status, code, request_id, denied_action, cause }
    }

    /// A fault that a successful answer reports of one of its entries.
    #[cfg(feature = "eventbridge")]
    pub(crate) fn of_entry(operation: &'static str, code: &str) -> Self {
        Self {
            operation,
            reach: Reach::Answered,
            class: classify(None, Some(code)),
            status: None,
            code: Some(code.to_owned()),
            request_id: None,
            denied_action: None,
            cause: None,
        }
    }

    /// How far the call came.
    #[cfg(feature = "sesv2")]
    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }

    /// The HTTP status of the answer.
    #[cfg(any(feature = "s3", feature = "sesv2"))]
    pub(crate) fn status(&self) -> Option<u16> {
        self.status
    }

    /// Whether the service gave one of these codes.
    #[cfg(any(feature = "bedrockruntime", feature = "s3"))]
    pub(crate) fn is(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// Whether the service gave no code: the answer to a HEAD request has no room for one.
    #[cfg(feature = "s3")]
    pub(crate) fn has_no_code(&self) -> bool {
        self.code.is_none()
    }

    /// What the fault means where the service has no words of its own for it.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self.class {
            Class::Throttled => ErrorKind::Throttled,
            Class::Unavailable => ErrorKind::DependencyUnavailable,
            Class::Denied | Class::Setup | Class::NoResource => ErrorKind::Environment,
            Class::Misuse => ErrorKind::Internal,
        }
    }

    /// The error of [`Self::kind`], with a message that says what to do.
    pub(crate) fn into_error(self) -> StepError {
        let message = match (self.class, self.reach) {
            (Class::Throttled, _) => "AWS asks to slow down",
            (Class::Unavailable, Reach::Answered) => "AWS answered with a fault of its own",
            (Class::Unavailable, Reach::NotSent) => "AWS cannot be reached",
            (Class::Unavailable, Reach::Unknown) => "AWS gave no answer",
            (Class::Denied, _) => {
                "AWS denied the call: the role has to be allowed the action, and the resource's own \
                 policy and its KMS key's must not stand against it"
            }
            (Class::Setup, _) => {
                "AWS cannot be called: there is no region, or there are no credentials that it accepts; \
                 sign in again"
            }
            (Class::NoResource, _) => "there is no such resource in this account and region",
            (Class::Misuse, _) => "AWS refused the call",
        };
        let kind = self.kind();
        self.into_error_of(kind, message)
    }

    /// The error of another kind, with another message.
    pub(crate) fn into_error_of(self, kind: ErrorKind, message: &str) -> StepError {
        let Self { operation, status, code, request_id, denied_action, cause, .. } = self;
        let mut error = StepError::new(kind, message).with("operation", operation);
        for (name, value) in [
            ("code", code),
            ("denied_action", denied_action),
            ("status", status.map(|status| status.to_string())),
            ("request_id", request_id),
        ] {
            if let Some(value) = value {
                error = error.with(name, value);
            }
        }
        match cause {
            Some(cause) => error.because(cause),
            None => error,
        }
    }
}

fn classify(status: Option<u16>, code: Option<&str>) -> Class {
    let code = code.unwrap_or_default();
    // KMS has its own prefix before the usual name.
    let is_throttling = THROTTLING_CODES.contains(&code) || code.ends_with(".ThrottlingException");
    if is_throttling || status == Some(429) {
        Class::Throttled
    } else if TRANSIENT_CODES.contains(&code) || status.is_some_and(|status| status >= 500) {
        Class::Unavailable
    } else if CREDENTIAL_CODES.contains(&code) {
        Class::Setup
    } else if DENIED_CODES.contains(&code) || status == Some(403) {
        Class::Denied
    } else if ["NoSuchBucket", "PermanentRedirect", "AuthorizationHeaderMalformed"].contains(&code)
        || code.ends_with("NotFoundException")
        || code.starts_with("KMS.")
    {
        Class::NoResource
    } else {
        Class::Misuse
    }
}

/// The action that a denial names: `… is not authorized to perform: s3:GetObject on resource …`.
fn denied_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform")?;
    let rest = rest.trim_start_matches([':', ' ', '`', '\'', '"']);
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-' | '*'))
        .unwrap_or(rest.len());
    let action = &rest[..end];
    action.contains(':').then_some(action)
}

/// Whether the chain of an error holds one of this type of which this is true.
fn has_source<T: StdError + 'static>(
    error: &(dyn StdError + 'static),
    holds: impl Fn(&T) -> bool,
) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref().is_some_and(&holds) {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_names_the_action_and_nothing_else() {
        for (message, action) in [
            (
                "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: \
                 kms:GenerateDataKey on resource: arn:aws:kms:… because no identity-based policy",
                Some("kms:GenerateDataKey"),
            ),
            (
                "User `arn:aws:iam::1:user/a' is not authorized to perform `ses:SendRawEmail' on \
                 resource `arn:aws:ses:eu-west-1:1:identity/somebody@example.com'",
                Some("ses:SendRawEmail"),
            ),
            ("is not authorized to perform", None),
            ("is not authorized to perform: größe", None),
            ("Access Denied", None),
        ] {
            assert_eq!(denied_action(message), action, "{message}");
        }
    }

    #[test]
    fn codes_and_statuses_are_told_apart() {
        for (status, code, class) in [
            (400, "ThrottlingException", Class::Throttled),
            (429, "", Class::Throttled),
            (503, "SlowDown", Class::Throttled),
            (503, "", Class::Unavailable),
            (500, "InternalServerError", Class::Unavailable),
            (408, "ModelTimeoutException", Class::Unavailable),
            (400, "ExpiredTokenException", Class::Setup),
            (403, "SignatureDoesNotMatch", Class::Setup),
            (403, "", Class::Denied),
            (400, "AccessDeniedException", Class::Denied),
            (404, "NoSuchBucket", Class::NoResource),
            (400, "ResourceNotFoundException", Class::NoResource),
            (400, "KMS.DisabledException", Class::NoResource),
            (400, "KMS.ThrottlingException", Class::Throttled),
            (301, "PermanentRedirect", Class::NoResource),
            (200, "InternalError", Class::Unavailable),
            (400, "ValidationException", Class::Misuse),
        ] {
            assert_eq!(classify(Some(status), Some(code)), class, "{status} {code}");
        }
    }
}
