//! Executions of one file that interleave at every call of a port, die at any of them, are taken for
//! dead while they go on, and are retried: at no time do two of them own the file, all of them work on
//! the run that the first one fixed, and what is completed is not run again.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod stage;

use std::{cell::RefCell, collections::BTreeMap};

use chrono::TimeDelta;
use claim_file::Ports;
use pipeline_core::{
    error::StepResult,
    events::DetailType,
    manifest::Manifest,
    ports::{LedgerState, SendMark},
    run::{Outcome, Run},
    steps::claim_file::{ClaimInput, Decision},
};
use proptest::prelude::*;
use stage::{
    KEY, Stage, claim, claim_of, complete, execution, fail,
    stepwise::{Granted, Stepwise, finish, pause, step},
    work,
};

const EXECUTIONS: usize = 4;

/// What happens next.
#[derive(Debug, Clone)]
enum Act {
    /// An execution goes on over so many calls.
    GoOn(usize, usize),
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
        3 => (who.clone(), any::<bool>()).prop_map(|(who, told)| Act::Die(who, told)),
        2 => who.prop_map(Act::SeemDead),
        1 => Just(Act::Lapse),
    ]
}

/// How many mails went out about each run.
#[derive(Default)]
struct Mails(RefCell<BTreeMap<String, usize>>);

/// An execution of the state machine, as far as `claim-file` is concerned. `mood` is what makes the
/// bytes of the analysis differ from one execution to the next.
async fn execute(
    name: String,
    stage: &Stage,
    ports: Ports<'_>,
    mood: &str,
    mails: &Mails,
    rerun: bool,
) -> StepResult<Decision> {
    let execution = stage.start(&name);
    let result = async {
        let input = ClaimInput { rerun, ..claim_of(KEY, &execution) };
        let claimed = claim(input, ports, &stage.config).await?;
        match claimed.decision {
            Decision::Claimed => {
                let results = work(ports.store, &claimed.run, mood).await?;
                complete(&claimed.run, &execution, &results, ports, &stage.config).await?;
                send(&claimed.run, ports, mails).await?;
            }
            Decision::ReportDue => send(&claimed.run, ports, mails).await?,
            Decision::Duplicate | Decision::InProgress => {}
            Decision::Refused => panic!("nothing is wrong with the file"),
        }
        Ok(claimed.decision)
    }
    .await;
    stage.executions.end(&execution.id);
    if result.is_err() {
        fail(&execution, "FAILED", Some("InternalError"), ports, &stage.config).await?;
    }
    result
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
fn manifests(stage: &Stage) -> BTreeMap<String, bytes::Bytes> {
    let keys = stage.store.keys().into_iter().filter(|key| key.ends_with("/manifest.json"));
    keys.filter_map(|key| Some((key.clone(), stage.store.bytes(&key)?))).collect()
}

/// Plays the acts. `wavering`: a model says something else to each execution. `rerun`: the last of the
/// executions asks for one.
fn play(acts: &[Act], wavering: bool, rerun: bool) {
    let stage = Stage::new();
    let stepwise = Stepwise::new(&stage);
    let mails = Mails::default();
    let moods = ["a", "b", "c", "d", "e"].map(|mood| if wavering { mood } else { "" });
    let mut living: Vec<_> = (0..EXECUTIONS)
        .map(|who| {
            let name = format!("execution-{who}");
            let rerun = rerun && who == EXECUTIONS - 1;
            Some(Box::pin(execute(name, &stage, stepwise.ports(), moods[who], &mails, rerun)))
        })
        .collect();
    let mut published = BTreeMap::new();
    for act in acts {
        match *act {
            Act::GoOn(who, calls) => {
                for _ in 0..calls {
                    let Some(future) = &mut living[who] else { break };
                    if let Some(result) = step(future.as_mut()) {
                        living[who] = None;
                        assert!(
                            wavering || result.is_ok() || was_taken_over(&result),
                            "{result:?}"
                        );
                    }
                }
            }
            Act::Die(who, told) => {
                living[who] = None;
                let dead = execution(&format!("execution-{who}"));
                stage.executions.end(&dead.id);
                if told {
                    finish(fail(&dead, "ABORTED", None, stepwise.ports(), &stage.config)).unwrap();
                }
            }
            Act::SeemDead(who) => stage.executions.end(&execution(&format!("execution-{who}")).id),
            Act::Lapse => stage.clock.advance(TimeDelta::hours(3)),
        }
        let now = manifests(&stage);
        assert!(published.iter().all(|(key, bytes)| now.get(key) == Some(bytes)), "it changed");
        published = now;
    }
    assert!(rerun || published.len() <= 1);

    // Everything dies, and one more execution comes: nothing may be stuck.
    living.clear();
    (0..EXECUTIONS)
        .for_each(|who| stage.executions.end(&execution(&format!("execution-{who}")).id));
    let last = execute("last".into(), &stage, stepwise.ports(), moods[4], &mails, false);
    let last = finish(last);
    check_grants(&stepwise.granted(), if rerun { "execution-3" } else { "" });
    assert!(mails.0.borrow().values().all(|mails| *mails <= 1), "{:?}", mails.0);
    match last {
        Ok(decision) => assert_ne!(decision, Decision::InProgress),
        Err(error) => {
            // A model that says something else each time, and an execution that wrote on after it was
            // taken for dead: the run cannot be proven whole, and says so. A rerun is the way out.
            assert!(wavering, "{}", error.report());
            let again = execute("rerun".into(), &stage, stepwise.ports(), "", &mails, true);
            assert_eq!(finish(again).unwrap(), Decision::Claimed);
        }
    }

    let [record] = stage.ledger.records().try_into().unwrap();
    assert_eq!(record.state, LedgerState::Completed);
    let manifest = stage.store.bytes(&record.run.outputs.manifest).unwrap();
    let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
    assert_eq!((Some(&manifest.results), &manifest.run), (record.results.as_ref(), &record.run));
    assert!(!stage.events.of(DetailType::RunCompleted).is_empty());
    if !wavering {
        let expected = finish(work(&stage.store, &record.run, "")).unwrap();
        assert_eq!(manifest.results, expected, "outputs are not what the manifest vouches for");
    }
}

/// The one error that an execution may meet when it was taken for dead and is not.
fn was_taken_over(result: &StepResult<Decision>) -> bool {
    let kind = result.as_ref().err().map(pipeline_core::error::StepError::kind);
    kind == Some(pipeline_core::error::ErrorKind::PreconditionFailed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_file_is_processed_once(acts in prop::collection::vec(act(), 0..60)) {
        play(&acts, false, false);
    }

    #[test]
    fn a_file_is_processed_once_although_the_model_wavers(acts in prop::collection::vec(act(), 0..60)) {
        play(&acts, true, false);
    }

    #[test]
    fn a_rerun_is_one_more_run(acts in prop::collection::vec(act(), 0..60)) {
        play(&acts, false, true);
    }
}
