//! The dataset contract.
