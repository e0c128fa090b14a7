//! The ports of the pipeline on a laptop: a folder, an embedded ledger, an outbox.
