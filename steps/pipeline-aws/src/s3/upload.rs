//! A local file, uploaded straight to its key.

use std::{io, path::Path};

use bytes::{Bytes, BytesMut};
use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    ports::{Metadata, ObjectInfo, Publication},
};
use tokio::{fs::File, io::AsyncReadExt};

use super::{
    checksum::Checksum,
    multipart::{MAX_PARTS, Multipart, PART_BYTES, PARTS_IN_FLIGHT},
    object::{Description, Object, Stored},
    publish::put_whole,
};

type Progress<'a> = Option<&'a (dyn Fn(u64) + Send + Sync)>;

/// A file that must keep its size while it is read.
struct Source<'a> {
    path: &'a Path,
    file: File,
    size_bytes: u64,
    left_bytes: u64,
    checksum: Checksum,
}

impl<'a> Source<'a> {
    async fn open(path: &'a Path) -> StepResult<Self> {
        let opened = async {
            let file = File::open(path).await?;
            let metadata = file.metadata().await?;
            if metadata.is_file() {
                Ok((file, metadata.len()))
            } else {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"))
            }
        };
        let (file, size_bytes) = opened.await.map_err(|error| unreadable(path, error))?;
        Ok(Self { path, file, size_bytes, left_bytes: size_bytes, checksum: Checksum::new() })
    }

    async fn next(&mut self, part_bytes: u64) -> StepResult<Bytes> {
        let wanted = part_bytes.min(self.left_bytes);
        let mut part = BytesMut::with_capacity(usize::try_from(wanted).unwrap_or(PART_BYTES));
        let mut limited = (&mut self.file).take(wanted);
        while (part.len() as u64) < wanted {
            let read = limited.read_buf(&mut part).await;
            if read.map_err(|error| unreadable(self.path, error))? == 0 {
                return Err(self.changed());
            }
        }
        self.left_bytes -= wanted;
        self.checksum.update(&part);
        Ok(part.freeze())
    }

    /// Checks that the file has ended, and gives what it was.
    async fn end(mut self, content_type: &str) -> StepResult<Description> {
        let mut beyond = [0; 1];
        match self.file.read(&mut beyond).await {
            Ok(0) => Ok(Description {
                content_type: content_type.to_owned(),
                metadata: Metadata::new(),
                checksum: self.checksum.base64(),
                size_bytes: self.size_bytes,
            }),
            Ok(_) => Err(self.changed()),
            Err(error) => Err(unreadable(self.path, error)),
        }
    }

    fn changed(&self) -> StepError {
        StepError::new(ErrorKind::InvalidEvent, "the file changed while it was uploaded")
            .with("path", self.path.display())
    }
}

fn unreadable(path: &Path, error: io::Error) -> StepError {
    StepError::new(ErrorKind::InvalidEvent, "the file cannot be read")
        .with("path", path.display())
        .because(error)
}

pub(super) async fn upload(
    object: Object,
    content_type: &str,
    path: &Path,
    progress: Progress<'_>,
) -> StepResult<ObjectInfo> {
    let mut source = Source::open(path).await?;
    let (described, stored) = if source.size_bytes <= PART_BYTES as u64 {
        let body = source.next(PART_BYTES as u64).await?;
        let described = source.end(content_type).await?;
        let stored = put_whole(&object, &body, &described, Publication::Replace).await?;
        (described, stored)
    } else {
        upload_parts(&object, source, content_type, progress).await?
    };
    if let Some(progress) = progress {
        progress(described.size_bytes);
    }
    Ok(object.info(described, stored))
}

async fn upload_parts(
    object: &Object,
    mut source: Source<'_>,
    content_type: &str,
    progress: Progress<'_>,
) -> StepResult<(Description, Stored)> {
    let mut upload =
        Multipart::begin(object.clone(), Some(content_type), Metadata::new(), PARTS_IN_FLIGHT)
            .await?;
    let sent = send_parts(&mut upload, &mut source, progress).await;
    let described = match sent {
        Ok(()) => source.end(content_type).await,
        Err(error) => Err(error),
    };
    match described {
        Ok(described) => {
            let completed = upload.complete(&described, Publication::Replace).await;
            Ok((described, completed.map_err(|not_stored| not_stored.error)?))
        }
        Err(error) => {
            upload.abort().await;
            Err(error)
        }
    }
}

async fn send_parts(
    upload: &mut Multipart,
    source: &mut Source<'_>,
    progress: Progress<'_>,
) -> StepResult<()> {
    let part_bytes =
        (PART_BYTES as u64).max(source.size_bytes.div_ceil(MAX_PARTS.unsigned_abs().into()));
    while source.left_bytes > 0 {
        let part = source.next(part_bytes).await?;
        upload.upload(part).await?;
        if let Some(progress) = progress {
            progress(upload.confirmed_bytes());
        }
    }
    upload.settle().await
}
