//! In-memory adapters of the ports.
