//! Where everything lies in the bucket, or in the data folder: each prefix and each key is spelled here.

use crate::run::OutputKeys;

/// Where files are dropped.
pub const INPUT: &str = "input/";

/// Where the contracts lie.
pub const CONTRACTS: &str = "contracts/";

/// Where the documents of each run lie.
pub const REPORTS: &str = "reports/";

/// The key under which a file is dropped: in its dataset's folder, or directly under `input/` for the
/// default dataset.
pub fn input_key(dataset: Option<&str>, file_name: &str) -> String {
    match dataset {
        Some(dataset) => format!("{INPUT}{dataset}/{file_name}"),
        None => format!("{INPUT}{file_name}"),
    }
}

/// The dataset that a key names: the folder directly under `input/`. `None` for a file that lies
/// directly there, and for a key that does not lie under `input/`.
pub fn dataset_of(key: &str) -> Option<&str> {
    let (dataset, _file) = key.strip_prefix(INPUT)?.split_once('/')?;
    Some(dataset)
}

/// The key of a dataset's contract.
pub fn contract_key(dataset: &str) -> String {
    format!("{CONTRACTS}{dataset}.json")
}

/// The key of a run's manifest.
pub fn manifest_key(correlation_id: &str) -> String {
    report_key(correlation_id, "manifest.json")
}

fn report_key(correlation_id: &str, name: &str) -> String {
    format!("{REPORTS}{correlation_id}/{name}")
}

impl OutputKeys {
    /// The keys of a run's outputs.
    ///
    /// `folder` is the dropped file's folder below `input/`: empty, or with a slash at its end. `base` is
    /// its name without `.csv`. `time` is the run's start, as it stands in the names.
    pub fn new(folder: &str, base: &str, time: &str, correlation_id: &str) -> Self {
        let rows = |kind: &str| format!("{kind}/{folder}{base}_{kind}_{time}.csv");
        let report = |name: &str| report_key(correlation_id, name);
        Self {
            processed: rows("processed"),
            rejected: rows("rejected"),
            facts: report("facts.json"),
            analysis: report("analysis.json"),
            report: report("report.html"),
            manifest: manifest_key(correlation_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lies_where_its_dataset_is_found() {
        for (dataset, key) in [(Some("stores"), "input/stores/x.csv"), (None, "input/x.csv")] {
            assert_eq!(input_key(dataset, "x.csv"), key);
            assert_eq!(dataset_of(key), dataset);
        }
        assert_eq!(dataset_of("input/stores/2024/x.csv"), Some("stores"));
        assert_eq!(dataset_of("processed/stores/x.csv"), None);
        assert_eq!(contract_key("stores"), "contracts/stores.json");
    }

    #[test]
    fn outputs_lie_by_kind_and_run() {
        let keys = OutputKeys::new("stores/", "x", "20241004_000000", "7e5dd61b");
        assert_eq!(keys.processed, "processed/stores/x_processed_20241004_000000.csv");
        assert_eq!(keys.rejected, "rejected/stores/x_rejected_20241004_000000.csv");
        assert_eq!(keys.manifest, "reports/7e5dd61b/manifest.json");
    }
}
