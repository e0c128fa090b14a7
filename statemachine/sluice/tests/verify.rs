//! `sluice verify`: what is proven, what is disproved, and what cannot be told.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod sandbox;

use std::{fs, path::PathBuf};

use pipeline_core::document::sha256_hex;
use sandbox::{Sandbox, sample};
use serde_json::{Value, json};

struct Verified {
    sandbox: Sandbox,
    run: String,
}

impl Verified {
    /// A run of the sample with rejects.
    fn run() -> Self {
        let sandbox = Sandbox::new();
        let (code, result) =
            sandbox.run_one(&[sample("smartphone-sales/messy.csv").to_str().unwrap()]);
        assert_eq!(code, 0, "{result}");
        let run = result["correlation_id"].as_str().unwrap().to_owned();
        Self { sandbox, run }
    }

    fn report(&self, name: &str) -> PathBuf {
        self.sandbox.data().join("reports").join(&self.run).join(name)
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.report(name)).unwrap()).unwrap()
    }

    /// Writes a document anew, and its hash into the manifest, as somebody would who covers traces.
    fn forge(&self, name: &str, forge: impl FnOnce(&mut Value)) {
        let mut document = self.json(name);
        forge(&mut document);
        let bytes = serde_json::to_vec_pretty(&document).unwrap();
        fs::write(self.report(name), &bytes).unwrap();
        let mut manifest = self.json("manifest.json");
        let results = &mut manifest["results"];
        let object = match name {
            "facts.json" => &mut results["aggregation"]["facts"],
            _ => &mut results["analysis"]["analysis"],
        };
        object["sha256"] = json!(sha256_hex(&bytes));
        object["size_bytes"] = json!(bytes.len());
        fs::write(self.report("manifest.json"), manifest.to_string()).unwrap();
    }

    /// The exit code, the verdict and the checks that are not proven.
    fn verify(&self, more: &[&str]) -> (i32, String, Vec<String>) {
        let args = [&["verify", &self.run[..8], "--output", "json"], more].concat();
        let (code, out) = self.sandbox.sluice(&args);
        let told: Value = serde_json::from_str(&out).unwrap();
        let checks = told["checks"].as_array().unwrap().iter();
        let failed = checks.filter(|check| check["verdict"] != "proven");
        let failed = failed.map(|check| check["what"].as_str().unwrap().to_owned()).collect();
        (code, told["verdict"].as_str().unwrap().to_owned(), failed)
    }

    fn expect(&self, code: i32, verdict: &str, why: &str) {
        let (found, told, failed) = self.verify(&[]);
        assert_eq!((found, told.as_str()), (code, verdict), "{failed:?}");
        assert!(failed.iter().any(|what| what.contains(why)), "{failed:?}");
    }
}

#[test]
fn a_run_is_proven_again() {
    let verified = Verified::run();
    assert_eq!(verified.verify(&[]), (0, "proven".to_owned(), Vec::new()));
    let (code, told) = verified.sandbox.sluice(&["verify", &verified.run]);
    assert_eq!(code, 0);
    assert!(told.contains("claims hold against the facts"), "{told}");
}

#[test]
fn outputs_with_other_bytes_are_found() {
    for name in ["facts.json", "analysis.json", "report.html"] {
        let verified = Verified::run();
        let path = verified.report(name);
        let bytes = [fs::read(&path).unwrap(), b"\n".to_vec()].concat();
        fs::write(path, bytes).unwrap();
        verified.expect(1, "disproved", &format!("{name} has other bytes"));
    }
}

/// A row that is taken away shows thrice: the hash, the facts, the count.
#[test]
fn a_row_that_is_missing_is_found() {
    for (folder, why) in
        [("processed", "is not of the processed file"), ("rejected", "records, not 27")]
    {
        let verified = Verified::run();
        let outputs = verified.json("manifest.json");
        let key = outputs["run"]["outputs"][folder].as_str().unwrap();
        let path = verified.sandbox.data().join(key);
        let text = fs::read(&path).unwrap();
        let end = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        fs::write(path, &text[..end]).unwrap();
        verified.expect(1, "disproved", why);
    }
}

#[test]
fn facts_that_were_forged_with_their_hash_are_found() {
    let verified = Verified::run();
    verified.forge("facts.json", |facts| {
        let records = &mut facts["dimensions"][0]["groups"][0]["records"];
        *records = json!(records.as_u64().unwrap() + 1);
    });
    verified.expect(1, "disproved", "facts.json is not what the processed file says");
    verified.expect(1, "disproved", "analysis.json");
}

#[test]
fn an_analysis_that_was_forged_with_its_hash_is_found() {
    type Forge = fn(&mut Value);
    let forged: [(Forge, &str); 11] = [
        (
            |analysis| {
                let text = analysis["insights"][0]["description"].as_str().unwrap().to_owned();
                analysis["insights"][0]["description"] = json!(text + " It will rise.");
            },
            "insights[0]: its text is not that of its claims and words",
        ),
        (
            |analysis| analysis["summary_basis"]["claims"][0]["text"] = json!("All is well."),
            "summary.claims[0]: says something else than the facts",
        ),
        (
            |analysis| analysis["insights"][0]["claims"][0]["ids"] = json!(["d0g1"]),
            "insights[0].claims[0]",
        ),
        (
            |analysis| analysis["anomalies"] = json!([]),
            "anomalies: lacks the computed data_quality",
        ),
        (|analysis| analysis["anomalies"][0]["severity"] = json!("low"), "anomalies: has a"),
        (
            |analysis| {
                let confidence = &mut analysis["insights"][0]["confidence"];
                *confidence = json!(if *confidence == "low" { "medium" } else { "low" });
            },
            "insights[0]: is not what the deterministic analyst says",
        ),
        (
            |analysis| {
                let insight = &mut analysis["insights"][0];
                let text = insight["description"].as_str().unwrap().to_owned();
                insight["words"] = json!("Sales will double.");
                insight["description"] = json!(text + " Sales will double.");
            },
            "insights[0]: is not what the deterministic analyst says",
        ),
        (
            |analysis| {
                analysis["summary_basis"]["claims"] = json!([]);
                analysis["summary_basis"]["words"] = json!("All is well: 0 rejected.");
                analysis["summary"] = json!("All is well: 0 rejected.");
            },
            "summary: claims nothing",
        ),
        (
            |analysis| analysis["insights"][0]["words_by"] = json!("model"),
            "insights[0]: is not what the deterministic analyst says",
        ),
        (
            |analysis| {
                analysis["insights"][1]["claims"][0]["claim"] = json!("trend");
                analysis["insights"][0]["claims"][0]["ids"] = json!(["d0g1"]);
            },
            "insights[0].claims[0]",
        ),
        (
            |analysis| analysis["model"] = json!("amazon.nova-lite-v1:0"),
            "analysis.json is not what the manifest says of it",
        ),
    ];
    for (forge, why) in forged {
        let verified = Verified::run();
        verified.forge("analysis.json", forge);
        verified.expect(1, "disproved", why);
    }
}

#[test]
fn documents_and_manifests_that_say_nothing_are_found() {
    type Forge = fn(&mut Value);
    for name in ["facts.json", "analysis.json"] {
        let verified = Verified::run();
        verified.forge(name, |document| *document = json!({}));
        verified.expect(1, "disproved", &format!("{name} is not a document of this kind"));
    }
    let forged: [(Forge, &str); 7] = [
        (
            |manifest| manifest["results"]["outcome"] = json!("FileRefused"),
            "the outcome is not what the steps found",
        ),
        (
            |manifest| {
                manifest["results"]["outcome"] = json!("AllRecordsRejected");
                manifest["results"]["aggregation"] = Value::Null;
                manifest["results"]["analysis"] = Value::Null;
            },
            "the outcome is not what the steps found",
        ),
        (
            |manifest| {
                let rejected = manifest["results"]["validation"]["records"]["rejected"].clone();
                manifest["results"]["validation"]["records"]["read"] = rejected;
                manifest["results"]["validation"]["records"]["valid"] = json!(0);
                manifest["results"]["outcome"] = json!("AllRecordsRejected");
                manifest["results"]["aggregation"] = Value::Null;
            },
            "the outcome is not what the steps found",
        ),
        (|manifest| manifest["results"]["analysis"] = Value::Null, "has no analysis"),
        (|manifest| manifest["results"]["aggregation"] = Value::Null, "has no facts"),
        (
            |manifest| {
                manifest["results"]["analysis"]["anomalies"] = json!({ "high": 0, "total": 0 });
            },
            "is not what the manifest says of it",
        ),
        (
            |manifest| manifest["run"]["outputs"]["facts"] = json!("reports/other/facts.json"),
            "names other keys than the run's for facts",
        ),
    ];
    for (forge, why) in forged {
        let verified = Verified::run();
        let mut manifest = verified.json("manifest.json");
        forge(&mut manifest);
        fs::write(verified.report("manifest.json"), manifest.to_string()).unwrap();
        verified.expect(1, "disproved", why);
    }
    let later = Verified::run();
    later.forge("analysis.json", |analysis| *analysis = json!({ "schema_version": "3.0" }));
    later.expect(3, "not_verifiable", "analysis.json is of version 3.0");
}

#[test]
fn what_is_gone_or_of_another_version_is_never_called_proven() {
    let gone = Verified::run();
    let processed = gone.json("manifest.json")["run"]["outputs"]["processed"].clone();
    fs::remove_file(gone.sandbox.data().join(processed.as_str().unwrap())).unwrap();
    gone.expect(3, "not_verifiable", "is gone");

    let earlier = Verified::run();
    earlier.forge("analysis.json", |analysis| analysis["schema_version"] = json!("1.0"));
    earlier.expect(3, "not_verifiable", "analysis.json is of version 1.0");

    let later = Verified::run();
    later.forge("analysis.json", |analysis| {
        analysis["insights"][0]["claims"][0]["claim"] = json!("trend");
    });
    let mut manifest = later.json("manifest.json");
    manifest["program_version"] = json!("9.9.9");
    fs::write(later.report("manifest.json"), manifest.to_string()).unwrap();
    later.expect(3, "not_verifiable", "it was made by version 9.9.9");

    let lexicon = Verified::run();
    lexicon.forge("facts.json", |facts| facts["text"]["method"] = json!("vader 9.9"));
    lexicon.expect(3, "not_verifiable", "is made with another lexicon");
    lexicon.forge("facts.json", |facts| facts["schema_version"] = json!("2.0"));
    lexicon.expect(3, "not_verifiable", "facts.json is of version 2.0");

    // What another build has computed may differ without being wrong.
    let build = Verified::run();
    build.forge("facts.json", |facts| facts["reject_rate"] = json!(0.5));
    let mut manifest = build.json("manifest.json");
    manifest["program_version"] = json!("0.0.1");
    fs::write(build.report("manifest.json"), manifest.to_string()).unwrap();
    build.expect(3, "not_verifiable", "it was made by version 0.0.1");
}

#[test]
fn the_contract_may_be_given() {
    let verified = Verified::run();
    let mut manifest = verified.json("manifest.json");
    manifest["run"]["contract"]["version_id"] = json!("a version that is gone");
    fs::write(verified.report("manifest.json"), manifest.to_string()).unwrap();
    verified.expect(3, "not_verifiable", "contracts/smartphone-sales.json is gone");
    let own = sample("smartphone-sales/contract.json");
    let given = verified.verify(&["--contract", own.to_str().unwrap()]);
    assert_eq!(given, (0, "proven".to_owned(), Vec::new()));
    let other = sample("store-export/contract.json");
    let (code, _, failed) = verified.verify(&["--contract", other.to_str().unwrap()]);
    assert_eq!(code, 3, "{failed:?}");
}

#[test]
fn a_run_that_published_no_facts_is_verified_too() {
    let sandbox = Sandbox::new();
    let good = fs::read_to_string(sample("smartphone-sales/good.csv")).unwrap();
    let header = good.lines().next().unwrap();
    let file = sandbox.file("empty.csv", &format!("{header}\n"));
    let (_, result) = sandbox.run_one(&[&file]);
    let verified = Verified { run: result["correlation_id"].as_str().unwrap().to_owned(), sandbox };
    assert_eq!(verified.verify(&[]), (0, "proven".to_owned(), Vec::new()));
}

#[test]
fn a_run_that_there_is_not_is_an_error() {
    let verified = Verified::run();
    let (code, _, told) = verified.sandbox.sluice_with_errors(&["verify", "nothing"]);
    assert_eq!(code, 1);
    assert!(told.contains("no run of") && told.contains("begins with"), "{told}");
}
