//! Computes the facts of a processed file with Polars.
