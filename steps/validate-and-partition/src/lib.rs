//! Validates a CSV against its contract and partitions its rows into processed and rejected.
