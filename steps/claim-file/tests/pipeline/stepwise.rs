//! The ports of a pipeline, with a pause before each call: whoever polls a step decides after each call
//! whether it goes on, waits, dies, or fails in its next one.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use claim_file::Ports;
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    events::DomainEvent,
    ports::{
        Claim, ClaimRequest, ContentId, EventBus, ExecutionProbe, Ledger, LedgerRecord, Metadata,
        ObjectInfo, ObjectReader, ObjectStore, ObjectWriter, Publication, SendLog, SendMark,
        SendState,
    },
    results::RunResults,
    run::Execution,
};

use super::Pipeline;

/// Gives way once.
pub(crate) async fn pause() {
    let mut paused = false;
    poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

/// Lets a future go on to its next pause. Gives what it ends with.
pub(crate) fn step<T>(future: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Lets a future go on over so many pauses, and drops it there. Gives what it ended with, if it did.
pub(crate) fn steps<T>(future: impl Future<Output = T>, pauses: usize) -> Option<T> {
    let mut future = pin!(future);
    (0..=pauses).find_map(|_| step(future.as_mut()))
}

/// Lets a future go on to its end.
pub(crate) fn finish<T>(future: impl Future<Output = T>) -> T {
    steps(future, 10_000).unwrap()
}

/// What the ledger granted, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Granted {
    Claim { owner: String, correlation_id: String },
    Completion { owner: String },
}

/// How a call of a port fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing is done.
    Refused,
    /// It is done, but the caller is not told.
    AnswerLost,
}

/// What is to go wrong in the next call.
#[derive(Clone, Default)]
struct Faults(Arc<Mutex<Option<Fault>>>);

impl Faults {
    /// Makes a call of a port.
    async fn call<T>(&self, call: impl Future<Output = StepResult<T>>) -> StepResult<T> {
        pause().await;
        let fault = self.0.lock().unwrap().take();
        match fault {
            None => return call.await,
            Some(Fault::Refused) => {}
            Some(Fault::AnswerLost) => drop(call.await?),
        }
        Err(StepError::new(ErrorKind::DependencyUnavailable, "the call is to fail"))
    }
}

pub(crate) struct Stepwise<'a> {
    pipeline: &'a Pipeline,
    granted: Mutex<Vec<Granted>>,
    faults: Faults,
}

impl<'a> Stepwise<'a> {
    pub(crate) fn new(pipeline: &'a Pipeline) -> Self {
        Self { pipeline, granted: Mutex::default(), faults: Faults::default() }
    }

    pub(crate) fn ports(&self) -> Ports<'_> {
        Ports {
            store: self,
            ledger: self,
            send_log: self,
            executions: self,
            events: self,
            clock: &self.pipeline.clock,
        }
    }

    /// Lets a future make its next call in vain.
    pub(crate) fn step_into<T>(
        &self,
        fault: Fault,
        future: Pin<&mut (impl Future<Output = T> + ?Sized)>,
    ) -> Option<T> {
        *self.faults.0.lock().unwrap() = Some(fault);
        let output = step(future);
        *self.faults.0.lock().unwrap() = None;
        output
    }

    pub(crate) fn granted(&self) -> Vec<Granted> {
        self.granted.lock().unwrap().clone()
    }

    fn grant(&self, granted: Granted) {
        self.granted.lock().unwrap().push(granted);
    }
}

#[async_trait]
impl Ledger for Stepwise<'_> {
    async fn claim(&self, request: &ClaimRequest) -> StepResult<Claim> {
        let claim = async {
            let claim = self.pipeline.ledger.claim(request).await?;
            if let Claim::Claimed { run, .. } = &claim {
                let correlation_id = run.correlation_id.clone();
                self.grant(Granted::Claim { owner: request.owner.name.clone(), correlation_id });
            }
            Ok(claim)
        };
        self.faults.call(claim).await
    }

    async fn get(&self, content_id: &ContentId) -> StepResult<Option<LedgerRecord>> {
        self.faults.call(self.pipeline.ledger.get(content_id)).await
    }

    async fn complete(
        &self,
        content_id: &ContentId,
        owner: &Execution,
        results: &RunResults,
        now: DateTime<Utc>,
    ) -> StepResult<()> {
        let complete = async {
            self.pipeline.ledger.complete(content_id, owner, results, now).await?;
            self.grant(Granted::Completion { owner: owner.name.clone() });
            Ok(())
        };
        self.faults.call(complete).await
    }

    async fn fail(
        &self,
        content_id: &ContentId,
        owner_id: &str,
        error: &str,
        now: DateTime<Utc>,
    ) -> StepResult<bool> {
        self.faults.call(self.pipeline.ledger.fail(content_id, owner_id, error, now)).await
    }

    async fn by_owner(&self, owner_id: &str) -> StepResult<Option<LedgerRecord>> {
        self.faults.call(self.pipeline.ledger.by_owner(owner_id)).await
    }

    async fn reserve_name(&self, name: &str, holder: &str) -> StepResult<bool> {
        self.faults.call(self.pipeline.ledger.reserve_name(name, holder)).await
    }
}

#[async_trait]
impl SendLog for Stepwise<'_> {
    async fn begin(&self, mail_id: &str, now: DateTime<Utc>) -> StepResult<SendMark> {
        self.faults.call(self.pipeline.send_log.begin(mail_id, now)).await
    }

    async fn sent(&self, mail_id: &str, message_id: &str, now: DateTime<Utc>) -> StepResult<()> {
        self.faults.call(self.pipeline.send_log.sent(mail_id, message_id, now)).await
    }

    async fn clear(&self, mail_id: &str) -> StepResult<()> {
        self.faults.call(self.pipeline.send_log.clear(mail_id)).await
    }

    async fn get(&self, mail_id: &str) -> StepResult<Option<SendState>> {
        self.faults.call(self.pipeline.send_log.get(mail_id)).await
    }
}

#[async_trait]
impl ExecutionProbe for Stepwise<'_> {
    async fn is_running(&self, execution_id: &str) -> StepResult<bool> {
        self.faults.call(self.pipeline.executions.is_running(execution_id)).await
    }
}

#[async_trait]
impl EventBus for Stepwise<'_> {
    async fn publish(&self, event: &DomainEvent) -> StepResult<()> {
        self.faults.call(self.pipeline.events.publish(event)).await
    }
}

#[async_trait]
impl ObjectStore for Stepwise<'_> {
    async fn head(&self, key: &str, version_id: Option<&str>) -> StepResult<ObjectInfo> {
        self.faults.call(self.pipeline.store.head(key, version_id)).await
    }

    async fn get(&self, key: &str, version_id: Option<&str>) -> StepResult<Box<dyn ObjectReader>> {
        self.faults.call(self.pipeline.store.get(key, version_id)).await
    }

    async fn put(&self, key: &str, content_type: &str) -> StepResult<Box<dyn ObjectWriter>> {
        let writer = self.pipeline.store.put(key, content_type).await?;
        Ok(Box::new(StepwiseWriter { writer, faults: self.faults.clone() }))
    }
}

struct StepwiseWriter {
    writer: Box<dyn ObjectWriter>,
    faults: Faults,
}

#[async_trait]
impl ObjectWriter for StepwiseWriter {
    async fn write(&mut self, bytes: Bytes) -> StepResult<()> {
        self.writer.write(bytes).await
    }

    async fn finish(
        self: Box<Self>,
        metadata: Metadata,
        publication: Publication,
    ) -> StepResult<ObjectInfo> {
        self.faults.call(self.writer.finish(metadata, publication)).await
    }
}
