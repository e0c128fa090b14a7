//! The record reader.
