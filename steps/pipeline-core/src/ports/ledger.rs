//! The ports to the table of claims and to the marks of mails.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    error::{ErrorKind, StepError, StepResult},
    results::RunResults,
    run::{Execution, Outcome, Run, SourceObject},
};

/// What makes two uploads the same file: the place, the size and a full-object checksum.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentId(String);

impl ContentId {
    /// The content identity of an object. The `ETag` and the version have no part in it.
    pub fn of(source: &SourceObject) -> Self {
        let SourceObject { bucket, key, size_bytes, checksum, .. } = source;
        Self(format!("{bucket}/{key}#{size_bytes}#{checksum}"))
    }

    /// The ledger's partition key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The state of a ledger record, in the words of Powertools' idempotency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LedgerState {
    /// An execution works on it.
    InProgress,
    /// It is done; the manifest is published.
    Completed,
    /// Its execution failed.
    Failed,
}

/// A file's record: who works on it, and its history entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerRecord {
    /// The key of the record.
    pub content_id: ContentId,
    /// The state.
    pub state: LedgerState,
    /// The execution that works on it, or was the last to.
    pub owner: Execution,
    /// When the claim lapses by itself. It outlasts the state machine's timeout.
    pub lease_expires_at: DateTime<Utc>,
    /// What the first claim fixed.
    pub run: Run,
    /// The results, once it is completed.
    pub results: Option<RunResults>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// The name of the error that it failed with.
    pub error: Option<String>,
}

impl LedgerRecord {
    /// How the run ended, if it has.
    pub fn outcome(&self) -> Option<Outcome> {
        self.results.as_ref().map(|results| results.outcome)
    }

    /// Whether this execution has begun the run or taken it over: a rerun that it was to begin is then
    /// begun, even if another execution has taken that over since.
    pub fn is_run_of(&self, execution: &Execution) -> bool {
        self.owner.id == execution.id || self.run.correlation_id == execution.name
    }

    /// Applies [`Ledger::complete`], for adapters that decide inside a transaction.
    pub fn complete(
        &mut self,
        owner: &Execution,
        results: &RunResults,
        now: DateTime<Utc>,
    ) -> StepResult<()> {
        if self.owner.id != owner.id {
            return Err(StepError::new(
                ErrorKind::PreconditionFailed,
                "the run belongs to another execution by now",
            )
            .with("correlation_id", &self.run.correlation_id)
            .with("owner", &self.owner.name));
        }
        if self.state != LedgerState::Completed {
            self.state = LedgerState::Completed;
            self.results = Some(results.clone());
            self.completed_at = Some(now);
            self.error = None;
        }
        Ok(())
    }

    /// Applies [`Ledger::fail`], for adapters that decide inside a transaction.
    pub fn fail(&mut self, owner_id: &str, error: &str) -> bool {
        let applies = self.state == LedgerState::InProgress && self.owner.id == owner_id;
        if applies {
            self.state = LedgerState::Failed;
            self.error = Some(error.to_owned());
        }
        applies
    }
}

/// A wish to own a run.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// What is claimed.
    pub content_id: ContentId,
    /// The run as this execution would fix it, were it the first.
    pub run: Run,
    /// The execution.
    pub owner: Execution,
    /// When the claim is to lapse.
    pub lease_expires_at: DateTime<Utc>,
    /// Now, by the caller's clock.
    pub now: DateTime<Utc>,
    /// Claim a completed record too, as a new run.
    pub rerun: bool,
    /// The execution that was proven dead: its claim is void, if it is still the owner.
    pub dead_owner: Option<String>,
}

impl ClaimRequest {
    /// The record as this claim leaves it, or else the present one, which withstands it.
    ///
    /// The one statement of the rules of [`Ledger::claim`], for adapters that decide inside a
    /// transaction.
    pub fn decide<'p>(
        &self,
        present: Option<&'p LedgerRecord>,
    ) -> Result<LedgerRecord, &'p LedgerRecord> {
        let run = match present {
            None => &self.run,
            Some(record) => {
                let mine = record.owner.id == self.owner.id;
                let rerun = self.rerun && !record.is_run_of(&self.owner);
                let lapsed = record.lease_expires_at < self.now
                    || self.dead_owner.as_deref() == Some(&record.owner.id);
                let claimable = match record.state {
                    LedgerState::Failed => true,
                    LedgerState::InProgress => mine || lapsed,
                    LedgerState::Completed => rerun,
                };
                if !claimable {
                    return Err(record);
                }
                let anew = rerun && record.state != LedgerState::InProgress;
                if anew { &self.run } else { &record.run }
            }
        };
        Ok(LedgerRecord {
            content_id: self.content_id.clone(),
            state: LedgerState::InProgress,
            owner: self.owner.clone(),
            lease_expires_at: self.lease_expires_at,
            run: run.clone(),
            results: None,
            completed_at: None,
            error: None,
        })
    }

    /// The answer to a claim that succeeded with this run.
    pub fn claimed(&self, run: Run) -> Claim {
        Claim::Claimed { adopted: run.correlation_id != self.owner.name, run: Box::new(run) }
    }
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The run is the caller's. `adopted` tells whether another execution had fixed it.
    Claimed {
        /// The run, as the first claim fixed it.
        run: Box<Run>,
        /// Whether it was taken over: its correlation id is another execution's name.
        adopted: bool,
    },
    /// The record is somebody else's, or done. It is given as it stands.
    Held(Box<LedgerRecord>),
}

/// The table of claims. Every read is consistent, every write conditional.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Claims in one conditional write: succeeds if there is no record, or it is FAILED, or it is
    /// INPROGRESS with its lease lapsed, or owned by the caller, or by `dead_owner`, or it is
    /// COMPLETED, of other executions ([`LedgerRecord::is_run_of`]), and `rerun` is set.
    ///
    /// Whoever takes over adopts the run that the first claim fixed. With `rerun`, a COMPLETED or
    /// FAILED record gives way to the caller's own run instead; a claim that is repeated adopts in any
    /// case, so that a retry gets the same answer, and never reopens what it has begun before.
    async fn claim(&self, request: &ClaimRequest) -> StepResult<Claim>;

    /// Reads a record.
    async fn get(&self, content_id: &ContentId) -> StepResult<Option<LedgerRecord>>;

    /// Closes a record. Succeeds if `owner` owns it and it is INPROGRESS, FAILED (a redrive), or
    /// COMPLETED already (a retry; nothing changes).
    ///
    /// `PreconditionFailed` otherwise, also if there is no record.
    async fn complete(
        &self,
        content_id: &ContentId,
        owner: &Execution,
        results: &RunResults,
        now: DateTime<Utc>,
    ) -> StepResult<()>;

    /// Marks a record FAILED if it is INPROGRESS and owned by `owner_id` (the execution's ARN), and
    /// tells whether it was.
    async fn fail(
        &self,
        content_id: &ContentId,
        owner_id: &str,
        error: &str,
        now: DateTime<Utc>,
    ) -> StepResult<bool>;

    /// Finds the record that an execution owns: of several the one with the latest lease.
    async fn by_owner(&self, owner_id: &str) -> StepResult<Option<LedgerRecord>>;

    /// Reserves a name, for ever. True if it was free or is this holder's already.
    async fn reserve_name(&self, name: &str, holder: &str) -> StepResult<bool>;
}

/// The message id under which a mail is settled that was not to be sent.
pub const MAIL_DISABLED: &str = "disabled";

/// What became of a mail. One mark for each run and kind of mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum SendState {
    /// An attempt began and has not ended.
    Sending {
        /// When it began.
        since: DateTime<Utc>,
    },
    /// It was sent.
    Sent {
        /// When.
        at: DateTime<Utc>,
        /// The id that the mailer gave.
        message_id: String,
    },
}

/// The answer to the wish to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendMark {
    /// The mark is set by this call: send now.
    Begun,
    /// A mark stood there already: do not send.
    Held(SendState),
}

/// The marks that make a mail go out at most once.
#[async_trait]
pub trait SendLog: Send + Sync {
    /// Sets the mark "sending" if there is none, in one conditional write.
    async fn begin(&self, mail_id: &str, now: DateTime<Utc>) -> StepResult<SendMark>;

    /// Turns "sending" into "sent". A "sent" mark stays as it is.
    ///
    /// `PreconditionFailed` if there is no mark.
    async fn sent(&self, mail_id: &str, message_id: &str, now: DateTime<Utc>) -> StepResult<()>;

    /// Removes a "sending" mark after a definite refusal. A "sent" mark stays; without a mark
    /// nothing happens.
    async fn clear(&self, mail_id: &str) -> StepResult<()>;

    /// Reads a mark.
    async fn get(&self, mail_id: &str) -> StepResult<Option<SendState>>;
}
