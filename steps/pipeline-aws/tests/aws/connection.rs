//! What a person sees who is not signed in.

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use pipeline_aws::{Connection, s3::Bucket, sesv2::Sender};
use pipeline_core::{
    error::ErrorKind,
    ports::{Mailer, ObjectStore, RawEmail, SendError},
};

#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err::<Credentials, _>(CredentialsError::not_loaded(
            "none",
        )))
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_sent_and_the_error_says_so() {
    let connection =
        Connection::load(|loader| loader.region("us-east-1").credentials_provider(NoCredentials))
            .await;
    let error = Bucket::new(&connection, "bucket").head("input/x.csv", None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
    assert!(error.to_string().contains("credentials"), "{error}");

    let email = RawEmail {
        id: "run-1-Completed".into(),
        from: "sluice@example.com".into(),
        to: vec!["team@example.com".into()],
        mime: b"Subject: x\r\n\r\nx\r\n".to_vec(),
    };
    let error = Sender::new(&connection, None).send(&email).await.unwrap_err();
    let SendError::Refused(error) = error else { panic!("{error}") };
    assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
}

#[tokio::test]
async fn without_a_region_nothing_is_sent_and_the_error_says_so() {
    let connection = Connection::load(|loader| {
        loader.region(NoRegion).credentials_provider(Credentials::new("a", "b", None, None, "test"))
    })
    .await;
    let error = Bucket::new(&connection, "bucket").head("input/x.csv", None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Environment, "{}", error.report());
    assert!(error.to_string().contains("region"), "{}", error.report());
}

#[derive(Debug)]
struct NoRegion;

impl aws_config::meta::region::ProvideRegion for NoRegion {
    fn region(&self) -> aws_config::meta::region::future::ProvideRegion<'_> {
        aws_config::meta::region::future::ProvideRegion::ready(None)
    }
}
