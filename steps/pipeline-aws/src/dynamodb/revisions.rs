//! Items that are changed by optimistic locking.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{DateTime, TimeDelta, Utc};
use pipeline_core::error::{ErrorKind, StepError, StepResult};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::table::{CONDITION_FAILED, Table, text};
use crate::backoff::pause;

/// Days after its last change that an item of the ledger or of the send log may be removed. Files and
/// outputs expire after a year, and what is known of a file is kept longer than the file. The removal
/// saves space and means nothing else: readers ignore the date.
const RETENTION_DAYS: i64 = 400;

/// The partition key of the ledger and of the send log.
pub(super) const KEY: &str = "pk";

/// How often a change is decided anew. Each time another writer succeeded, so the writers that compete
/// become fewer; this is the limit in case that fails.
pub(super) const ATTEMPTS: u32 = 40;

/// An item with its revision.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Revised<T> {
    pk: String,
    /// A UUID that is new with each change. A counter would begin again after an item was removed,
    /// and a writer from before could not tell.
    revision: String,
    /// Seconds since the epoch after which the item may be removed, to save space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(flatten)]
    pub(super) body: T,
}

/// What became of a conditional write.
pub(super) enum Written<T> {
    /// It is done.
    Done,
    /// Another state stands there, or nothing.
    Found(Option<Revised<T>>),
}

/// When an item that is changed now may be removed.
pub(super) fn retained_until(now: DateTime<Utc>) -> i64 {
    (now + TimeDelta::days(RETENTION_DAYS)).timestamp()
}

impl Table {
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        pk: &str,
    ) -> StepResult<Option<Revised<T>>> {
        self.get(KEY, pk).await?.map(|item| self.decode(item)).transpose()
    }

    /// Writes, if what stands there is still what was seen: nothing, or one revision.
    ///
    /// A write whose answer was lost, and that the SDK repeated, recognises its own revision.
    pub(super) async fn write<T: Serialize + DeserializeOwned>(
        &self,
        pk: &str,
        body: &T,
        seen: Option<&Revised<T>>,
        expires_at: Option<i64>,
    ) -> StepResult<Written<T>> {
        let revision = Uuid::new_v4().to_string();
        let item = Revised { pk: pk.to_owned(), revision: revision.clone(), expires_at, body };
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(self.encode(&item)?))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match seen {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(seen) => put
                .condition_expression("revision = :seen")
                .expression_attribute_values(":seen", text(&seen.revision)),
        };
        let Err(error) = put.send().await else {
            return Ok(Written::Done);
        };
        let Some(PutItemError::ConditionalCheckFailedException(failed)) = error.as_service_error()
        else {
            return Err(self.error("dynamodb:PutItem", error));
        };
        let found: Option<Revised<T>> =
            failed.item().cloned().map(|item| self.decode(item)).transpose()?;
        Ok(match found {
            Some(found) if found.revision == revision => Written::Done,
            found => Written::Found(found),
        })
    }

    /// Changes an item as `change` decides, once on each state of it that is met; `None` leaves it.
    /// Tells whether it was changed.
    pub(super) async fn change<T: Serialize + DeserializeOwned + Send + Sync>(
        &self,
        pk: &str,
        now: DateTime<Utc>,
        change: impl Fn(Option<&T>) -> StepResult<Option<T>> + Send,
    ) -> StepResult<bool> {
        let mut seen: Option<Revised<T>> = self.read(pk).await?;
        for attempt in 0..ATTEMPTS {
            let Some(changed) = change(seen.as_ref().map(|seen| &seen.body))? else {
                return Ok(false);
            };
            match self.write(pk, &changed, seen.as_ref(), Some(retained_until(now))).await? {
                Written::Done => return Ok(true),
                Written::Found(found) => seen = found,
            }
            pause(attempt).await;
        }
        Err(self.contended())
    }

    /// Too many others changed the same item.
    pub(super) fn contended(&self) -> StepError {
        StepError::new(ErrorKind::Throttled, "other executions keep changing the same item")
            .with("table", &self.name)
    }

    /// Removes an item if it is still what was seen. If it is not, it stays, and that is no error.
    pub(super) async fn remove<T>(&self, seen: &Revised<T>) -> StepResult<()> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key(KEY, text(&seen.pk))
            .condition_expression("revision = :seen")
            .expression_attribute_values(":seen", text(&seen.revision))
            .send()
            .await;
        match deleted {
            Err(error) if error.code() != CONDITION_FAILED => {
                Err(self.error("dynamodb:DeleteItem", error))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Adds to a set of texts, which is made if there is none.
    pub(super) async fn add_to_set(
        &self,
        pk: &str,
        set: &str,
        member: &str,
        expires_at: i64,
    ) -> StepResult<()> {
        self.client
            .update_item()
            .table_name(&self.name)
            .key(KEY, text(pk))
            .update_expression("ADD #set :member SET expires_at = :expires_at")
            .expression_attribute_names("#set", set)
            .expression_attribute_values(":member", AttributeValue::Ss(vec![member.to_owned()]))
            .expression_attribute_values(":expires_at", AttributeValue::N(expires_at.to_string()))
            .send()
            .await
            .map_err(|error| self.error("dynamodb:UpdateItem", error))?;
        Ok(())
    }
}
