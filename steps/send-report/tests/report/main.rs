//! The step through its one door, over the in-memory adapters.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod at_most_once;
mod commentary;
mod failure;
mod finished_run;
mod hostile;
mod mail;
mod page;
