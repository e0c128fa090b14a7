//! The in-memory adapters keep the promises of their ports, and so does the machine's clock.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{sync::Mutex, time::SystemTime};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use pipeline_core::{
    analysis::AnalysisItem,
    conformance::{
        analysis_store::Stored, clock::Timed, event_bus::Published, execution_probe::Lifecycle,
        mailer::Delivered, samples, text_model::Scripted,
    },
    error::ErrorKind,
    events::DomainEvent,
    memory::{
        MemoryAnalysisStore, MemoryExecutions, MemoryLedger, MemorySendLog, MemoryStore,
        RecordedEvents, ScriptedMailer, ScriptedModel, SettableClock,
    },
    ports::{
        AnalysisStore, Clock, EventBus, ExecutionProbe, Mailer, ModelReply, SystemClock, TextModel,
    },
};

/// A fresh adapter, or a fixture around one.
async fn fresh<T: Default>() -> Box<T> {
    Box::default()
}

/// An adapter that shows what the suite has to see.
#[derive(Default)]
struct Observed<T>(T);

#[async_trait]
impl Stored for Observed<MemoryAnalysisStore> {
    fn store(&self) -> &dyn AnalysisStore {
        &self.0
    }

    async fn items(&self) -> Vec<AnalysisItem> {
        self.0.items()
    }
}

#[async_trait]
impl Published for Observed<RecordedEvents> {
    fn bus(&self) -> &dyn EventBus {
        &self.0
    }

    async fn published(&self) -> Vec<DomainEvent> {
        self.0.all()
    }
}

#[async_trait]
impl Delivered for Observed<ScriptedMailer> {
    fn mailer(&self) -> &dyn Mailer {
        &self.0
    }

    async fn delivered(&self) -> Vec<Vec<u8>> {
        self.0.sent().into_iter().map(|mail| mail.mime).collect()
    }
}

#[async_trait]
impl Lifecycle for Observed<MemoryExecutions> {
    fn probe(&self) -> &dyn ExecutionProbe {
        &self.0
    }

    async fn start(&self, name: &str) -> String {
        let id = samples::execution(name).id;
        self.0.start(&id);
        id
    }

    async fn end(&self, execution_id: &str) {
        self.0.end(execution_id);
    }
}

#[async_trait]
impl Scripted for Observed<ScriptedModel> {
    fn model(&self) -> &dyn TextModel {
        &self.0
    }

    fn model_id(&self) -> String {
        "model-1".into()
    }

    async fn script(&self, answers: Vec<Result<ModelReply, ErrorKind>>) {
        self.0.then_reply(answers);
    }
}

#[async_trait]
impl Timed for Observed<SystemClock> {
    fn clock(&self) -> &dyn Clock {
        &self.0
    }

    fn time(&self) -> DateTime<Utc> {
        SystemTime::now().into()
    }

    async fn wait(&self, duration: TimeDelta) {
        std::thread::sleep(duration.to_std().unwrap_or_default());
    }
}

/// A clock that is set, and the time that it is set to.
#[derive(Default)]
struct SetClock {
    clock: SettableClock,
    time: Mutex<DateTime<Utc>>,
}

#[async_trait]
impl Timed for SetClock {
    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn time(&self) -> DateTime<Utc> {
        *self.time.lock().unwrap()
    }

    async fn wait(&self, duration: TimeDelta) {
        let mut time = self.time.lock().unwrap();
        *time += duration;
        self.clock.set(*time);
    }
}

mod machine {
    use super::{Observed, SystemClock, fresh};

    pipeline_core::conformance!(clock, fresh::<Observed<SystemClock>>);
}

pipeline_core::conformance!(analysis_store, fresh::<Observed<MemoryAnalysisStore>>);
pipeline_core::conformance!(clock, fresh::<SetClock>);
pipeline_core::conformance!(event_bus, fresh::<Observed<RecordedEvents>>);
pipeline_core::conformance!(execution_probe, fresh::<Observed<MemoryExecutions>>);
pipeline_core::conformance!(ledger, fresh::<MemoryLedger>);
pipeline_core::conformance!(mailer, fresh::<Observed<ScriptedMailer>>);
pipeline_core::conformance!(object_store, fresh::<MemoryStore>);
pipeline_core::conformance!(send_log, fresh::<MemorySendLog>);
pipeline_core::conformance!(text_model, fresh::<Observed<ScriptedModel>>);
