//! The step `analyze`.
#![allow(dead_code, unused_imports)]
mod analyst;
mod check;
mod plan;
mod statement;
mod wording;
