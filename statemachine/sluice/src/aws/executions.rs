//! The executions of a state machine: listed, found, read.

use std::time::Duration;

use anyhow::{anyhow, bail};
use aws_sdk_sfn::{
    Client,
    config::{Builder, Region, retry::RetryConfig, timeout::TimeoutConfig},
    operation::describe_execution::{DescribeExecutionError, DescribeExecutionOutput},
    primitives::DateTime as SdkDateTime,
    types::{ExecutionListItem, ExecutionStatus},
};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{
    access::Access,
    arn::{ExecutionId, StateMachineArn},
    events,
    explain::Attempt,
};
use crate::{
    cli::AccessArgs,
    history::{Execution, Header, ambiguous},
};

/// How many executions a page may hold.
const PAGE: usize = 1_000;

/// How many names are searched for one that begins as a person says.
const MAX_SEARCHED: usize = 20_000;

/// How many executions are read at once: the quotas of these calls are small, and shared.
const AT_ONCE: usize = 5;

/// The calls are small and answered in milliseconds. They are tried often, since a person may watch an
/// execution for hours.
const CONNECT: Duration = Duration::from_secs(3);
const READ: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 6;

/// A state machine.
pub(super) struct StateMachine {
    sfn: Client,
    arn: StateMachineArn,
}

impl StateMachine {
    /// Opens a state machine with a connection of its own.
    pub(super) async fn open(args: &AccessArgs, arn: StateMachineArn) -> anyhow::Result<Self> {
        let access = Access::open(args, Some(arn.region())).await?;
        Self::new(&access, arn)
    }

    /// A state machine is asked in its own region, whatever the region of the connection.
    pub(super) fn new(access: &Access, arn: StateMachineArn) -> anyhow::Result<Self> {
        access.reaches(&arn)?;
        let region = Region::new(arn.region().to_owned());
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(READ).build();
        let config = Builder::from(access.connection.sdk_config())
            .region(region)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .build();
        Ok(Self { sfn: Client::from_conf(config), arn })
    }

    /// Its ARN.
    pub(super) const fn arn(&self) -> &StateMachineArn {
        &self.arn
    }

    /// Its client, for what is done with an execution.
    pub(super) const fn sfn(&self) -> &Client {
        &self.sfn
    }

    /// The newest executions, newest first, with their last events.
    pub(super) async fn list(
        &self,
        status: Option<&str>,
        limit: usize,
    ) -> anyhow::Result<Vec<Execution>> {
        let status = status.map(|status| ExecutionStatus::from(&*status.to_ascii_uppercase()));
        let mut arns: Vec<String> = Vec::new();
        let mut token = None;
        while arns.len() < limit {
            let (page, next) = self.page(status.clone(), limit - arns.len(), token).await?;
            arns.extend(page.into_iter().map(|item| item.execution_arn));
            token = next;
            if token.is_none() {
                break;
            }
        }
        arns.truncate(limit);
        stream::iter(arns)
            .map(|arn| async move {
                let mut execution = self.describe(&arn).await?;
                execution.events = events::last_events(&self.sfn, &arn).await?;
                anyhow::Ok(execution)
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    /// The ARN of the one execution that is meant.
    pub(super) async fn find(&self, run: &ExecutionId) -> anyhow::Result<String> {
        let beginning = match run {
            ExecutionId::Name(name) => return Ok(self.arn.execution(name)),
            ExecutionId::Beginning(beginning) => beginning,
        };
        let mut found: Vec<String> = Vec::new();
        let mut searched = 0;
        let mut token = None;
        while searched < MAX_SEARCHED {
            let (page, next) = self.page(None, PAGE, token).await?;
            searched += page.len();
            for ExecutionListItem { name, execution_arn, .. } in page {
                if name == *beginning {
                    return Ok(execution_arn);
                }
                if name.starts_with(beginning) {
                    found.push(name);
                }
            }
            token = next;
            if token.is_none() {
                break;
            }
        }
        match found.as_slice() {
            [] => bail!(
                "none of the {searched} newest executions has a name that begins with {beginning:?}; `sluice executions --state-machine {}` lists them",
                self.arn
            ),
            [name] => Ok(self.arn.execution(name)),
            _ => Err(ambiguous(beginning, &found)),
        }
    }

    /// One execution with its whole history.
    pub(super) async fn load(&self, execution_arn: &str) -> anyhow::Result<Execution> {
        let mut execution = self.describe(execution_arn).await?;
        execution.events = events::history(&self.sfn, execution_arn).await?;
        Ok(execution)
    }

    /// One execution without its history.
    pub(super) async fn describe(&self, execution_arn: &str) -> anyhow::Result<Execution> {
        execution_of(self.answer(execution_arn).await?)
    }

    /// One execution without its history; `None` if `DescribeExecution` does not know it, which of one
    /// that was just listed means not yet: neither answer is consistent.
    pub(super) async fn describe_if_known(
        &self,
        execution_arn: &str,
    ) -> anyhow::Result<Option<Execution>> {
        let attempt = Attempt { action: "states:DescribeExecution", resource: execution_arn };
        match self.sfn.describe_execution().execution_arn(execution_arn).send().await {
            Ok(answer) => execution_of(answer).map(Some),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeExecutionError::is_execution_does_not_exist) =>
            {
                Ok(None)
            }
            Err(error) => Err(attempt.failed(&error)),
        }
    }

    /// What `DescribeExecution` says.
    pub(super) async fn answer(
        &self,
        execution_arn: &str,
    ) -> anyhow::Result<DescribeExecutionOutput> {
        let attempt = Attempt { action: "states:DescribeExecution", resource: execution_arn };
        let answer = self.sfn.describe_execution().execution_arn(execution_arn).send().await;
        answer.map_err(|error| attempt.failed(&error))
    }

    /// The state that an execution entered last.
    pub(super) async fn last_state(&self, execution_arn: &str) -> anyhow::Result<Option<String>> {
        let events = events::last_events(&self.sfn, execution_arn).await?;
        let mut names =
            events.iter().rev().map(|event| event["stateEnteredEventDetails"]["name"].as_str());
        Ok(names.find_map(|name| name.map(str::to_owned)))
    }

    /// A page of the list, newest first, and the token of the next one.
    pub(super) async fn page(
        &self,
        status: Option<ExecutionStatus>,
        limit: usize,
        token: Option<String>,
    ) -> anyhow::Result<(Vec<ExecutionListItem>, Option<String>)> {
        let machine = self.arn.to_string();
        let attempt = Attempt { action: "states:ListExecutions", resource: &machine };
        let answer = self
            .sfn
            .list_executions()
            .state_machine_arn(&machine)
            .set_status_filter(status)
            .max_results(i32::try_from(limit.clamp(1, PAGE))?)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| attempt.failed(&error))?;
        Ok((answer.executions, answer.next_token))
    }
}

fn execution_of(answer: DescribeExecutionOutput) -> anyhow::Result<Execution> {
    let json = |text: Option<String>| {
        text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)))
    };
    Ok(Execution {
        header: Header {
            name: name_of(&answer.execution_arn).to_owned(),
            execution_arn: answer.execution_arn,
            start_date: time(&answer.start_date)?,
            input: json(answer.input).unwrap_or_default(),
        },
        status: answer.status.as_str().to_owned(),
        stop_date: answer.stop_date.as_ref().map(time).transpose()?,
        redrive_count: answer.redrive_count.and_then(|count| count.try_into().ok()).unwrap_or(0),
        output: json(answer.output),
        error: answer.error,
        cause: answer.cause,
        events: Vec::new(),
    })
}

/// The name in an execution's ARN, which is the last part.
fn name_of(execution_arn: &str) -> &str {
    execution_arn.rsplit(':').next().unwrap_or(execution_arn)
}

fn time(time: &SdkDateTime) -> anyhow::Result<DateTime<Utc>> {
    DateTime::from_timestamp(time.secs(), time.subsec_nanos())
        .ok_or_else(|| anyhow!("AWS gave a time that is none: {time}"))
}
