//! [`SendLog`]: a mail goes out at most once.

use chrono::TimeDelta;

use super::{assert_kind, samples::start};
use crate::{
    error::ErrorKind,
    ports::{SendLog, SendMark, SendState},
};

behaviours!(send_log, publish);

/// The first wish to send sets the mark, every later one is shown it.
async fn a_mail_begins_once(log: &dyn SendLog) {
    assert_eq!(log.get("run-Completed").await.unwrap(), None);
    assert_eq!(log.begin("run-Completed", start()).await.unwrap(), SendMark::Begun);

    let sending = SendState::Sending { since: start() };
    let later = start() + TimeDelta::hours(9);
    let again = log.begin("run-Completed", later).await.unwrap();
    assert_eq!(again, SendMark::Held(sending.clone()));
    assert_eq!(log.get("run-Completed").await.unwrap(), Some(sending));
}

/// "sent" is for ever: with the first message id, and no refusal removes it.
async fn a_sent_mail_stays_sent(log: &dyn SendLog) {
    log.begin("run-Completed", start()).await.unwrap();
    log.sent("run-Completed", "message-1", start()).await.unwrap();
    log.sent("run-Completed", "message-2", start() + TimeDelta::hours(1)).await.unwrap();
    log.clear("run-Completed").await.unwrap();

    let sent = SendState::Sent { at: start(), message_id: "message-1".into() };
    assert_eq!(log.get("run-Completed").await.unwrap(), Some(sent.clone()));
    let again = log.begin("run-Completed", start()).await.unwrap();
    assert_eq!(again, SendMark::Held(sent));
}

/// After a definite refusal the mail may be tried again.
async fn a_refused_mail_may_begin_again(log: &dyn SendLog) {
    log.begin("run-Completed", start()).await.unwrap();
    log.clear("run-Completed").await.unwrap();
    assert_eq!(log.get("run-Completed").await.unwrap(), None);
    assert_eq!(log.begin("run-Completed", start()).await.unwrap(), SendMark::Begun);
}

/// A mail that never began was not sent; there is nothing to clear either.
async fn marks_need_a_beginning(log: &dyn SendLog) {
    let sent = log.sent("run-Completed", "message-1", start()).await;
    assert_kind(sent, ErrorKind::PreconditionFailed);
    log.clear("run-Completed").await.unwrap();
    assert_eq!(log.get("run-Completed").await.unwrap(), None);
}

/// The mark of one mail says nothing about another.
async fn mails_are_marked_apart(log: &dyn SendLog) {
    log.begin("run-Completed", start()).await.unwrap();
    assert_eq!(log.begin("run-Failed", start()).await.unwrap(), SendMark::Begun);
    log.clear("run-Failed").await.unwrap();
    assert!(log.get("run-Completed").await.unwrap().is_some());
}

/// Whether this contender may send.
async fn of_many_beginnings_one_wins(log: &dyn SendLog, _contender: usize) -> bool {
    log.begin("run-Completed", start()).await.unwrap() == SendMark::Begun
}
