//! What Step Functions adds to the suite of the port: its words for an end, and what it refuses.

use aws_sdk_sfn::types::ExecutionStatus;
use pipeline_aws::sfn::Executions;
use pipeline_core::{error::ErrorKind, ports::ExecutionProbe};
use serde_json::json;

use crate::stub::{Reply, Stub};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:execution:sluice:run-1";

#[tokio::test]
async fn only_an_end_proves_that_it_does_not_run() {
    for (status, runs) in [
        ("RUNNING", true),
        ("PENDING_REDRIVE", true),
        ("SOMETHING_NEW", true),
        ("SUCCEEDED", false),
        ("FAILED", false),
        ("TIMED_OUT", false),
        ("ABORTED", false),
    ] {
        let body = json!({
            "executionArn": ARN,
            "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:sluice",
            "status": status,
            "startDate": 1.0,
        });
        let stub = Stub::new(move |_, _| Reply::new(200, body.to_string()));
        let executions = Executions::new(&stub.connection().await);
        assert_eq!(executions.is_running(ARN).await.unwrap(), runs, "{status}");
    }
    // The list above is the SDK's, and one that it does not know.
    assert_eq!(ExecutionStatus::values().len(), 6);
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_proven() {
    for (status, code, kind) in [
        (400, "InvalidArn", ErrorKind::Internal),
        (400, "AccessDeniedException", ErrorKind::Environment),
        (400, "ExpiredTokenException", ErrorKind::Environment),
    ] {
        let stub = Stub::new(move |_, _| Reply::json_error(status, code, "No."));
        let executions = Executions::new(&stub.connection().await);
        let error = executions.is_running(ARN).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{}", error.report());
        assert!(error.to_string().contains("states:DescribeExecution"), "{error}");
    }
}
