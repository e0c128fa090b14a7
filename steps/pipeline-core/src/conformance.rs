//! One behaviour suite for each port. An adapter that passes it keeps every promise in the port's
//! documentation, so that a laptop and AWS cannot drift apart.
//!
//! In the adapter's tests, with `tokio` (features `macros`, `rt-multi-thread`) at hand:
//!
//! ```ignore
//! async fn fresh_ledger() -> Box<dyn Ledger> { … }
//! pipeline_core::conformance!(ledger, fresh_ledger);
//! ```
//!
//! The second argument is an async function that gives a fresh adapter, or a fixture that derefs to
//! one. For `event_bus` and `mailer` the fixture also lets the suite see what arrived: it implements
//! [`event_bus::Published`] or [`mailer::Delivered`].

// What is asserted here is reported as a failed test, like anything in a `tests` folder.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "behaviour suites are tests")]

pub mod analysis_store;
pub mod event_bus;
pub mod ledger;
pub mod mailer;
pub mod object_store;
pub mod samples;
pub mod send_log;

use crate::error::{ErrorKind, StepResult};

/// How many tasks contend for the same thing at once.
pub const CONTENDERS: usize = 16;

/// Asserts that a call failed, and with this kind.
#[track_caller]
fn assert_kind<T>(result: StepResult<T>, kind: ErrorKind) {
    match result {
        Ok(_) => assert_eq!("success", kind.name()),
        Err(error) => assert_eq!(error.kind(), kind, "{}", error.report()),
    }
}

/// Makes one test of each behaviour of a port; see [`crate::conformance`].
#[macro_export]
macro_rules! conformance {
    (object_store, $fresh:path) => {
        $crate::conformance!(@tests object_store, $fresh, [
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
        ], [if_absent_has_one_winner]);
    };
    (ledger, $fresh:path) => {
        $crate::conformance!(@tests ledger, $fresh, [
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
        ], [of_many_claims_one_wins, of_many_take_overs_one_wins, a_name_has_one_winner]);
    };
    (send_log, $fresh:path) => {
        $crate::conformance!(@tests send_log, $fresh, [
            a_mail_begins_once,
            a_sent_mail_stays_sent,
            a_refused_mail_may_begin_again,
            marks_need_a_beginning,
            mails_are_marked_apart,
        ], [of_many_beginnings_one_wins]);
    };
    (analysis_store, $fresh:path) => {
        $crate::conformance!(@tests analysis_store, $fresh, [
            an_item_is_found_as_it_was_put,
            an_item_replaces_its_namesake,
            items_of_a_run_are_found_oldest_first,
            a_notification_is_marked,
        ], []);
    };
    (event_bus, $fresh:path) => {
        $crate::conformance!(@observed event_bus, $fresh, [events_arrive_whole]);
    };
    (mailer, $fresh:path) => {
        $crate::conformance!(@observed mailer, $fresh, [mails_arrive_whole]);
    };
    (@tests $port:ident, $fresh:path, [$($behaviour:ident,)*], [$($contest:ident),*]) => {
        mod $port {
            use super::*;
            $(
                #[tokio::test]
                async fn $behaviour() {
                    let fixture = $fresh().await;
                    $crate::conformance::$port::$behaviour(&*fixture).await;
                }
            )*
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $contest() {
                    let fixture = std::sync::Arc::new($fresh().await);
                    let contenders: Vec<_> = (0..$crate::conformance::CONTENDERS)
                        .map(|contender| {
                            let fixture = std::sync::Arc::clone(&fixture);
                            tokio::spawn(async move {
                                $crate::conformance::$port::$contest(&**fixture, contender).await
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
    (@observed $port:ident, $fresh:path, [$($behaviour:ident),*]) => {
        mod $port {
            use super::*;
            $(
                #[tokio::test]
                async fn $behaviour() {
                    let fixture = $fresh().await;
                    $crate::conformance::$port::$behaviour(&*fixture, &fixture).await;
                }
            )*
        }
    };
}
