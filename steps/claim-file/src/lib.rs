//! Idempotency: claims a file for one run, completes the run, fails it.
