//! A mail goes out at most once, and the run says what became of it.

use crate::finished_run::FinishedRun;
use pipeline_core::{
    error::{ErrorKind, StepError},
    memory::{MailAnswer, ScriptedMailer},
    ports::{SendLog, SendState},
    steps::send_report::{MailStatus, SendOutput},
};
use send_report::Output;
use serde_json::{Value, json};

const MAIL_ID: &str = "run-7f3a-Completed";

async fn published() -> FinishedRun {
    let mut finished = FinishedRun::completed();
    finished.publish().await;
    finished
}

async fn send(
    finished: &FinishedRun,
    mailer: Option<&ScriptedMailer>,
) -> Result<SendOutput, StepError> {
    let input = finished.send_input();
    match send_report::run(input, finished.ports(mailer), &finished.config).await? {
        Output::Mailed(output) => Ok(output),
        Output::Rendered(output) => panic!("{output:?}"),
    }
}

async fn status(finished: &FinishedRun, mailer: Option<&ScriptedMailer>) -> MailStatus {
    send(finished, mailer).await.unwrap().mail
}

fn notified(finished: &FinishedRun) -> bool {
    finished.analyses.items()[0].notification_sent
}

#[tokio::test]
async fn the_step_can_run_on_any_thread() {
    fn can_move<T: Send>(future: T) -> T {
        future
    }
    let finished = published().await;
    let run = send_report::run(finished.send_input(), finished.ports(None), &finished.config);
    assert!(can_move(run).await.is_ok());
}

#[tokio::test]
async fn sent_then_already_sent() {
    let finished = published().await;
    let mailer = ScriptedMailer::default();
    let first = send(&finished, Some(&mailer)).await.unwrap();
    assert_eq!(first.mail, MailStatus::Sent);
    assert!(first.message_id.is_some() && notified(&finished));

    // Not even the manifest is needed to know.
    finished.store.remove(&finished.run.outputs.manifest);
    let second = send(&finished, Some(&mailer)).await.unwrap();
    assert_eq!((second.mail, second.message_id), (MailStatus::AlreadySent, first.message_id));
    assert_eq!(mailer.attempts(), 1);
}

#[tokio::test]
async fn a_death_between_begin_and_sent_never_sends_again() {
    let finished = published().await;
    finished.send_log.begin(MAIL_ID, crate::finished_run::start()).await.unwrap();
    let mailer = ScriptedMailer::default();
    assert_eq!(status(&finished, Some(&mailer)).await, MailStatus::Ambiguous);
    assert_eq!(mailer.attempts(), 0);
    assert!(!notified(&finished));
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_for_ever() {
    for answer in [MailAnswer::LoseAnswer, MailAnswer::LoseMail] {
        let finished = published().await;
        let mailer = ScriptedMailer::answering([answer]);
        for _ in 0..3 {
            assert_eq!(status(&finished, Some(&mailer)).await, MailStatus::Ambiguous);
        }
        assert_eq!(mailer.attempts(), 1);
        let mark = finished.send_log.get(MAIL_ID).await.unwrap();
        assert!(matches!(mark, Some(SendState::Sending { .. })));
    }
}

#[tokio::test]
async fn a_refusal_clears_the_mark_and_keeps_what_is_worth_another_try() {
    for (cause, kind) in [
        (ErrorKind::Throttled, ErrorKind::Throttled),
        (ErrorKind::DependencyUnavailable, ErrorKind::DependencyUnavailable),
        (ErrorKind::Environment, ErrorKind::Environment),
        (ErrorKind::InvalidEvent, ErrorKind::EmailRefused),
        (ErrorKind::EmailRefused, ErrorKind::EmailRefused),
    ] {
        let finished = published().await;
        let mailer = ScriptedMailer::answering([MailAnswer::Refuse(cause)]);
        assert_eq!(send(&finished, Some(&mailer)).await.unwrap_err().kind(), kind);
        assert_eq!(finished.send_log.get(MAIL_ID).await.unwrap(), None);
        assert_eq!(status(&finished, Some(&mailer)).await, MailStatus::Sent);
        assert_eq!((mailer.attempts(), mailer.sent().len()), (2, 1));
    }
}

#[tokio::test]
async fn a_mail_that_is_switched_off_is_settled() {
    let finished = published().await;
    assert_eq!(status(&finished, None).await, MailStatus::Disabled);
    // Switched on later, an old run does not begin to mail.
    let mailer = ScriptedMailer::default();
    let later = send(&finished, Some(&mailer)).await.unwrap();
    assert_eq!(later, SendOutput { mail: MailStatus::Disabled, message_id: None });
    assert_eq!(mailer.attempts(), 0);
    assert!(!notified(&finished));
    let mark = finished.send_log.get(MAIL_ID).await.unwrap();
    assert!(matches!(mark, Some(SendState::Sent { message_id, .. }) if message_id == "disabled"));
}

#[tokio::test]
async fn a_retry_notes_at_the_analysis_what_the_attempt_that_sent_could_not() {
    let finished = published().await;
    finished.send_log.begin(MAIL_ID, crate::finished_run::start()).await.unwrap();
    finished.send_log.sent(MAIL_ID, "m-1", crate::finished_run::start()).await.unwrap();
    let mailer = ScriptedMailer::default();
    assert_eq!(status(&finished, Some(&mailer)).await, MailStatus::AlreadySent);
    assert!(notified(&finished));
}

#[tokio::test]
async fn a_mail_that_cannot_be_made_leaves_no_mark() {
    let mut finished = published().await;
    let mailer = ScriptedMailer::default();
    finished.config.to.clear();
    let error = send(&finished, Some(&mailer)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EmailRefused);

    finished.config = crate::finished_run::config();
    finished.store.insert(&finished.run.outputs.rejected, "changed");
    let error = send(&finished, Some(&mailer)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);

    assert_eq!(mailer.attempts(), 0);
    assert_eq!(finished.send_log.get(MAIL_ID).await.unwrap(), None);
}

#[tokio::test]
async fn each_outcome_of_a_run_has_its_own_mail() {
    let mut finished = FinishedRun::without_facts("NoRecords", Value::Null, [0, 0, 0]);
    finished.publish().await;
    let mailer = ScriptedMailer::default();
    assert_eq!(status(&finished, Some(&mailer)).await, MailStatus::Sent);
    let failed = json!({
        "executionArn": "arn:run-7f3a", "name": "run-7f3a", "status": "FAILED",
        "startDate": 0, "stopDate": 5_000, "error": "InternalError",
    });
    let input = crate::finished_run::failure_input(&failed);
    let ports = finished.ports(Some(&mailer));
    send_report::run(input.clone(), ports, &finished.config).await.unwrap();
    send_report::run(input, ports, &finished.config).await.unwrap();
    let ids: Vec<_> = mailer.sent().into_iter().map(|mail| mail.id).collect();
    assert_eq!(ids, ["run-7f3a-NoRecords", "run-7f3a-Failed-5000"]);
}

#[tokio::test]
async fn the_output_is_the_plain_output_of_the_action() {
    let finished = published().await;
    let output = Output::Mailed(send(&finished, None).await.unwrap());
    let json = serde_json::to_value(&output).unwrap();
    assert_eq!(json, json!({"mail": "DISABLED", "message_id": null}));
}

#[tokio::test]
async fn each_end_of_an_execution_that_is_redriven_has_its_own_mail() {
    let finished = FinishedRun::completed();
    let mailer = ScriptedMailer::default();
    let ended = |stop_date: i64| {
        crate::finished_run::failure_input(&json!({
            "executionArn": "arn:run-7f3a", "name": "run-7f3a", "status": "FAILED",
            "startDate": 0, "stopDate": stop_date, "error": "InternalError",
        }))
    };
    let ports = finished.ports(Some(&mailer));
    // EventBridge delivers each event at least once.
    for stop_date in [5_000, 5_000, 9_000, 9_000, 5_000] {
        send_report::run(ended(stop_date), ports, &finished.config).await.unwrap();
    }
    let ids: Vec<_> = mailer.sent().into_iter().map(|mail| mail.id).collect();
    assert_eq!(ids, ["run-7f3a-Failed-5000", "run-7f3a-Failed-9000"]);
}
