//! A folder as a bucket: the object under a key is the file at that path.
//!
//! What a file cannot say of itself (content type, metadata, checksum) stands in a description beside
//! it, in `.sluice/objects/`. A description belongs to one file in one state: its name holds the
//! file's size, time of change and inode. So a single rename publishes an object together with its
//! description, and a file that was changed or copied in by hand is recognised and described anew.

mod description;
mod folder;
mod listing;
mod reader;
mod writer;

use async_trait::async_trait;
use pipeline_core::{
    error::StepResult,
    ports::{ObjectInfo, ObjectReader, ObjectStore, ObjectWriter},
};

pub use self::{folder::FolderStore, listing::ListedObject};
use self::{reader::FileReader, writer::FileWriter};

#[async_trait]
impl ObjectStore for FolderStore {
    async fn head(&self, key: &str, version_id: Option<&str>) -> StepResult<ObjectInfo> {
        Ok(self.find(key, version_id)?.description.into())
    }

    async fn get(&self, key: &str, version_id: Option<&str>) -> StepResult<Box<dyn ObjectReader>> {
        Ok(Box::new(FileReader::new(self.find(key, version_id)?)))
    }

    async fn put(&self, key: &str, content_type: &str) -> StepResult<Box<dyn ObjectWriter>> {
        self.path(key)?;
        Ok(Box::new(FileWriter::new(self.clone(), key, content_type)?))
    }
}
