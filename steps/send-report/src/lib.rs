//! Renders the report and sends it, at most once.
