//! An interpreter of JSONata state machines in the Amazon States Language.
mod clock;
mod failure;
mod functions;
mod jsonata;
mod objects;
mod problem;
