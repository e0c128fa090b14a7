//! A mail that may have gone out is never called refused.

use std::{net::TcpListener, time::Duration};

use pipeline_aws::sesv2::Sender;
use pipeline_core::{
    error::ErrorKind,
    ports::{Mailer, RawEmail, SendError},
};
use tokio::sync::mpsc::unbounded_channel;

use crate::{
    conformance::{mails, verify},
    emulator::{EMULATOR, connection_to},
    stub::{Reply, Stub},
};

fn email(from: &str) -> RawEmail {
    RawEmail {
        id: "run-1-Completed".into(),
        from: from.into(),
        to: vec!["secret@example.com".into()],
        mime: b"Subject: x\r\n\r\nThe secret.\r\n".to_vec(),
    }
}

async fn send_to(endpoint: &str) -> SendError {
    let sender = Sender::new(&connection_to(endpoint).await, Some("set".into()));
    sender.send(&email("sluice@example.com")).await.unwrap_err()
}

/// That it was refused, with this kind, and that nobody's address and no text is told.
fn assert_refused(error: &SendError, kind: ErrorKind) {
    let SendError::Refused(cause) = error else { panic!("{error}") };
    assert_eq!(cause.kind(), kind, "{}", cause.report());
    assert_discreet(&cause.report());
}

fn assert_ambiguous(error: &SendError) {
    let SendError::Ambiguous(cause) = error else { panic!("{error}") };
    assert_discreet(&cause.report());
}

fn assert_discreet(report: &str) {
    assert!(report.contains("run-1-Completed"), "{report}");
    assert!(!report.contains("secret"), "{report}");
}

#[tokio::test]
async fn an_answer_says_whether_another_try_is_safe() {
    for (status, code, refused) in [
        (400, "MessageRejected", Some(ErrorKind::EmailRefused)),
        (400, "MailFromDomainNotVerifiedException", Some(ErrorKind::EmailRefused)),
        (400, "AccountSuspendedException", Some(ErrorKind::EmailRefused)),
        (400, "SendingPausedException", Some(ErrorKind::EmailRefused)),
        (400, "BadRequestException", Some(ErrorKind::EmailRefused)),
        (404, "NotFoundException", Some(ErrorKind::Environment)),
        (403, "AccessDeniedException", Some(ErrorKind::Environment)),
        (403, "ExpiredTokenException", Some(ErrorKind::Environment)),
        (429, "TooManyRequestsException", Some(ErrorKind::Throttled)),
        (400, "LimitExceededException", Some(ErrorKind::Throttled)),
        (400, "ThrottlingException", Some(ErrorKind::Throttled)),
        (408, "RequestTimeout", None),
        (500, "InternalServerErrorException", None),
        (500, "ThrottlingException", None),
        (503, "", None),
        (503, "ServiceUnavailable", None),
    ] {
        let message = "Email address is not verified: secret@example.com";
        let stub = Stub::new(move |_, _| Reply::json_error(status, code, message));
        let error = send_to(&stub.endpoint).await;
        match refused {
            Some(kind) => assert_refused(&error, kind),
            None => assert_ambiguous(&error),
        }
        assert_eq!(stub.requests().len(), 1, "{code} was tried again");
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_is_ambiguous_and_nothing_is_sent_again() {
    for breaks_after in [Some(0), Some(3)] {
        let stub = Stub::new(move |_, _| Reply {
            breaks_after,
            ..Reply::new(200, "{\"MessageId\":\"1\"}")
        });
        assert_ambiguous(&send_to(&stub.endpoint).await);
        assert_eq!(stub.requests().len(), 1);
    }
    let stub = Stub::new(|_, _| Reply::new(200, "not JSON"));
    assert_ambiguous(&send_to(&stub.endpoint).await);
}

/// The clock is stopped once the mail has arrived, and put past every timeout.
#[tokio::test]
async fn an_answer_that_does_not_come_is_ambiguous() {
    let (arrived, mut arrivals) = unbounded_channel();
    let stub = Stub::new(move |_, _| {
        arrived.send(()).unwrap();
        Reply { hangs: true, ..Reply::default() }
    });
    let endpoint = stub.endpoint.clone();
    let sending = tokio::spawn(async move { send_to(&endpoint).await });
    arrivals.recv().await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_hours(1)).await;
    assert_ambiguous(&sending.await.unwrap());
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_was_never_made_sent_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = send_to(&format!("http://{closed}")).await;
    assert_refused(&error, ErrorKind::DependencyUnavailable);
}

#[tokio::test]
async fn an_unverified_sender_is_refused() {
    let connection = EMULATOR.connection().await;
    let error =
        Sender::new(&connection, None).send(&email("nobody@example.org")).await.unwrap_err();
    assert_refused(&error, ErrorKind::EmailRefused);
}

#[tokio::test]
async fn a_mail_has_its_sender_and_recipients() {
    let connection = EMULATOR.connection().await;
    verify(&connection, "other-sluice@example.com").await;
    let sender = Sender::new(&connection, None);
    let id = sender.send(&email("other-sluice@example.com")).await.unwrap();
    let mail = mails().into_iter().find(|mail| mail["message_id"] == *id).unwrap();
    assert_eq!(mail["from"], "other-sluice@example.com");
    assert_eq!(mail["to"], serde_json::json!(["secret@example.com"]));
}
