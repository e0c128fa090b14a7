//! Comments on the facts: the deterministic analyst, the model, and the check of every number.
