//! The two outputs of a run, written as the rows are decided.

use std::mem;

use bytes::Bytes;
use contract::{Contract, Dialect, record::write_cell, reject::LINEAGE_COLUMNS};
use pipeline_core::{
    document::metadata_of,
    error::StepResult,
    ports::{ObjectStore, ObjectWriter, Publication},
    run::{PublishedObject, Run},
};
use sha2::{Digest, Sha256};

use crate::rejected::RejectedFile;
use crate::validator::Event;

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 256 << 10;

const CONTENT_TYPE: &str = "text/csv";

/// Where the rows of a file go.
pub(crate) struct Partition<'a> {
    run: &'a Run,
    processed: Output,
    rejected: Output,
    rejected_file: Option<RejectedFile>,
    /// What is written before the terminator of a processed row, and of the header.
    lineage: Vec<u8>,
    lineage_labels: Vec<u8>,
}

impl<'a> Partition<'a> {
    pub(crate) async fn begin(
        store: &dyn ObjectStore,
        run: &'a Run,
        contract: &Contract,
    ) -> StepResult<Self> {
        let (mut lineage, mut lineage_labels) = (Vec::new(), Vec::new());
        if contract.sluice().lineage_columns {
            let timestamp = run.timestamp();
            let values = [&timestamp, &run.correlation_id, &run.source.key].map(String::as_str);
            append(values, *contract.dialect(), &mut lineage);
            append(LINEAGE_COLUMNS, *contract.dialect(), &mut lineage_labels);
        }
        Ok(Self {
            run,
            processed: Output::begin(store, &run.outputs.processed).await?,
            rejected: Output::begin(store, &run.outputs.rejected).await?,
            rejected_file: None,
            lineage,
            lineage_labels,
        })
    }

    /// Takes what the validator gives. Call [`Self::write`] once [`Self::is_full`].
    pub(crate) fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Header(row) => {
                let out = &mut self.processed.buffer;
                out.extend_from_slice(&row.bytes);
                out.extend_from_slice(&self.lineage_labels);
                out.extend_from_slice(row.terminator);
                let rejected = &mut self.rejected.buffer;
                self.rejected_file = Some(RejectedFile::begin(self.run, row.header, rejected));
            }
            Event::Valid(row) => {
                let out = &mut self.processed.buffer;
                out.extend_from_slice(&row.bytes);
                out.extend_from_slice(&self.lineage);
                out.extend_from_slice(row.terminator);
                self.processed.records += 1;
            }
            Event::Rejected(row) => {
                if let Some(file) = &mut self.rejected_file {
                    file.row(row, &mut self.rejected.buffer);
                    self.rejected.records += 1;
                }
            }
            Event::RejectedPiece { bytes, is_last } => {
                if let Some(file) = &mut self.rejected_file {
                    file.piece(bytes, *is_last, &mut self.rejected.buffer);
                }
            }
            Event::Comment | Event::Refused(_) => {}
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.processed.is_full() || self.rejected.is_full()
    }

    /// Writes what has gathered.
    pub(crate) async fn write(&mut self) -> StepResult<()> {
        for output in [&mut self.processed, &mut self.rejected] {
            if output.is_full() {
                output.write().await?;
            }
        }
        Ok(())
    }

    /// Publishes both outputs, the processed one only if the file is not refused.
    pub(crate) async fn publish(
        self,
        is_refused: bool,
    ) -> StepResult<(Option<PublishedObject>, PublishedObject)> {
        let rejected = self.rejected.publish(self.run).await?;
        if is_refused {
            // Dropping the unfinished writer leaves nothing behind.
            return Ok((None, rejected));
        }
        Ok((Some(self.processed.publish(self.run).await?), rejected))
    }
}

/// Appends cells to a row that has some.
fn append<'t>(texts: impl IntoIterator<Item = &'t str>, dialect: Dialect, out: &mut Vec<u8>) {
    for text in texts {
        out.push(dialect.delimiter);
        write_cell(text.as_bytes(), &dialect, out);
    }
}

/// One output in the making.
struct Output {
    key: String,
    writer: Box<dyn ObjectWriter>,
    buffer: Vec<u8>,
    hash: Sha256,
    size_bytes: u64,
    /// Rows, the header excluded.
    records: u64,
}

impl Output {
    async fn begin(store: &dyn ObjectStore, key: &str) -> StepResult<Self> {
        Ok(Self {
            key: key.to_owned(),
            writer: store.put(key, CONTENT_TYPE).await?,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            hash: Sha256::new(),
            size_bytes: 0,
            records: 0,
        })
    }

    fn is_full(&self) -> bool {
        self.buffer.len() >= BUFFER_BYTES
    }

    async fn write(&mut self) -> StepResult<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let bytes = mem::replace(&mut self.buffer, Vec::with_capacity(BUFFER_BYTES));
        self.hash.update(&bytes);
        self.size_bytes += bytes.len() as u64;
        self.writer.write(Bytes::from(bytes)).await
    }

    async fn publish(mut self, run: &Run) -> StepResult<PublishedObject> {
        self.write().await?;
        let sha256 = format!("{:x}", self.hash.finalize());
        let metadata = metadata_of(run, &sha256, Some(self.records));
        // Every attempt of a run writes the same bytes, so one may take the place of another's.
        self.writer.finish(metadata, Publication::Replace).await?;
        Ok(PublishedObject { key: self.key, size_bytes: self.size_bytes, sha256 })
    }
}
