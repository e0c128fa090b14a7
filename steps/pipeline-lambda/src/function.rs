//! A function that is starting.

use lambda_runtime::{Runtime, service_fn};
use pipeline_core::error::StepResult;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Environment, Metrics, StartError, boundary::Boundary, log::Log};

/// A function that is starting: its environment, and the loop that it ends in.
#[derive(Debug)]
pub struct Function {
    pub(crate) step: &'static str,
    pub(crate) environment: Environment,
    pub(crate) log: Log,
}

impl Function {
    /// The variables that configure the function.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Calls the step with each event, until Lambda ends the process.
    ///
    /// An event that is not an `I` is an `InvalidEventError`, and the step is not called. A panic, and
    /// an output that no state can carry, is an `InternalError`. The step also gives its metrics,
    /// where there is something to measure; its duration is measured in any case.
    pub async fn serve<I, O>(
        &self,
        step: impl AsyncFn(I) -> StepResult<(O, Option<Metrics>)>,
    ) -> Result<(), StartError>
    where
        I: DeserializeOwned,
        O: Serialize,
    {
        let boundary = Boundary {
            step: self.step,
            pipeline: self.environment.required("SLUICE_PIPELINE")?.to_owned(),
            log: self.log,
        };
        let handler = service_fn(|event| boundary.call(&step, event));
        Runtime::new(handler).run().await.map_err(StartError::runtime)
    }
}
