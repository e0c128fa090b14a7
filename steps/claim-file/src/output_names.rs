//! Where a run writes: names that tell the file and the time, are safe, and belong to one run alone.

use pipeline_core::{
    error::{ErrorKind, StepError, StepResult},
    layout::INPUT,
    ports::{Ledger, key_fault},
    run::{Execution, OutputKeys},
};

/// How many characters of a correlation id tell two runs of one second apart.
const SHORT_ID_CHARS: usize = 8;

/// The parts of a file's key that its outputs repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputNames {
    /// The folder under `input/`, empty or ending in `/`.
    path: String,
    /// The file's name without `.csv`.
    base: String,
}

impl OutputNames {
    /// The names after a file; `None` if they would be no safe or too long a path.
    pub(crate) fn after(key: &str) -> Option<Self> {
        let file = key.strip_prefix(INPUT)?;
        let (path, name) = file.split_at(file.rfind('/').map_or(0, |slash| slash + 1));
        let base = without_csv(name).unwrap_or(name);
        let names = Self { path: path.to_owned(), base: base.to_owned() };
        let is_safe = key_fault(key).is_none()
            && !base.is_empty()
            && key_fault(&names.keys("00000000_000000_00000000", "").processed).is_none();
        is_safe.then_some(names)
    }

    /// The names of a file whose own name cannot be used.
    fn unnamed() -> Self {
        Self { path: String::new(), base: "unsafe-name".to_owned() }
    }

    /// The output keys of this execution's run, reserved for `holder`. A repeated call gives the same.
    pub(crate) async fn reserve(
        key: &str,
        holder: &str,
        execution: &Execution,
        ledger: &dyn Ledger,
    ) -> StepResult<OutputKeys> {
        let names = Self::after(key).unwrap_or_else(Self::unnamed);
        let id = &execution.name;
        let time = execution.start_time.format("%Y%m%d_%H%M%S").to_string();
        let short_id: String = id.chars().take(SHORT_ID_CHARS).collect();
        for time in [time.clone(), format!("{time}_{short_id}"), format!("{time}_{id}")] {
            // In lower case, because a laptop's file system may take `X.csv` and `x.csv` for one.
            let reserved = format!("{}{}_{time}", names.path, names.base).to_lowercase();
            let keys = names.keys(&time, id);
            if key_fault(&keys.processed).is_none()
                && ledger.reserve_name(&reserved, holder).await?
            {
                return Ok(keys);
            }
        }
        Err(StepError::new(ErrorKind::PreconditionFailed, "every name for the outputs is taken")
            .with("correlation_id", id))
    }

    fn keys(&self, time: &str, correlation_id: &str) -> OutputKeys {
        OutputKeys::new(&self.path, &self.base, time, correlation_id)
    }
}

/// The name without its `.csv`, in any case of letters; `None` if it does not end so.
pub(crate) fn without_csv(name: &str) -> Option<&str> {
    let (base, extension) = name.rsplit_once('.')?;
    extension.eq_ignore_ascii_case("csv").then_some(base)
}
