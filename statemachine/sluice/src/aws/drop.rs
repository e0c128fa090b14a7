//! `sluice drop`: files go to the bucket, and the execution that each of them starts is followed.

use std::{path::Path, process::ExitCode, time::Duration};

use anyhow::{Context, anyhow, bail};
use aws_sdk_s3::{Client as S3, error::ProvideErrorMetadata};
use pipeline_aws::s3::Bucket;
use pipeline_core::ports::ObjectInfo;
use serde_json::json;

use super::{
    access::Access,
    arn::StateMachineArn,
    arrivals::Arrivals,
    executions::StateMachine,
    explain::Attempt,
    follow::{follow, report, unless_interrupted},
};
use crate::{
    cli::DropArgs,
    dataset::Dataset,
    result::{Ending, print_failure},
    terminal::{OutputFormat, Progress, print, safe},
};

/// The tag by which a bucket names its state machine.
const MACHINE_TAG: &str = "sluice:state-machine-arn";

/// What may go wrong with a file before its execution has ended.
const NOT_UPLOADED: &str = "the file was not uploaded";
const NOT_STARTED: &str = "the execution did not start";
const NOT_FOLLOWED: &str = "the execution could not be followed to its end";

/// A file, and the object that it has become.
struct Upload<'a> {
    file: &'a Path,
    object: anyhow::Result<ObjectInfo>,
}

/// Drops each file and follows what it starts. All are uploaded first, so that their executions overlap.
pub(crate) async fn drop(args: &DropArgs) -> anyhow::Result<ExitCode> {
    let machine: Option<StateMachineArn> =
        args.state_machine.as_deref().map(str::parse).transpose()?;
    let region = machine.as_ref().map(StateMachineArn::region);
    let access = Access::open(&args.access, region).await?;
    if args.no_follow {
        return print_uploads(args, upload_all(args, &access).await);
    }
    let machine = match machine {
        Some(arn) => arn,
        None => machine_of(&access, &args.bucket).await?,
    };
    let machine = StateMachine::new(&access, machine)?;
    // What may not be listed is known before anything is dropped.
    let arrivals = Arrivals::begin(&machine).await?;
    let uploads = upload_all(args, &access).await;
    let work = follow_all(args, &access, &machine, arrivals, uploads);
    unless_interrupted(work, &machine).await
}

/// The state machine that the bucket's files start.
async fn machine_of(access: &Access, bucket: &str) -> anyhow::Result<StateMachineArn> {
    let attempt = Attempt { action: "s3:GetBucketTagging", resource: bucket };
    let s3 = S3::new(access.connection.sdk_config());
    let tags = match s3.get_bucket_tagging().bucket(bucket).send().await {
        Ok(answer) => answer.tag_set,
        Err(error) if error.code() == Some("NoSuchTagSet") => Vec::new(),
        Err(error) => {
            return Err(attempt.failed(&error)).context(
                "the state machine is not known: name it with --state-machine, or drop with --no-follow",
            );
        }
    };
    match tags.into_iter().find(|tag| tag.key == MACHINE_TAG) {
        Some(tag) => tag.value.parse(),
        None => bail!(
            "the bucket {bucket} has no tag {MACHINE_TAG}: is it the bucket of a pipeline? Name the state machine with --state-machine, or drop with --no-follow"
        ),
    }
}

async fn upload_all<'a>(args: &'a DropArgs, access: &Access) -> Vec<Upload<'a>> {
    let bucket = Bucket::new(&access.connection, &args.bucket);
    let dataset = Dataset::from_args(args.dataset.clone(), None);
    let mut uploads = Vec::new();
    for file in &args.files {
        let object = upload(&bucket, &dataset, file).await;
        let object = object.with_context(|| format!("not uploaded to s3://{}", args.bucket));
        uploads.push(Upload { file, object });
    }
    uploads
}

async fn upload(bucket: &Bucket, dataset: &Dataset, file: &Path) -> anyhow::Result<ObjectInfo> {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
        bail!("the name of the file is not UTF-8");
    };
    let metadata = std::fs::metadata(file).context("cannot read the file")?;
    if !metadata.is_file() {
        bail!("it is not a file");
    }
    let progress = Progress::bytes(name, metadata.len());
    let tell = |bytes: u64| progress.at(bytes);
    let object = bucket.upload(&dataset.input_key(name), "text/csv", file, Some(&tell)).await;
    progress.clear();
    object.map_err(|error| anyhow!(error.report()))
}

async fn follow_all(
    args: &DropArgs,
    access: &Access,
    machine: &StateMachine,
    mut arrivals: Arrivals<'_>,
    uploads: Vec<Upload<'_>>,
) -> anyhow::Result<ExitCode> {
    let patience = Duration::from_secs(args.start_timeout);
    let mut endings = Vec::new();
    for Upload { file, object } in uploads {
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                endings.push(print_failure(file, NOT_UPLOADED, &error, args.output)?);
                continue;
            }
        };
        let progress = Progress::spinner(&object.key);
        let started = arrivals.await_start(&args.bucket, &object, patience, &progress).await;
        let ended = match started {
            Ok(arn) => {
                follow(machine, &arn, 0, &progress).await.map_err(|error| (NOT_FOLLOWED, error))
            }
            Err(error) => Err((NOT_STARTED, error)),
        };
        progress.clear();
        endings.push(match ended {
            Ok(execution) => report(&access.connection, machine, &execution, args.output).await?,
            Err((what, error)) => print_failure(file, what, &error, args.output)?,
        });
    }
    Ok(ExitCode::from(Ending::gravest(endings).exit_code()))
}

/// What is told of files that are not followed.
fn print_uploads(args: &DropArgs, uploads: Vec<Upload<'_>>) -> anyhow::Result<ExitCode> {
    let mut endings = Vec::new();
    for Upload { file, object } in uploads {
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                endings.push(print_failure(file, NOT_UPLOADED, &error, args.output)?);
                continue;
            }
        };
        let uri = format!("s3://{}/{}", args.bucket, object.key);
        match args.output {
            OutputFormat::Json => {
                let ObjectInfo { key, size_bytes, etag, version_id, .. } = object;
                print(
                    &json!({
                        "source_file": key,
                        "uri": uri,
                        "version_id": version_id,
                        "etag": etag,
                        "size_bytes": size_bytes,
                    })
                    .to_string(),
                )?;
            }
            OutputFormat::Text => print(&format!(
                "Dropped  {}  version {}",
                safe(&uri),
                safe(object.version_id.as_deref().unwrap_or("-"))
            ))?,
        }
    }
    Ok(ExitCode::from(Ending::gravest(endings).exit_code()))
}
