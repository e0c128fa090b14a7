//! Panics: caught where an invocation ends, and never lost elsewhere.

use std::{
    panic::PanicHookInfo,
    sync::{Mutex, PoisonError},
};

use serde_json::json;

use crate::{
    failure::bounded,
    log::{Level, Log},
};

/// The most bytes of a panic's message.
const MAX_MESSAGE_BYTES: usize = 1_000;

/// The last panic, until [`take`] takes it.
static PENDING: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the message and place of a panic for [`take`], instead of text on standard error. A second
/// one before the first is taken may be the end of the process, so it is logged on the spot.
pub(crate) fn keep(log: Log) {
    std::panic::set_hook(Box::new(move |panic| {
        let text = describe(panic);
        let mut pending = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.is_some() {
            log.write(Level::Error, "panicked", &json!({"error_message": text}));
        } else {
            *pending = Some(text);
        }
    }));
}

/// The panic since the last call, such as `index out of bounds … (src/x.rs:1:2)`.
pub(crate) fn take() -> Option<String> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn describe(panic: &PanicHookInfo<'_>) -> String {
    let message = panic.payload_as_str().unwrap_or("a panic without a message");
    let place = panic.location().map_or_else(String::new, |place| format!(" ({place})"));
    bounded(without_the_text(message).to_owned(), MAX_MESSAGE_BYTES) + &place
}

/// The standard library quotes the text that was cut between two bytes of a character; it may be a row.
fn without_the_text(message: &str) -> &str {
    message.split_once(" of `").map_or(message, |(fault, _)| fault)
}
