//! The names of state machines and executions.

use std::{fmt, str::FromStr};

use anyhow::{Context, bail};

/// A state machine: `arn:<partition>:states:<region>:<account>:stateMachine:<name>`. A version or an alias
/// behind the name is left out, since executions do not carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StateMachineArn {
    partition: String,
    region: String,
    account: String,
    name: String,
}

impl StateMachineArn {
    /// The region, which is the one to ask.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// The account that it belongs to.
    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// The ARN of its execution of this name.
    pub(super) fn execution(&self, execution: &str) -> String {
        let Self { partition, region, account, name } = self;
        format!("arn:{partition}:states:{region}:{account}:execution:{name}:{execution}")
    }

    /// The page of an execution in AWS's console.
    pub(super) fn console(&self, execution_arn: &str) -> String {
        let domain = match self.partition.as_str() {
            "aws-cn" => "amazonaws.cn",
            "aws-us-gov" => "amazonaws-us-gov.com",
            _ => "aws.amazon.com",
        };
        let region = &self.region;
        format!(
            "https://{region}.console.{domain}/states/home?region={region}#/v2/executions/details/{execution_arn}"
        )
    }
}

impl fmt::Display for StateMachineArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, region, account, name } = self;
        write!(f, "arn:{partition}:states:{region}:{account}:stateMachine:{name}")
    }
}

impl FromStr for StateMachineArn {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match parts(text) {
            Some((arn, "stateMachine", _)) => Ok(arn),
            _ => bail!(
                "{text:?} is not the ARN of a state machine, which is like \
                 arn:aws:states:eu-west-1:111122223333:stateMachine:sluice-dev"
            ),
        }
    }
}

/// The machine, the kind of the resource, and what stands behind the machine's name.
fn parts(text: &str) -> Option<(StateMachineArn, &str, Option<&str>)> {
    let mut parts = text.splitn(8, ':');
    let mut next = || parts.next().filter(|part| !part.is_empty());
    if next()? != "arn" {
        return None;
    }
    let partition = next()?.to_owned();
    if next()? != "states" {
        return None;
    }
    let (region, account) = (next()?.to_owned(), next()?.to_owned());
    let kind = next()?;
    let name = next()?.to_owned();
    Some((StateMachineArn { partition, region, account, name }, kind, next()))
}

/// An execution as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ExecutionId {
    /// Its whole name.
    Name(String),
    /// The beginning of its name, or all of it.
    Beginning(String),
}

impl ExecutionId {
    /// Reads an ARN, or a name beside the ARN of its state machine.
    pub(super) fn read(
        run: &str,
        state_machine: Option<&str>,
    ) -> anyhow::Result<(StateMachineArn, Self)> {
        if run.starts_with("arn:") {
            return match parts(run) {
                Some((machine, "execution", Some(name))) => {
                    Ok((machine, Self::Name(name.to_owned())))
                }
                _ => bail!(
                    "{run:?} is not the ARN of an execution, which is like \
                     arn:aws:states:eu-west-1:111122223333:execution:sluice-dev:3f2a…"
                ),
            };
        }
        let machine = state_machine.context(
            "name the state machine with --state-machine or SLUICE_STATE_MACHINE, or give the ARN of the execution",
        )?;
        Ok((machine.parse()?, Self::Beginning(run.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:sluice-dev";

    #[test]
    fn a_state_machine_is_read_with_or_without_its_version() {
        for text in [MACHINE.to_owned(), format!("{MACHINE}:live"), format!("{MACHINE}:7")] {
            let arn: StateMachineArn = text.parse().unwrap();
            assert_eq!(arn.to_string(), MACHINE);
            assert_eq!((arn.region(), arn.account()), ("eu-west-1", "111122223333"));
            assert_eq!(
                arn.execution("x"),
                "arn:aws:states:eu-west-1:111122223333:execution:sluice-dev:x"
            );
        }
        for text in ["", "sluice-dev", "arn:aws:states:eu-west-1::stateMachine:x", "arn:aws:s3:::b"]
        {
            assert!(text.parse::<StateMachineArn>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_execution_is_named_by_arn_or_beside_its_machine() {
        let arn = "arn:aws:states:eu-west-1:111122223333:execution:sluice-dev:a_b";
        let (machine, id) = ExecutionId::read(arn, None).unwrap();
        assert_eq!((machine.to_string().as_str(), id), (MACHINE, ExecutionId::Name("a_b".into())));
        let (machine, id) = ExecutionId::read("a_", Some(MACHINE)).unwrap();
        assert_eq!(machine.to_string(), MACHINE);
        assert_eq!(id, ExecutionId::Beginning("a_".into()));
        assert!(ExecutionId::read("a_", None).is_err());
        assert!(ExecutionId::read(MACHINE, None).is_err());
    }
}
