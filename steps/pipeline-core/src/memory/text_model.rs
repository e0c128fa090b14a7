//! A text model that answers by script.

use std::{collections::VecDeque, sync::Mutex};

use async_trait::async_trait;

use super::lock;
use crate::{
    error::{ErrorKind, StepError, StepResult},
    ports::{ModelReply, ModelRequest, TextModel},
};

/// A model that replies by script and remembers what it was asked.
#[derive(Debug, Default)]
pub struct ScriptedModel {
    script: Mutex<VecDeque<Result<ModelReply, ErrorKind>>>,
    requests: Mutex<Vec<ModelRequest>>,
}

impl ScriptedModel {
    /// A model that gives these replies in turn. After the script it is `DependencyUnavailable`.
    pub fn replying(script: impl IntoIterator<Item = Result<ModelReply, ErrorKind>>) -> Self {
        let model = Self::default();
        model.then_reply(script);
        model
    }

    /// Has it give these replies after those that it has still to give.
    pub fn then_reply(&self, script: impl IntoIterator<Item = Result<ModelReply, ErrorKind>>) {
        lock(&self.script).extend(script);
    }

    /// What it was asked, in order.
    pub fn requests(&self) -> Vec<ModelRequest> {
        lock(&self.requests).clone()
    }
}

#[async_trait]
impl TextModel for ScriptedModel {
    async fn converse(&self, request: &ModelRequest) -> StepResult<ModelReply> {
        lock(&self.requests).push(request.clone());
        let reply = lock(&self.script).pop_front();
        reply
            .unwrap_or(Err(ErrorKind::DependencyUnavailable))
            .map_err(|kind| StepError::new(kind, "the model failed by script"))
    }
}
