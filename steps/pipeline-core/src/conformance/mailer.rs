//! [`Mailer`]: what is sent arrives, whole and once.

use async_trait::async_trait;

use crate::ports::{Mailer, RawEmail};

behaviours!(mailer, publish);

/// A mailer whose far end the suite can see.
#[async_trait]
pub trait Delivered: Send + Sync {
    /// The mailer.
    fn mailer(&self) -> &dyn Mailer;

    /// The messages that arrived so far, as bytes, in any order.
    async fn delivered(&self) -> Vec<Vec<u8>>;
}

/// Every mail arrives byte for byte, with a message id of its own.
async fn mails_arrive_whole(far_end: &dyn Delivered) {
    let mail = |id: &str, body: &str| RawEmail {
        id: id.to_owned(),
        from: "sluice@example.com".into(),
        to: vec!["team@example.com".into()],
        mime: format!(
            "From: sluice@example.com\r\nTo: team@example.com\r\nSubject: {id}\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n{body}\r\n"
        )
        .into_bytes(),
    };
    let mails = [mail("run-1-Completed", "gr=C3=B6=C3=9Fer"), mail("run-1-Failed", "failed")];
    let mut ids = Vec::new();
    for mail in &mails {
        ids.push(far_end.mailer().send(mail).await.unwrap());
    }
    assert!(ids.iter().all(|id| !id.is_empty()));
    assert_ne!(ids[0], ids[1]);
    let arrived = far_end.delivered().await;
    assert_eq!(arrived.len(), mails.len());
    assert!(mails.iter().all(|mail| arrived.contains(&mail.mime)));
}
