//! May this execution work on this file?

use std::ops::ControlFlow;

use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    events::EventsOf,
    ports::{Claim, ClaimRequest, ContentId, LedgerRecord, LedgerState, MAIL_DISABLED, SendState},
    run::{Execution, Run, SourceObject},
    steps::{
        claim_file::{ClaimInput, ClaimOutput, Decision},
        send_report::MailStatus,
    },
};

use crate::{
    complete::{announce, finish_published},
    config::Config,
    new_run::{new_run, source_object},
    ports::Ports,
    refusal::refusal,
};

/// How often the ledger is asked again because another execution got in between.
const ATTEMPTS: usize = 5;

pub(crate) async fn claim(
    input: &ClaimInput,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<ClaimOutput> {
    check_name(&input.execution)?;
    let source = source_object(input, ports.store).await?;
    let content_id = ContentId::of(&source);
    for _ in 0..ATTEMPTS {
        let record = ports.ledger.get(&content_id).await?;
        let found_one = record.is_some();
        let wish = match wish(record, &source, input, ports, config).await? {
            ControlFlow::Break(answer) => return Ok(answer),
            ControlFlow::Continue(wish) => wish,
        };
        let now = ports.clock.now();
        let request = ClaimRequest {
            content_id: content_id.clone(),
            run: wish.run,
            owner: input.execution.clone(),
            lease_expires_at: now + config.lease,
            now,
            rerun: wish.rerun,
            dead_owner: wish.dead_owner,
        };
        if let Claim::Claimed { run, adopted } = ports.ledger.claim(&request).await? {
            let may_be_published = found_one || adopted;
            return begin(*run, adopted, may_be_published, input, ports, config).await;
        }
    }
    Err(StepError::new(ErrorKind::Throttled, "other executions keep claiming the file")
        .with("key", &source.key))
}

/// Every output's key and every mail's id holds the execution's name.
fn check_name(execution: &Execution) -> StepResult<()> {
    let name = &execution.name;
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    if (1..=80).contains(&name.len()) && name.chars().all(allowed) && !name.starts_with('.') {
        return Ok(());
    }
    Err(StepError::new(
        ErrorKind::InvalidEvent,
        "the name of an execution is at most 80 letters, digits, hyphens, underscores and dots",
    )
    .with("name", name.escape_debug()))
}

/// What to ask of the ledger.
struct Wish {
    run: Run,
    rerun: bool,
    dead_owner: Option<String>,
}

/// What to ask of the ledger, by what it holds; or the answer, if nothing is to be asked.
async fn wish(
    record: Option<LedgerRecord>,
    source: &SourceObject,
    input: &ClaimInput,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<ControlFlow<ClaimOutput, Wish>> {
    let own_run = new_run(source, &input.execution, input.rerun, ports, config);
    let Some(record) = record else {
        let wish = Wish { run: own_run.await?, rerun: input.rerun, dead_owner: None };
        return Ok(ControlFlow::Continue(wish));
    };
    let mine = record.owner.id == input.execution.id;
    let rerun = input.rerun && !record.is_run_of(&input.execution);
    let dead_owner = match record.state {
        LedgerState::Completed if !rerun => {
            return Ok(ControlFlow::Break(already_done(record, input, ports).await?));
        }
        LedgerState::Completed | LedgerState::Failed if rerun => {
            let wish = Wish { run: own_run.await?, rerun, dead_owner: None };
            return Ok(ControlFlow::Continue(wish));
        }
        LedgerState::InProgress if !mine && record.lease_expires_at >= ports.clock.now() => {
            if ports.executions.is_running(&record.owner.id).await? {
                return Ok(ControlFlow::Break(in_progress(record)));
            }
            Some(record.owner.id)
        }
        _ => None,
    };
    // The run that is taken over is the record's, whatever this execution would have fixed.
    Ok(ControlFlow::Continue(Wish { run: record.run, rerun: false, dead_owner }))
}

/// The run is this execution's.
async fn begin(
    run: Run,
    adopted: bool,
    may_be_published: bool,
    input: &ClaimInput,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<ClaimOutput> {
    let refusal = refusal(&run.source, config);
    let refusal_code = refusal.as_ref().map(|refusal| refusal.code);
    let events = EventsOf { run: &run, execution_arn: &input.execution.id };
    ports.events.publish(&events.file_claimed(adopted, refusal_code)?).await?;
    if may_be_published
        && let Some(manifest) = finish_published(&run, &input.execution, ports).await?
    {
        return Ok(ClaimOutput {
            adopted,
            outcome: Some(manifest.results.outcome),
            refusal: manifest.results.refusal,
            completed_at: Some(manifest.completed_at),
            mail: Some(MailStatus::NotSent),
            ..decided(Decision::ReportDue, run)
        });
    }
    let decision = if refusal.is_some() { Decision::Refused } else { Decision::Claimed };
    Ok(ClaimOutput { adopted, refusal, ..decided(decision, run) })
}

fn in_progress(record: LedgerRecord) -> ClaimOutput {
    let owner = Some(record.owner);
    ClaimOutput { owner, ..decided(Decision::InProgress, record.run) }
}

/// The decision about a run of which there is nothing else to say.
fn decided(decision: Decision, run: Run) -> ClaimOutput {
    ClaimOutput {
        decision,
        run,
        adopted: false,
        refusal: None,
        owner: None,
        outcome: None,
        completed_at: None,
        mail: None,
    }
}

/// The content is done. The report is due if its owner died before it, or is the one that asks: its
/// first claim closed the record, and its answer was lost. Since the announcement may be lacking too,
/// that is repeated.
async fn already_done(
    record: LedgerRecord,
    input: &ClaimInput,
    ports: Ports<'_>,
) -> StepResult<ClaimOutput> {
    let mine = record.owner.id == input.execution.id;
    let results = record.results.as_ref().ok_or_else(|| {
        StepError::new(ErrorKind::Internal, "a completed run has no results")
            .with("correlation_id", &record.run.correlation_id)
    })?;
    let mark = ports.send_log.get(&record.run.mail_id(results.outcome)).await?;
    let (decision, mail) = match mark {
        Some(SendState::Sent { message_id, .. }) if message_id == MAIL_DISABLED => {
            (Decision::Duplicate, Some(MailStatus::Disabled))
        }
        Some(SendState::Sent { .. }) => (Decision::Duplicate, Some(MailStatus::Sent)),
        unsent => match (unsent, ports.executions.is_running(&record.owner.id).await?) {
            // Its fate is not known yet.
            (Some(_), true) => (Decision::Duplicate, None),
            (Some(_), false) => (Decision::Duplicate, Some(MailStatus::Ambiguous)),
            (None, true) if !mine => (Decision::Duplicate, Some(MailStatus::NotSent)),
            (None, _) => (Decision::ReportDue, Some(MailStatus::NotSent)),
        },
    };
    if decision == Decision::ReportDue {
        announce(&record.run, &record.owner, results, record.completed_at, ports).await?;
    }
    Ok(ClaimOutput {
        decision,
        outcome: Some(results.outcome),
        refusal: results.refusal.clone(),
        completed_at: record.completed_at,
        adopted: mine && record.run.correlation_id != input.execution.name,
        run: record.run,
        owner: (!mine).then_some(record.owner),
        mail,
    })
}
