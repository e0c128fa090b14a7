//! The rejected rows as a mail carries them: small, and safe in a spreadsheet.

use contract::spreadsheet::SpreadsheetCopy;
use pipeline_core::{
    document::read_published_bytes, error::StepResult, ports::ObjectStore, results::RunResults,
};

use crate::{Config, figure::size, report::file_name};

/// A file of a mail.
pub(crate) struct Attachment {
    pub(crate) file_name: String,
    pub(crate) contents: Vec<u8>,
}

/// Whether the rejected rows are with the mail.
pub(crate) enum RejectedRows {
    /// There are none.
    None,
    Attached(Attachment),
    /// They are in the bucket only, and why.
    Elsewhere(String),
}

impl RejectedRows {
    /// Reads the rejected rows if they are to be attached.
    pub(crate) async fn read(
        store: &dyn ObjectStore,
        results: &RunResults,
        config: &Config,
    ) -> StepResult<Self> {
        let Some(validation) = &results.validation else { return Ok(Self::None) };
        let Some(object) = &validation.rejected else { return Ok(Self::None) };
        if validation.records.rejected == 0 {
            return Ok(Self::None);
        }
        if !config.attach_rejected {
            return Ok(Self::Elsewhere("attaching row data is switched off".to_owned()));
        }
        let limit = usize::try_from(config.attachment_limit_bytes).unwrap_or(usize::MAX);
        if object.size_bytes > config.attachment_limit_bytes {
            let size = size(object.size_bytes);
            return Ok(Self::Elsewhere(format!("{size} are too many for a mail")));
        }
        let bytes = read_published_bytes(object, limit, store).await?;
        let mut contents = Vec::with_capacity(bytes.len());
        let mut copy = SpreadsheetCopy::new();
        copy.push(&bytes, &mut contents);
        copy.finish(&mut contents);
        Ok(Self::Attached(Attachment { file_name: safe_name(file_name(&object.key)), contents }))
    }
}

/// The name without what a file system or a mail client may take for something else.
fn safe_name(name: &str) -> String {
    let is_unsafe = |char: char| char.is_control() || r#"/\:*?"<>|"#.contains(char);
    name.replace(is_unsafe, "_")
}
