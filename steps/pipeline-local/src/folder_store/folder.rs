//! The folder: where an object, its descriptions and its versions lie, and how each is found.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    layout,
    ports::key_fault,
};
use sha2::{Digest, Sha256};

use super::description::{Description, Fingerprint};
use crate::{
    io_error::{io_error, is_absent},
    presence::{Gate, INTERNAL},
    temp_files::TempFiles,
};

/// The prefixes under which versions are kept: what a run pins.
const VERSIONED: [&str; 2] = [layout::INPUT, layout::CONTRACTS];

/// The bucket of a data folder.
///
/// Keys are paths below the folder: what [`key_fault`] finds fault with, the internal folder, and
/// whatever a symbolic link leads outside are `InvalidEvent`. On a file system that ignores case,
/// keys that differ by case alone are one object.
#[derive(Debug, Clone)]
pub struct FolderStore {
    pub(super) root: PathBuf,
    pub(super) temp_files: Arc<TempFiles>,
}

/// A file that is open, and what is known of it.
pub(super) struct Described {
    pub(super) file: File,
    pub(super) fingerprint: Fingerprint,
    pub(super) description: Description,
}

impl FolderStore {
    /// Opens a folder as a bucket alone. It is created if need be.
    pub fn open(folder: &Path) -> StepResult<Self> {
        let prepare = || {
            fs::create_dir_all(folder.join(INTERNAL))?;
            fs::canonicalize(folder)
        };
        let root = prepare().map_err(|error| io_error("open the folder", folder, error))?;
        let internal = root.join(INTERNAL);
        let temp_files = TempFiles::open(&Gate::enter(&internal)?, &internal)?;
        Ok(Self { root, temp_files: Arc::new(temp_files) })
    }

    /// The absolute path of the folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The temporary files of this process.
    pub(crate) fn temp_files(&self) -> Arc<TempFiles> {
        Arc::clone(&self.temp_files)
    }

    pub(super) fn internal(&self) -> PathBuf {
        self.root.join(INTERNAL)
    }

    /// Where the descriptions of a key's files are. The hash makes any key a name, and keeps a key
    /// from being the folder of another.
    pub(super) fn descriptions(&self, key: &str) -> PathBuf {
        self.internal().join("objects").join(format!("{:x}", Sha256::digest(key)))
    }

    /// Where a version of a key is kept, under a name of its own for the same file.
    fn version(&self, key: &str, version_id: &str) -> PathBuf {
        self.internal().join("versions").join(format!("{:x}", Sha256::digest(key))).join(version_id)
    }

    /// The path of a key, checked.
    pub(super) fn path(&self, key: &str) -> StepResult<PathBuf> {
        let refuse = |fault: &str| {
            let shown: String = key.chars().take(200).collect();
            StepError::new(ErrorKind::InvalidEvent, format!("the key is no safe path: {fault}"))
                .with("key", shown.escape_debug())
        };
        if let Some(fault) = key_fault(key) {
            return Err(refuse(fault));
        }
        let mut path = self.root.clone();
        for (depth, segment) in key.split('/').enumerate() {
            if depth == 0 && segment.eq_ignore_ascii_case(INTERNAL) {
                return Err(refuse("it is the pipeline's own folder"));
            }
            path.push(segment);
            if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink())
                && !self.holds(&path)
            {
                return Err(refuse("a symbolic link leads out of the data folder"));
            }
        }
        Ok(path)
    }

    /// Whether what a symbolic link leads to lies among the objects.
    fn holds(&self, link: &Path) -> bool {
        fs::canonicalize(link).is_ok_and(|target| {
            target.starts_with(&self.root) && !target.starts_with(self.internal())
        })
    }

    /// Opens and describes a file as an object of this key. `None` if there is none.
    pub(super) fn describe(&self, key: &str, path: &Path) -> StepResult<Option<Described>> {
        let open = || {
            // Looked at before it is opened: to open a pipe would be to wait for its writer.
            if !fs::metadata(path)?.is_file() {
                return Err(io::Error::from(io::ErrorKind::NotFound));
            }
            let file = File::open(path)?;
            let fingerprint = Fingerprint::of(&file.metadata()?);
            Ok((file, fingerprint))
        };
        let (file, fingerprint) = match open() {
            Err(error) if is_absent(&error) => return Ok(None),
            opened => opened.map_err(|error| io_error("open an object", path, error))?,
        };
        let descriptions = self.descriptions(key);
        if let Some(description) = Description::load(&descriptions, fingerprint, key) {
            return Ok(Some(Described { file, fingerprint, description }));
        }
        let description = Description::compute(key, &file, fingerprint)
            .map_err(|error| io_error("describe an object", path, error))?;
        description.save(&descriptions, fingerprint, &self.temp_files)?;
        Ok(Some(Described { file, fingerprint, description }))
    }

    /// Opens and describes the newest object under a key, and keeps it as a version.
    fn newest(&self, key: &str, path: &Path) -> StepResult<Option<Described>> {
        let newest = self.describe(key, path)?;
        if let Some(newest) = &newest {
            self.keep_version(key, path, &newest.description)?;
        }
        Ok(newest)
    }

    /// Opens and describes a version that was kept, if it is still what it was.
    fn kept(&self, key: &str, version_id: &str) -> StepResult<Option<Described>> {
        if !keeps_versions(key) || !Description::could_name(version_id) {
            return Ok(None);
        }
        let kept = self.describe(key, &self.version(key, version_id))?;
        Ok(kept.filter(|kept| kept.description.version_id == version_id))
    }

    /// Keeps a file readable as a version of its key, where versions are kept, after the key has
    /// another. It costs no space: the version is another name of the same file.
    pub(super) fn keep_version(
        &self,
        key: &str,
        path: &Path,
        description: &Description,
    ) -> StepResult<()> {
        if !keeps_versions(key) || self.kept(key, &description.version_id)?.is_some() {
            return Ok(());
        }
        let version = self.version(key, &description.version_id);
        let keep = || {
            if let Some(folder) = version.parent() {
                fs::create_dir_all(folder)?;
            }
            self.temp_files.link(path)?.replace(&version)
        };
        keep().map_err(|error| io_error("keep a version", &version, error))
    }

    pub(super) fn find(&self, key: &str, version_id: Option<&str>) -> StepResult<Described> {
        let path = self.path(key)?;
        let found = match version_id {
            None => self.newest(key, &path)?,
            Some(version_id) => match self.kept(key, version_id)? {
                Some(kept) => Some(kept),
                None => self
                    .newest(key, &path)?
                    .filter(|newest| newest.description.version_id == version_id),
            },
        };
        found.ok_or_else(|| {
            StepError::new(
                ErrorKind::ObjectNotFound,
                "there is no such object, or not this version",
            )
            .with("key", key)
            .with("version_id", version_id.unwrap_or("newest"))
        })
    }
}

/// Whether versions of the key are kept.
pub(super) fn keeps_versions(key: &str) -> bool {
    VERSIONED.iter().any(|prefix| key.starts_with(prefix))
}
