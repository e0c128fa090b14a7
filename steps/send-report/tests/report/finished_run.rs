//! A run of the dataset smartphone-sales with everything that earlier steps leave behind.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use pipeline_core::{
    analysis::{Analysis, AnalysisItem, Author, Level},
    facts::Facts,
    memory::{MemoryAnalysisStore, MemorySendLog, MemoryStore, ScriptedMailer, SettableClock},
    ports::{AnalysisStore, Mailer},
    results::RunResults,
    run::{PublishedObject, Run},
    status_change::StatusChangeEvent,
    steps::send_report::{FailureInput, Input, RenderInput, SendInput},
};
use send_report::{ATTACHMENT_LIMIT_BYTES, Config, Links, Output, Ports};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const REJECTED: &str = "order_id,ram,rejection_codes,rejection_reasons,row_number,rejected_at,\
    correlation_id,source_file,raw_record\r\n\
    ORD1,64,ram:constraint-error,\"ram: 64 is more than 32\",4,2026-11-20T14:05:00Z,run-7f3a,\
    input/smartphone-sales/sales.csv,\r\n\
    \"=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")\",-5,ram:constraint-error,\
    \"@ram\",9,2026-11-20T14:05:00Z,run-7f3a,input/smartphone-sales/sales.csv,\r\n";

pub(crate) struct FinishedRun {
    pub(crate) store: MemoryStore,
    pub(crate) send_log: MemorySendLog,
    pub(crate) analyses: MemoryAnalysisStore,
    pub(crate) clock: SettableClock,
    pub(crate) config: Config,
    pub(crate) run: Run,
    pub(crate) results: RunResults,
    pub(crate) facts: Facts,
    pub(crate) analysis: Analysis,
    pub(crate) rejected: Vec<u8>,
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-11-20T14:05:00Z".parse().unwrap()
}

impl FinishedRun {
    /// A completed run with 716 valid and 286 rejected records, and two anomalies.
    pub(crate) fn completed() -> Self {
        let folder = "reports/run-7f3a";
        let run = json!({
            "correlation_id": "run-7f3a",
            "started_at": start(),
            "source": {
                "bucket": "sluice-data",
                "key": "input/smartphone-sales/sales.csv",
                "version_id": "v1",
                "etag": "9b2cf535f27731c974343645a3985328-2",
                "size_bytes": 184_320,
                "checksum": "crc64nvme:AAAAAAAAAAA=",
            },
            "contract": {
                "dataset": "smartphone-sales",
                "key": "contracts/smartphone-sales.json",
                "version_id": null,
                "sha256": "c".repeat(64),
            },
            "outputs": {
                "processed": "processed/smartphone-sales/sales_processed_20261120_140500.csv",
                "rejected": "rejected/smartphone-sales/sales_rejected_20261120_140500.csv",
                "facts": format!("{folder}/facts.json"),
                "analysis": format!("{folder}/analysis.json"),
                "report": format!("{folder}/report.html"),
                "manifest": format!("{folder}/manifest.json"),
            },
        });
        let facts: Facts = serde_json::from_str(include_str!("finished_run/facts.json")).unwrap();
        let results = json!({
            "outcome": "Completed",
            "validation": {
                "verdict": "VALID",
                "refusal": null,
                "records": facts.records,
                "rejected_by_code": {},
                "rejects": facts.rejects,
                "undeclared_columns": ["note"],
                "source_sha256": "5".repeat(64),
                "processed": object("processed/smartphone-sales/sales_processed_20261120_140500.csv", b"processed"),
                "rejected": null,
                "duration_ms": 12,
            },
            "aggregation": {
                "facts": object("-", b"-"), "records": 716, "duration_ms": 30,
            },
            "analysis": {
                "analysis": object("-", b"-"),
                "analysis_id": "analysis_1795183500_run-7f3a",
                "model": "deterministic",
                "prompt_sha256": null,
                "degraded": false,
                "replaced_statements": 0,
                "anomalies": {"high": 0, "total": 2},
                "input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0, "duration_ms": 1,
            },
        });
        Self {
            store: MemoryStore::default(),
            send_log: MemorySendLog::default(),
            analyses: MemoryAnalysisStore::default(),
            clock: SettableClock::at("2026-11-20T14:05:09Z".parse().unwrap()),
            config: config(),
            run: serde_json::from_value(run).unwrap(),
            results: serde_json::from_value(results).unwrap(),
            facts,
            analysis: serde_json::from_str(include_str!("finished_run/analysis.json")).unwrap(),
            rejected: REJECTED.as_bytes().to_vec(),
        }
    }

    /// The same, but a model chose claims and wrote words, and one of its statements was replaced.
    pub(crate) fn by_model() -> Self {
        let mut finished = Self::completed();
        let analysis = &mut finished.analysis;
        analysis.model = "amazon.nova-lite-v1:0".into();
        analysis.input_tokens = 3_120;
        analysis.output_tokens = 640;
        analysis.cost_usd = 0.000_341;
        analysis.anomalies[0].severity = Level::High;
        finished.results.analysis.as_mut().unwrap().anomalies.high = 1;

        let said = "People ask for this phone by name; make sure that it does not run out.";
        let insight = &mut analysis.insights[0];
        insight.basis.claims_by = Author::Model;
        insight.basis.words_by = Author::Model;
        insight.basis.words = Some(said.into());
        insight.description = insight.basis.text();

        let anomaly = &mut analysis.anomalies[0];
        anomaly.basis.words_by = Author::Model;
        anomaly.basis.words = Some("Look whether a bundle was sold as a phone.".into());
        anomaly.description = anomaly.basis.text();

        let recommendation = &mut analysis.recommendations[0];
        recommendation.basis.claims_by = Author::Model;
        recommendation.basis.words_by = Author::Model;
        recommendation.basis.words = Some("Order iPhone 15 before the season begins.".into());
        recommendation.action = recommendation.basis.text();

        let said = "claims[0]: leader: d0g1 is not first; words: say “doubled” (change)";
        analysis.insights[1].basis.replaced_because = said.split("; ").map(str::to_owned).collect();
        analysis.replaced_statements = 1;

        analysis.summary_basis.claims_by = Author::Model;
        analysis.summary_basis.words_by = Author::Model;
        analysis.summary_basis.words = Some("Fix the source of ram first.".into());
        analysis.summary = analysis.summary_basis.text();
        finished
    }

    /// A run that ended before there were facts.
    pub(crate) fn without_facts(outcome: &str, refusal: Value, records: [u64; 3]) -> Self {
        let mut finished = Self::completed();
        let [read, valid, rejected] = records;
        let mut results = serde_json::to_value(&finished.results).unwrap();
        results["outcome"] = outcome.into();
        results["refusal"] = refusal;
        results["aggregation"] = Value::Null;
        results["analysis"] = Value::Null;
        let counts = json!({"read": read, "valid": valid, "rejected": rejected});
        results["validation"]["records"] = counts;
        if rejected == 0 {
            results["validation"]["rejects"] = json!([]);
        }
        finished.results = serde_json::from_value(results).unwrap();
        finished
    }

    /// Puts into the store what the results name, and makes the results name it rightly.
    pub(crate) async fn publish(&mut self) {
        let outputs = self.run.outputs.clone();
        let facts = serde_json::to_vec(&self.facts).unwrap();
        let analysis = serde_json::to_vec(&self.analysis).unwrap();
        let facts = self.store_as(&outputs.facts, facts);
        if let Some(aggregation) = &mut self.results.aggregation {
            aggregation.facts = facts;
        }
        let analysis = self.store_as(&outputs.analysis, analysis);
        if let Some(output) = &mut self.results.analysis {
            output.analysis = analysis;
            let item = AnalysisItem {
                analysis: self.analysis.clone(),
                processed_file: outputs.processed.clone(),
                source_file: self.run.source.key.clone(),
                records_analyzed: 716,
                analysis_timestamp: start(),
                notification_sent: false,
                notification_timestamp: None,
                ttl: 0,
            };
            self.analyses.put(&item).await.unwrap();
        }
        let rejected = self.store_as(&outputs.rejected, self.rejected.clone());
        if let Some(validation) = &mut self.results.validation {
            validation.rejected = Some(rejected);
        }
        let manifest = json!({
            "schema_version": "1.0",
            "program_version": "0.1.0",
            "run": self.run,
            "results": self.results,
            "completed_at": start(),
            "duration_ms": 99,
        });
        self.store.insert(&self.run.outputs.manifest, serde_json::to_vec(&manifest).unwrap());
    }

    fn store_as(&self, key: &str, bytes: Vec<u8>) -> PublishedObject {
        let object = object(key, &bytes);
        self.store.insert(key, bytes);
        serde_json::from_value(object).unwrap()
    }

    pub(crate) fn ports<'a>(&'a self, mailer: Option<&'a ScriptedMailer>) -> Ports<'a> {
        Ports {
            store: &self.store,
            send_log: &self.send_log,
            analyses: &self.analyses,
            mailer: mailer.map(|mailer| mailer as &dyn Mailer),
            clock: &self.clock,
        }
    }

    pub(crate) fn send_input(&self) -> Input {
        Input::Send(Box::new(SendInput {
            run: self.run.clone(),
            execution: serde_json::from_value(json!({
                "id": "arn:aws:states:eu-central-1:123456789012:execution:sluice:run-7f3a",
                "name": "run-7f3a",
                "start_time": start(),
            }))
            .unwrap(),
            outcome: self.results.outcome,
        }))
    }

    /// Renders, and gives the page.
    pub(crate) async fn page(&self) -> String {
        let input = RenderInput { run: self.run.clone(), results: self.results.clone() };
        let input = Input::Render(Box::new(input));
        let output = send_report::run(input, self.ports(None), &self.config).await.unwrap();
        let Output::Rendered(rendered) = output else { panic!("{output:?}") };
        let bytes: Bytes = self.store.bytes(&rendered.report.key).unwrap();
        assert_eq!(rendered.report.size_bytes, bytes.len() as u64);
        assert_eq!(rendered.report.sha256, format!("{:x}", Sha256::digest(&bytes)));
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// Sends, and gives the message.
    pub(crate) async fn message(&self) -> Vec<u8> {
        let mailer = ScriptedMailer::default();
        send_report::run(self.send_input(), self.ports(Some(&mailer)), &self.config).await.unwrap();
        mailer.sent()[0].mime.clone()
    }
}

pub(crate) fn config() -> Config {
    Config {
        from: "sluice@example.com".into(),
        from_name: "Sluice".into(),
        to: vec!["data-team@example.com".into(), "ops@example.com".into()],
        attach_rejected: true,
        attachment_limit_bytes: ATTACHMENT_LIMIT_BYTES,
        links: Links::default(),
        program_version: "0.1.0".into(),
    }
}

pub(crate) fn failure_input(detail: &Value) -> Input {
    let event: StatusChangeEvent = serde_json::from_value(json!({ "detail": detail })).unwrap();
    Input::Failure(FailureInput { event })
}

fn object(key: &str, bytes: &[u8]) -> Value {
    let sha256 = format!("{:x}", Sha256::digest(bytes));
    json!({ "key": key, "size_bytes": bytes.len(), "sha256": sha256 })
}
