//! An event that was not taken is an error, whatever the status of the answer.

use pipeline_aws::eventbridge::Bus;
use pipeline_core::{conformance::samples, error::ErrorKind, events::DomainEvent, ports::EventBus};
use serde_json::json;

use crate::stub::{Reply, Stub};

fn event(text: &str) -> DomainEvent {
    samples::event(json!({ "text": text }))
}

#[tokio::test]
async fn a_partial_failure_is_a_failure() {
    for (code, kind) in [
        ("ThrottlingException", ErrorKind::Throttled),
        ("InternalFailure", ErrorKind::DependencyUnavailable),
        ("NotAuthorizedForSourceException", ErrorKind::Internal),
    ] {
        let body = json!({
            "FailedEntryCount": 1,
            "Entries": [{"ErrorCode": code, "ErrorMessage": "No: secret@example.com"}],
        });
        let stub = Stub::new(move |_, _| Reply::new(200, body.to_string()));
        let error =
            Bus::new(&stub.connection().await, "bus").publish(&event("x")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{}", error.report());
        let report = error.report();
        for part in ["events:PutEvents", code, "bus=bus"] {
            assert!(report.contains(part), "{part} in {report}");
        }
        assert!(!report.contains("secret"), "{report}");
    }
}

#[tokio::test]
async fn a_denial_and_expired_credentials_are_the_environments() {
    for code in ["AccessDeniedException", "ExpiredTokenException", "ResourceNotFoundException"] {
        let stub = Stub::new(move |_, _| Reply::json_error(400, code, "No: secret@example.com"));
        let bus = Bus::new(&stub.connection().await, "bus");
        let error = bus.publish(&event("x")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
        assert!(error.to_string().contains(code) && !error.report().contains("secret"), "{error}");
        assert_eq!(stub.requests().len(), 1, "{code} was tried again");
    }
}

#[tokio::test]
async fn an_event_that_is_too_large_is_not_sent() {
    let body = json!({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]});
    let stub = Stub::new(move |_, _| Reply::new(200, body.to_string()));
    let bus = Bus::new(&stub.connection().await, "bus");
    let overhead = "sluiceRun Completed".len() + event("").detail.to_string().len();

    bus.publish(&event(&"x".repeat(256 * 1024 - overhead))).await.unwrap();
    let error = bus.publish(&event(&"x".repeat(256 * 1024 - overhead + 1))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.to_string().contains("limit_bytes=262144"), "{error}");
    assert_eq!(stub.requests().len(), 1);
}
