//! What the adapters warn of without failing, such as an upload that could not be aborted.

use std::fmt::Debug;

use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer, filter::Targets, layer::Context, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::log::{Level, Log};

/// The only crate whose tracing is heard: `lambda_runtime` and the SDK would log payloads.
const TARGET: &str = "pipeline_aws";

/// Lets the adapters' warnings into the log, for the rest of the process.
pub(crate) fn subscribe(log: Log) {
    let filter = Targets::new().with_target(TARGET, LevelFilter::WARN);
    // A second start in one process, as in tests, finds a subscriber and keeps it.
    let _ = tracing_subscriber::registry().with(Warnings(log).with_filter(filter)).try_init();
}

struct Warnings(Log);

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let message = fields.message.as_deref().unwrap_or("an adapter warns");
        self.0.write(Level::Warn, message, &Value::Object(fields.others));
    }
}

#[derive(Default)]
struct Fields {
    message: Option<String>,
    others: Map<String, Value>,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.others.insert(field.name().to_owned(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = Some(text);
        } else {
            self.others.insert(field.name().to_owned(), text.into());
        }
    }
}
