//! What a build without the feature `aws` answers to everything that is done on AWS.

use std::{
    future::{Ready, ready},
    process::ExitCode,
};

pub(crate) use self::{
    explain as drop, explain as list, explain as redrive, explain as show, explain as verify,
};

pub(crate) fn explain<T>(_: &T) -> Ready<anyhow::Result<ExitCode>> {
    ready(Err(anyhow::anyhow!(
        "this build of sluice works on this machine only; one that reaches AWS is made with \
         `cargo install --path statemachine/sluice --features aws`"
    )))
}
