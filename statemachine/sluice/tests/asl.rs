//! `sluice asl run --objects`: a distributed Map that reads its items from a folder and writes its
//! results there.
#![expect(clippy::unwrap_used, reason = "a test should fail where it stands")]

mod sandbox;

use std::{fs, path::Path};

use sandbox::Sandbox;
use serde_json::{Value, json};

/// Each row of the CSV file `key` becomes a text; the results are written below `out/`.
fn machine(key: &str) -> Value {
    json!({"QueryLanguage": "JSONata", "StartAt": "Rows", "States": {"Rows": {
        "Type": "Map", "End": true,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Arguments": {"Bucket": "shop", "Key": key},
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Name",
            "States": {"Name": {
                "Type": "Pass", "End": true,
                "Output": "{% $states.input.id & ' ' & $states.input.name %}",
            }},
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"},
            "Arguments": {"Bucket": "shop", "Prefix": "out"},
        },
    }}})
}

/// Runs a machine over the folder `objects`; gives the exit code and the result.
fn run(sandbox: &Sandbox, machine: &Value) -> (i32, Value) {
    let definition = sandbox.file("machine.asl.json", &machine.to_string());
    let objects = sandbox.path("objects");
    let args = ["asl", "run", &definition, "--objects", &objects, "--output", "json"];
    let (code, out) = sandbox.sluice(&args);
    (code, serde_json::from_str(&out).unwrap())
}

fn sandbox_with_rows() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.path("objects/in")).unwrap();
    sandbox.file("objects/in/rows.csv", "id,name\n1,Ada\n2,\"Grace, Hopper\"\n");
    sandbox.file("secret.csv", "id,name\n3,Mallory\n");
    sandbox
}

#[test]
fn a_distributed_map_reads_its_items_from_a_folder_and_writes_its_results_there() {
    let sandbox = sandbox_with_rows();
    let (code, result) = run(&sandbox, &machine("in/rows.csv"));
    assert_eq!(code, 0, "{result}");
    let object = |key: &Value| -> Value {
        let path = Path::new(&sandbox.path("objects")).join(key.as_str().unwrap());
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    let manifest = object(&result["output"]["ResultWriterDetails"]["Key"]);
    let file = &manifest["ResultFiles"]["SUCCEEDED"][0];
    assert_eq!(object(&file["Key"]), json!(["1 Ada", "2 Grace, Hopper"]));
    assert_eq!(file["Size"], 27);
}

#[test]
fn a_listing_has_every_object_below_its_prefix_and_nothing_else() {
    let sandbox = sandbox_with_rows();
    fs::create_dir_all(sandbox.path("objects/in/deep")).unwrap();
    sandbox.file("objects/in/deep/more.csv", "id\n");
    sandbox.file("objects/other.csv", "id\n");
    let mut machine = machine("");
    let map = &mut machine["States"]["Rows"];
    map["ItemReader"] = json!({
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Arguments": {"Bucket": "shop", "Prefix": "{% $states.input.prefix %}"},
    });
    map["ItemProcessor"]["States"]["Name"]["Output"] = json!("{% $states.input.Key %}");
    map.as_object_mut().unwrap().remove("ResultWriter");
    let list = |prefix: &str| {
        let text = machine.to_string().replace("{% $states.input.prefix %}", prefix);
        run(&sandbox, &serde_json::from_str(&text).unwrap()).1["output"].clone()
    };
    assert_eq!(list(""), json!(["in/deep/more.csv", "in/rows.csv", "other.csv"]));
    assert_eq!(list("in/r"), json!(["in/rows.csv"]));
    assert_eq!(list("in/deep/"), json!(["in/deep/more.csv"]));
    assert_eq!(list("none/"), json!([]));
}

#[test]
fn an_object_that_is_missing_is_named() {
    let (code, result) = run(&sandbox_with_rows(), &machine("in/none.csv"));
    assert_eq!((code, &result["error"]), (1, &json!("States.ItemReaderFailed")));
    assert_eq!(result["cause"], "there is no object shop/in/none.csv");
}

#[test]
fn no_key_leads_out_of_the_folder() {
    let sandbox = sandbox_with_rows();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.csv", sandbox.path("objects/link.csv")).unwrap();
    for key in ["../secret.csv", "in/../../secret.csv", "/etc/passwd", "link.csv"] {
        let (code, result) = run(&sandbox, &machine(key));
        assert_eq!((code, &result["error"]), (1, &json!("States.ItemReaderFailed")), "{key}");
        assert!(!result.to_string().contains("Mallory"), "{key}");
    }
    let mut outside = machine("in/rows.csv");
    outside["States"]["Rows"]["ResultWriter"]["Arguments"]["Prefix"] = json!("../out");
    let (code, result) = run(&sandbox, &outside);
    assert_eq!((code, &result["error"]), (1, &json!("States.ResultWriterFailed")));
    assert!(!Path::new(&sandbox.path("out")).exists());
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let sandbox = Sandbox::new();
    let definition = sandbox.file("machine.asl.json", &machine("x").to_string());
    let objects = sandbox.path("none");
    let (code, _, err) =
        sandbox.sluice_with_errors(&["asl", "run", &definition, "--objects", &objects]);
    assert_eq!(code, 2);
    assert!(err.contains("there is no folder"), "{err}");
    assert!(!Path::new(&objects).exists());
}
