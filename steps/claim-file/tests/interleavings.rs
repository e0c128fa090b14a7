//! Executions of one file that interleave at every call of a port, die at any of them, are taken for
//! dead while they go on, and repeat what failed or seemed to: at no time do two of them own the file,
//! all of them work on the run that the first one fixed, what is completed is not run again, and in the
//! end it is announced and reported.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod pipeline;

use std::{cell::RefCell, collections::BTreeMap, pin::pin};

use chrono::TimeDelta;
use claim_file::Ports;
use pipeline::{
    KEY, Pipeline, claim, claim_of, complete, execution, fail,
    stepwise::{Fault, Granted, Stepwise, finish, pause, step},
    work,
};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    events::DetailType,
    manifest::Manifest,
    ports::{LedgerState, SendLog, SendMark},
    run::{Execution, Outcome, Run},
    steps::{
        claim_file::{ClaimInput, ClaimOutput, Decision},
        send_report::MailStatus,
    },
};
use proptest::prelude::*;

const EXECUTIONS: usize = 4;

/// What happens next.
#[derive(Debug, Clone)]
enum Act {
    /// An execution goes on over so many calls.
    GoOn(usize, usize),
    /// The next call of an execution fails. The state's `Retry` begins the step again.
    Fail(usize, Fault),
    /// An execution's process dies. On AWS an event tells of it.
    Die(usize, bool),
    /// The probe says that an execution is dead, but it goes on.
    SeemDead(usize),
    /// So much time passes that every lease lapses.
    Lapse,
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..EXECUTIONS;
    prop_oneof![
        6 => (who.clone(), 1..4_usize).prop_map(|(who, calls)| Act::GoOn(who, calls)),
        6 => (who.clone(), 4..20_usize).prop_map(|(who, calls)| Act::GoOn(who, calls)),
        3 => (who.clone(), fault()).prop_map(|(who, fault)| Act::Fail(who, fault)),
        3 => (who.clone(), any::<bool>()).prop_map(|(who, told)| Act::Die(who, told)),
        2 => who.prop_map(Act::SeemDead),
        1 => Just(Act::Lapse),
    ]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(act(), 0..60)
}

fn last_fault() -> impl Strategy<Value = Option<(usize, Fault)>> {
    prop::option::of((1..25_usize, fault()))
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![Just(Fault::Refused), Just(Fault::AnswerLost)]
}

/// How many mails went out about each run.
#[derive(Default)]
struct Mails(RefCell<BTreeMap<String, usize>>);

/// An execution of the state machine, as far as `claim-file` is concerned. `mood` is what makes the
/// bytes of the analysis differ from one execution to the next.
async fn execute(
    name: String,
    pipeline: &Pipeline,
    ports: Ports<'_>,
    mood: &str,
    mails: &Mails,
    rerun: bool,
) -> StepResult<Decision> {
    let execution = pipeline.start(&name);
    let result = async {
        let input = ClaimInput { rerun, ..claim_of(KEY, &execution) };
        let claimed = retry(async || claim(input.clone(), ports, &pipeline.config).await).await?;
        check_answer(&claimed, &execution);
        match claimed.decision {
            Decision::Claimed => {
                let run = &claimed.run;
                let results = retry(async || work(ports.store, run, mood).await).await?;
                let config = &pipeline.config;
                retry(async || complete(run, &execution, &results, ports, config).await).await?;
                retry(async || send(run, ports, mails).await).await?;
            }
            Decision::ReportDue => {
                retry(async || send(&claimed.run, ports, mails).await).await?;
            }
            Decision::Duplicate | Decision::InProgress => {}
            Decision::Refused => panic!("nothing is wrong with the file"),
        }
        Ok(claimed.decision)
    }
    .await;
    pipeline.executions.end(&execution.id);
    if result.is_err() {
        let error = Some("InternalError");
        retry(async || fail(&execution, "FAILED", error, ports, &pipeline.config).await).await?;
    }
    result
}

/// What a state's `Retry` does.
async fn retry<T>(step: impl AsyncFn() -> StepResult<T>) -> StepResult<T> {
    loop {
        match step().await {
            Err(error) if error.kind().is_retryable() => {}
            result => return result,
        }
    }
}

/// An execution is never told that it is its own duplicate, and skips a mail that is not sent only if
/// another is there to send it.
fn check_answer(claimed: &ClaimOutput, execution: &Execution) {
    assert_ne!(claimed.owner.as_ref(), Some(execution), "{claimed:?}");
    if claimed.decision == Decision::Duplicate && claimed.mail == Some(MailStatus::NotSent) {
        assert!(claimed.owner.is_some(), "{claimed:?}");
    }
}

async fn send(run: &Run, ports: Ports<'_>, mails: &Mails) -> StepResult<()> {
    let mail_id = run.mail_id(Outcome::Completed);
    if ports.send_log.begin(&mail_id, ports.clock.now()).await? == SendMark::Begun {
        pause().await;
        *mails.0.borrow_mut().entry(run.correlation_id.clone()).or_default() += 1;
        ports.send_log.sent(&mail_id, "message", ports.clock.now()).await?;
    }
    Ok(())
}

/// One owner at a time, one run for all, none after its completion; another run only by a rerun.
fn check_grants(granted: &[Granted], may_rerun: &str) {
    let mut runs = Vec::new();
    let mut owner = None;
    let mut done = false;
    for grant in granted {
        match grant {
            Granted::Claim { owner: claimer, correlation_id } => {
                if runs.last() == Some(&correlation_id) {
                    assert!(!done, "a completed run was claimed again: {granted:?}");
                } else {
                    assert!(runs.is_empty() || claimer == may_rerun, "not adopted: {granted:?}");
                    assert_eq!(claimer, correlation_id, "a former run came back: {granted:?}");
                    runs.push(correlation_id);
                }
                (owner, done) = (Some(claimer), false);
            }
            Granted::Completion { owner: completer } => {
                assert_eq!(owner, Some(completer), "not the owner completed: {granted:?}");
                done = true;
            }
        }
    }
}

/// Every manifest that is published.
fn manifests(pipeline: &Pipeline) -> BTreeMap<String, bytes::Bytes> {
    let keys = pipeline.store.keys().into_iter().filter(|key| key.ends_with("/manifest.json"));
    keys.filter_map(|key| Some((key.clone(), pipeline.store.bytes(&key)?))).collect()
}

/// Plays the acts, then lets everything die and one more execution come, of which one call fails.
///
/// `wavering`: a model says something else to each execution. `rerun`: the last of the executions of
/// the acts asks for one.
fn play(acts: &[Act], last_fault: Option<(usize, Fault)>, wavering: bool, rerun: bool) {
    let pipeline = Pipeline::new();
    let stepwise = Stepwise::new(&pipeline);
    let mails = Mails::default();
    let moods = ["a", "b", "c", "d", "e"].map(|mood| if wavering { mood } else { "" });
    let mut living: Vec<_> = (0..EXECUTIONS)
        .map(|who| {
            let name = format!("execution-{who}");
            let rerun = rerun && who == EXECUTIONS - 1;
            Some(Box::pin(execute(name, &pipeline, stepwise.ports(), moods[who], &mails, rerun)))
        })
        .collect();
    let mut published = BTreeMap::new();
    for act in acts {
        let mut go_on = |who: usize, fault: Option<Fault>| {
            let Some(future) = &mut living[who] else { return };
            let result = match fault {
                None => step(future.as_mut()),
                Some(fault) => stepwise.step_into(fault, future.as_mut()),
            };
            if let Some(result) = result {
                living[who] = None;
                assert!(wavering || result.is_ok() || was_taken_over(&result), "{result:?}");
            }
        };
        match *act {
            Act::GoOn(who, calls) => (0..calls).for_each(|_| go_on(who, None)),
            Act::Fail(who, fault) => go_on(who, Some(fault)),
            Act::Die(who, told) => {
                living[who] = None;
                let dead = execution(&format!("execution-{who}"));
                pipeline.executions.end(&dead.id);
                if told {
                    finish(fail(&dead, "ABORTED", None, stepwise.ports(), &pipeline.config))
                        .unwrap();
                }
            }
            Act::SeemDead(who) => {
                pipeline.executions.end(&execution(&format!("execution-{who}")).id);
            }
            Act::Lapse => pipeline.clock.advance(TimeDelta::hours(3)),
        }
        let now = manifests(&pipeline);
        assert!(published.iter().all(|(key, bytes)| now.get(key) == Some(bytes)), "it changed");
        published = now;
    }
    assert!(rerun || published.len() <= 1);

    // Nothing may be stuck.
    living.clear();
    (0..EXECUTIONS)
        .for_each(|who| pipeline.executions.end(&execution(&format!("execution-{who}")).id));
    let last = execute("last".into(), &pipeline, stepwise.ports(), moods[4], &mails, false);
    let last = finish_with(last, last_fault, &stepwise);
    check_grants(&stepwise.granted(), if rerun { "execution-3" } else { "" });
    assert!(mails.0.borrow().values().all(|mails| *mails <= 1), "{:?}", mails.0);
    match last {
        Ok(decision) => assert_ne!(decision, Decision::InProgress),
        Err(error) => {
            // A model that says something else each time, and an execution that wrote on after it was
            // taken for dead: the run cannot be proven whole, and says so. A rerun is the way out.
            assert!(wavering, "{}", error.report());
            let again = execute("rerun".into(), &pipeline, stepwise.ports(), "", &mails, true);
            assert_eq!(finish(again).unwrap(), Decision::Claimed);
        }
    }

    let [record] = pipeline.ledger.records().try_into().unwrap();
    assert_eq!(record.state, LedgerState::Completed);
    let manifest = pipeline.store.bytes(&record.run.outputs.manifest).unwrap();
    let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
    assert_eq!((Some(&manifest.results), &manifest.run), (record.results.as_ref(), &record.run));
    let mail_id = record.run.mail_id(Outcome::Completed);
    assert!(finish(pipeline.send_log.get(&mail_id)).unwrap().is_some(), "the report was forgotten");
    let announced = pipeline.events.of(DetailType::RunCompleted);
    let correlation_id = record.run.correlation_id.as_str();
    assert!(announced.iter().any(|event| event.detail["correlation_id"] == correlation_id));
    if !wavering {
        let expected = finish(work(&pipeline.store, &record.run, "")).unwrap();
        assert_eq!(manifest.results, expected, "outputs are not what the manifest vouches for");
    }
}

/// Lets an execution go on to its end. `fault`: what goes wrong after so many calls.
fn finish_with<T>(
    future: impl Future<Output = T>,
    fault: Option<(usize, Fault)>,
    stepwise: &Stepwise<'_>,
) -> T {
    let mut future = pin!(future);
    let step = |call| match fault {
        Some((calls, fault)) if calls == call => stepwise.step_into(fault, future.as_mut()),
        _ => step(future.as_mut()),
    };
    (0..10_000).find_map(step).unwrap()
}

/// The one error that an execution may meet when it was taken for dead and is not.
fn was_taken_over(result: &StepResult<Decision>) -> bool {
    result.as_ref().err().map(StepError::kind) == Some(ErrorKind::PreconditionFailed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_file_is_processed_once(acts in acts(), last_fault in last_fault()) {
        play(&acts, last_fault, false, false);
    }

    #[test]
    fn a_file_is_processed_once_although_the_model_wavers(
        acts in acts(),
        last_fault in last_fault(),
    ) {
        play(&acts, last_fault, true, false);
    }

    #[test]
    fn a_rerun_is_one_more_run(acts in acts(), last_fault in last_fault()) {
        play(&acts, last_fault, false, true);
    }
}
