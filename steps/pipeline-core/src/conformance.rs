//! One behaviour suite for each port. An adapter that passes it keeps every promise in the port's
//! documentation, so that a laptop and AWS cannot drift apart.
//!
//! In the adapter's tests, with `tokio` (features `macros`, `rt-multi-thread`) at hand:
//!
//! ```ignore
//! async fn fresh_ledger() -> Box<LedgerTable> { todo!() }
//! pipeline_core::conformance!(ledger, fresh_ledger);
//! ```
//!
//! The second argument is an async function that gives a box, or another pointer, with what the suite
//! tries: a fresh adapter of the port, or a fixture that also lets the suite see or cause what the port
//! does not show, such as [`event_bus::Published`]. The table `behaviours!` names the type.
//!
//! That table is the only way to a behaviour: one that it lacks is dead code, and does not compile.

// What is asserted here is reported as a failed test, like anything in a `tests` folder.
#![expect(clippy::unwrap_used, clippy::panic, reason = "behaviour suites are tests")]
#![deny(dead_code, reason = "a behaviour that is not listed would be tried on no adapter")]

/// The behaviours of each port's suite, handed to the macro `$then` together with what they are tried
/// on. Those of the second list are contests: many call them at once, and exactly one may win.
#[doc(hidden)]
#[macro_export]
macro_rules! behaviours {
    (analysis_store, $then:path $(, $fresh:path)?) => {
        $then! { analysis_store($crate::conformance::analysis_store::Stored) $($fresh)?, [
            an_item_is_kept_as_it_was_put,
            an_item_replaces_its_namesake,
            a_notification_is_marked,
        ], [] }
    };
    (clock, $then:path $(, $fresh:path)?) => {
        $then! { clock($crate::conformance::clock::Timed) $($fresh)?, [
            now_is_the_time,
            time_passes,
        ], [] }
    };
    (event_bus, $then:path $(, $fresh:path)?) => {
        $then! { event_bus($crate::conformance::event_bus::Published) $($fresh)?, [
            events_arrive_whole,
        ], [] }
    };
    (execution_probe, $then:path $(, $fresh:path)?) => {
        $then! { execution_probe($crate::conformance::execution_probe::Lifecycle) $($fresh)?, [
            an_execution_runs_until_it_ends,
            executions_are_told_apart,
            an_execution_that_is_not_known_may_run,
        ], [] }
    };
    (ledger, $then:path $(, $fresh:path)?) => {
        $then! { ledger($crate::ports::Ledger) $($fresh)?, [
            the_first_claim_fixes_the_run,
            a_live_claim_withstands_others,
            a_repeated_claim_gets_the_same_answer,
            contents_are_claimed_apart,
            a_lapsed_claim_is_taken_over,
            a_dead_owners_claim_is_taken_over,
            a_stale_owner_is_fenced,
            completion_is_kept,
            completion_is_final,
            completion_needs_the_claim,
            a_redriven_execution_completes,
            a_completed_record_withstands_claims,
            a_rerun_begins_a_new_run,
            a_rerun_is_begun_once,
            a_rerun_does_not_take_a_live_claim,
            a_failed_run_is_adopted,
            a_rerun_of_a_failed_run_begins_anew,
            failure_is_fenced,
            a_record_is_found_by_its_owner,
            a_name_is_reserved_once,
        ], [of_many_claims_one_wins, of_many_take_overs_one_wins, a_name_has_one_winner] }
    };
    (mailer, $then:path $(, $fresh:path)?) => {
        $then! { mailer($crate::conformance::mailer::Delivered) $($fresh)?, [
            mails_arrive_whole,
        ], [] }
    };
    (object_store, $then:path $(, $fresh:path)?) => {
        $then! { object_store($crate::ports::ObjectStore) $($fresh)?, [
            what_is_written_is_read,
            an_empty_object_is_an_object,
            nothing_is_visible_before_finish,
            a_dropped_writer_leaves_nothing,
            a_missing_object_is_not_found,
            replace_replaces,
            if_absent_publishes_once,
            a_pinned_version_outlives_its_replacement,
            the_checksum_tells_contents_apart,
            faulty_metadata_is_refused,
            keys_are_raw,
            a_large_object_streams,
            writers_of_one_key_do_not_mix,
            read_all_keeps_its_limit,
        ], [if_absent_has_one_winner] }
    };
    (send_log, $then:path $(, $fresh:path)?) => {
        $then! { send_log($crate::ports::SendLog) $($fresh)?, [
            a_mail_begins_once,
            a_sent_mail_stays_sent,
            a_refused_mail_may_begin_again,
            marks_need_a_beginning,
            mails_are_marked_apart,
        ], [of_many_beginnings_one_wins] }
    };
    (text_model, $then:path $(, $fresh:path)?) => {
        $then! { text_model($crate::conformance::text_model::Scripted) $($fresh)?, [
            what_the_model_gives_to_the_tool_arrives_exactly,
            every_stop_reason_passes_through,
            a_failure_has_its_kind_and_is_not_retried,
        ], [] }
    };
}

/// Makes the behaviours of one suite public, by the list.
macro_rules! publish {
    ($port:ident($Subject:path), [$($behaviour:ident,)*], [$($contest:ident),*]) => {
        #[doc(hidden)]
        pub mod listed {
            $(
                pub async fn $behaviour(subject: &dyn $Subject) {
                    super::$behaviour(subject).await;
                }
            )*
            $(
                pub async fn $contest(
                    subject: &dyn $Subject,
                    contender: usize,
                ) -> bool {
                    super::$contest(subject, contender).await
                }
            )*
        }
    };
}

pub mod analysis_store;
pub mod clock;
pub mod event_bus;
pub mod execution_probe;
pub mod ledger;
pub mod mailer;
pub mod object_store;
pub mod samples;
pub mod send_log;
pub mod text_model;

use crate::error::{ErrorKind, StepResult};

/// How many tasks contend for the same thing at once.
pub const CONTENDERS: usize = 16;

/// Asserts that a call failed, and with this kind.
#[track_caller]
fn assert_kind<T>(result: StepResult<T>, kind: ErrorKind) {
    match result {
        Ok(_) => assert_eq!("success", kind.as_str()),
        Err(error) => assert_eq!(error.kind(), kind, "{}", error.report()),
    }
}

/// Makes one test of each behaviour of a port; see [`mod@crate::conformance`].
#[macro_export]
macro_rules! conformance {
    ($port:ident, $fresh:path) => {
        $crate::behaviours!($port, $crate::behaviour_tests, $fresh);
    };
}

/// Makes one test of each behaviour that is listed.
#[doc(hidden)]
#[macro_export]
macro_rules! behaviour_tests {
    (
        $port:ident($Subject:path) $fresh:path,
        [$($behaviour:ident,)*],
        [$($contest:ident),*]
    ) => {
        mod $port {
            use super::*;
            $(
                #[tokio::test]
                async fn $behaviour() {
                    let subject = $fresh().await;
                    $crate::conformance::$port::listed::$behaviour(&*subject).await;
                }
            )*
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $contest() {
                    let subject = std::sync::Arc::new($fresh().await);
                    let contenders: Vec<_> = (0..$crate::conformance::CONTENDERS)
                        .map(|contender| {
                            let subject = std::sync::Arc::clone(&subject);
                            tokio::spawn(async move {
                                let subject = &**subject;
                                $crate::conformance::$port::listed::$contest(subject, contender)
                                    .await
                            })
                        })
                        .collect();
                    let mut winners = 0;
                    for contender in contenders {
                        winners += usize::from(contender.await.expect("no contender panics"));
                    }
                    assert_eq!(winners, 1);
                }
            )*
        }
    };
}
