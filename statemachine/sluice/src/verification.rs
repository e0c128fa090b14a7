//! Proves a published run again: its outputs against the manifest, its facts against the processed file, its
//! analysis against the facts.

use analyze::Verification;
use contract::{
    Contract,
    record::{MAX_RECORD_BYTES, RecordReader},
};
use pipeline_core::{
    analysis::{self, Analysis},
    document::{parse, read_if_there},
    error::{ErrorKind, StepError},
    facts::{Facts, SCHEMA_VERSION},
    manifest::Manifest,
    ports::ObjectStore,
    run::{Outcome, OutputKind, PublishedObject},
    steps::aggregate::Input,
};
use program_version::PROGRAM_VERSION;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How a rejected row is longer than the record in it: its cells once more, the reasons, the lineage.
const REJECTED_TIMES: usize = 8;

/// What a check has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// It is so.
    Proven { what: String },
    /// It is not so.
    Disproved { what: String },
    /// Something that is needed is not there, or is of another version.
    NotVerifiable { what: String },
}

/// The verdicts of one run.
#[derive(Debug)]
pub(crate) struct Verdicts {
    pub(crate) correlation_id: String,
    pub(crate) verdicts: Vec<Verdict>,
}

/// Proves the run of a manifest again. `contract` is the JSON of its contract; without it, the store's is
/// read. An error is one of the store.
pub(crate) async fn verify(
    manifest: &Manifest,
    store: &dyn ObjectStore,
    contract: Option<&[u8]>,
) -> anyhow::Result<Verdicts> {
    let mut audit = Audit { manifest, store, verdicts: Vec::new() };
    audit.results();
    audit.outputs().await?;
    audit.counts().await?;
    audit.facts_and_analysis(contract).await?;
    let correlation_id = manifest.run.correlation_id.clone();
    Ok(Verdicts { correlation_id, verdicts: audit.verdicts })
}

/// The manifest of a run, by its key; `None` if there is none, so that nothing was published.
pub(crate) async fn manifest_at(
    key: &str,
    store: &dyn ObjectStore,
) -> anyhow::Result<Option<Manifest>> {
    let json = read_if_there(key, store).await.map_err(|error| told(&error))?;
    json.map(|json| parse(key, &json).map_err(|error| told(&error))).transpose()
}

struct Audit<'a> {
    manifest: &'a Manifest,
    store: &'a dyn ObjectStore,
    verdicts: Vec<Verdict>,
}

impl Audit<'_> {
    /// The manifest names what a run of its outcome publishes, under the run's own keys, and its outcome is
    /// what its steps found.
    fn results(&mut self) {
        let Manifest { run, results, .. } = self.manifest;
        let (has_rows, has_facts) = match results.outcome {
            Outcome::Completed => (true, true),
            Outcome::AllRecordsRejected | Outcome::NoRecords => (true, false),
            Outcome::FileRefused => (false, false),
        };
        let named: Vec<_> = results.outputs().collect();
        let expected = OutputKind::ALL.into_iter().filter(|kind| match kind {
            OutputKind::Processed | OutputKind::Rejected => has_rows,
            OutputKind::Facts | OutputKind::Analysis => has_facts,
            OutputKind::Report => true,
        });
        let missing = expected.filter(|kind| named.iter().all(|(other, _)| other != kind));
        let missing: Vec<_> = missing.map(OutputKind::as_str).collect();
        let elsewhere = named.iter().filter(|(kind, output)| output.key != run.outputs.key(*kind));
        let elsewhere: Vec<_> = elsewhere.map(|(kind, _)| kind.as_str()).collect();
        let outcome = results.outcome.as_str();
        self.verdicts.push(if !missing.is_empty() {
            disproved(format!(
                "the manifest of a run that ended in {outcome} has no {}",
                missing.join(", ")
            ))
        } else if !elsewhere.is_empty() {
            disproved(format!(
                "the manifest names other keys than the run's for {}",
                elsewhere.join(", ")
            ))
        } else if let Some(contradiction) = results.contradiction() {
            disproved(format!("the manifest contradicts itself: {contradiction}"))
        } else {
            proven(format!("the manifest names what a run publishes that ends in {outcome}"))
        });
    }

    /// Each output that the manifest vouches for has the bytes that it had.
    async fn outputs(&mut self) -> anyhow::Result<()> {
        let mut verdicts = Vec::new();
        for (_, output) in self.manifest.results.outputs() {
            verdicts.push(match self.sha256_of(output).await {
                Ok(sha256) if sha256 == output.sha256 => {
                    proven(format!("{} is unchanged", output.key))
                }
                Ok(_) => {
                    disproved(format!("{} has other bytes than it was published with", output.key))
                }
                Err(error) => gone(&output.key, &error)?,
            });
        }
        self.verdicts.append(&mut verdicts);
        Ok(())
    }

    async fn sha256_of(&self, output: &PublishedObject) -> Result<String, StepError> {
        let mut reader = self.store.get(&output.key, None).await?;
        let mut hash = Sha256::new();
        while let Some(chunk) = reader.next_chunk().await? {
            hash.update(&chunk);
        }
        Ok(format!("{:x}", hash.finalize()))
    }

    /// Every record that was read is valid or rejected, and the rejected file has as many as it should. The
    /// valid ones are counted where the facts are computed.
    async fn counts(&mut self) -> anyhow::Result<()> {
        let Some(validation) = &self.manifest.results.validation else { return Ok(()) };
        let records = validation.records;
        let sum = records.valid.checked_add(records.rejected);
        let said = format!(
            "{} records read, {} valid, {} rejected",
            records.read, records.valid, records.rejected
        );
        let adds_up = sum == Some(records.read);
        self.verdicts.push(if adds_up { proven(said) } else { disproved(said) });
        let Some(rejected) = &validation.rejected else { return Ok(()) };
        let verdict = match self.count_rejected(rejected).await {
            Ok(found) if found == records.rejected => {
                proven(format!("{} has {found} records", rejected.key))
            }
            Ok(found) => {
                disproved(format!("{} has {found} records, not {}", rejected.key, records.rejected))
            }
            Err(error) => gone(&rejected.key, &error)?,
        };
        self.verdicts.push(verdict);
        Ok(())
    }

    /// The rejected file is comma-separated, whatever the dialect of the dataset.
    async fn count_rejected(&self, rejected: &PublishedObject) -> Result<u64, StepError> {
        let mut file = self.store.get(&rejected.key, None).await?;
        let limit_bytes = MAX_RECORD_BYTES.saturating_mul(REJECTED_TIMES);
        let mut reader = RecordReader::new(&contract::Dialect::default(), limit_bytes);
        let mut count = 0_u64;
        loop {
            let chunk = file.next_chunk().await?;
            match &chunk {
                Some(chunk) => reader.push(chunk),
                None => reader.finish(),
            }
            while reader.next_record().is_some() {
                count += 1;
            }
            if chunk.is_none() {
                return Ok(count.saturating_sub(1));
            }
        }
    }

    async fn facts_and_analysis(&mut self, contract: Option<&[u8]>) -> anyhow::Result<()> {
        let results = &self.manifest.results;
        let Some(aggregation) = &results.aggregation else { return Ok(()) };
        let pinned = &self.manifest.run.contract;
        let contract = match contract {
            Some(json) => pinned.parse(json),
            None => pinned.read(self.store).await,
        };
        let contract = match contract {
            Ok(contract) => contract,
            Err(error) => {
                let verdict = gone(&self.manifest.run.contract.key, &error)?;
                self.verdicts.push(verdict);
                return Ok(());
            }
        };
        let Some(facts) = self.document::<Facts>(&aggregation.facts, SCHEMA_VERSION).await? else {
            return Ok(());
        };
        let verdict = self.facts(&facts, &contract).await?;
        self.verdicts.push(verdict);
        let Some(output) = &results.analysis else { return Ok(()) };
        let version = analysis::SCHEMA_VERSION;
        let Some(analysis) = self.document::<Analysis>(&output.analysis, version).await? else {
            return Ok(());
        };
        if !analyze::is_output_of(output, &analysis)
            || analysis.analysis_id != self.manifest.run.analysis_id()
        {
            let key = &output.analysis.key;
            self.verdicts.push(disproved(format!("{key} is not what the manifest says of it")));
        }
        let verdict = self.analysis(&analysis, &facts, &contract);
        self.verdicts.push(verdict);
        Ok(())
    }

    /// A document of the run, if it is one of this version; else the verdict says why it is none.
    async fn document<T: DeserializeOwned>(
        &mut self,
        output: &PublishedObject,
        version: &str,
    ) -> anyhow::Result<Option<T>> {
        let key = &output.key;
        let json = match read_if_there(key, self.store).await {
            Ok(Some(json)) => json,
            Ok(None) => {
                self.verdicts.push(not_verifiable(format!("{key} is gone")));
                return Ok(None);
            }
            Err(error) => return Err(told(&error)),
        };
        let found: Value = serde_json::from_slice(&json).unwrap_or_default();
        let found = found["schema_version"].as_str().unwrap_or_default();
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        let parsed = parse(key, &json);
        let verdict = match parsed {
            Ok(document) if major(found) == major(version) => return Ok(Some(document)),
            _ if !found.is_empty() && major(found) != major(version) => {
                not_verifiable(format!("{key} is of version {found}"))
            }
            _ => disproved(format!("{key} is not a document of this kind")),
        };
        self.verdicts.push(verdict);
        Ok(None)
    }

    /// Computes the facts once more from the processed file.
    async fn facts(&self, facts: &Facts, contract: &Contract) -> anyhow::Result<Verdict> {
        let key = &self.manifest.run.outputs.facts;
        let Some(validation) = &self.manifest.results.validation else {
            return Ok(not_verifiable(format!("{key}: the manifest has no validation")));
        };
        let input = Input { run: self.manifest.run.clone(), validation: validation.clone() };
        let config = aggregate::Config::default();
        let again = match aggregate::compute(&input, contract, self.store, &config).await {
            Ok(again) => again,
            Err(error) if error.kind() == ErrorKind::Internal => {
                return Ok(disproved(format!(
                    "{key} is not of the processed file: {}",
                    error.report()
                )));
            }
            Err(error) => return gone(&input.run.outputs.processed, &error),
        };
        let method = |facts: &Facts| facts.text.as_ref().map(|text| text.method.clone());
        Ok(if again == *facts {
            proven(format!("{key} is what the processed file says"))
        } else if method(&again) != method(facts) {
            not_verifiable(format!("{key} is made with another lexicon"))
        } else {
            self.differs(format!("{key} is not what the processed file says"))
        })
    }

    fn analysis(&self, analysis: &Analysis, facts: &Facts, contract: &Contract) -> Verdict {
        let key = &self.manifest.run.outputs.analysis;
        match analyze::verify(analysis, facts, contract) {
            Verification::Proven { claims } => {
                proven(format!("{key}: all {claims} claims hold against the facts"))
            }
            Verification::NotVerifiable(why) => not_verifiable(format!("{key}: {why}")),
            Verification::Disproved(problems) => {
                self.differs(format!("{key}: {}", problems.join("; ")))
            }
        }
    }

    /// What another version of the program has made may differ without being wrong.
    fn differs(&self, what: String) -> Verdict {
        let version = &self.manifest.program_version;
        if version == PROGRAM_VERSION {
            return disproved(what);
        }
        not_verifiable(format!(
            "{what}; it was made by version {version}, and this is {PROGRAM_VERSION}"
        ))
    }
}

fn proven(what: String) -> Verdict {
    Verdict::Proven { what }
}

fn disproved(what: String) -> Verdict {
    Verdict::Disproved { what }
}

fn not_verifiable(what: String) -> Verdict {
    Verdict::NotVerifiable { what }
}

/// What is not there, or is another document, cannot be verified with; anything else is the store's fault.
fn gone(key: &str, error: &StepError) -> anyhow::Result<Verdict> {
    match error.kind() {
        ErrorKind::ObjectNotFound => Ok(not_verifiable(format!("{key} is gone"))),
        // Whoever may read the outputs need not be allowed to read the contract.
        ErrorKind::PreconditionFailed | ErrorKind::Contract | ErrorKind::Environment => {
            Ok(not_verifiable(format!("{key}: {}", error.report())))
        }
        _ => Err(told(error)),
    }
}

fn told(error: &StepError) -> anyhow::Error {
    anyhow::anyhow!("{}", error.report())
}
