//! The step: outputs, metadata, event, and what is refused.

use std::collections::BTreeMap;

use pipeline_core::{error::ErrorKind, events::DetailType, steps::validate_and_partition::Verdict};

use super::*;

#[test]
fn both_outputs_are_published_with_their_metadata() {
    let file = b"id,name,size,note\r\n1,\"a\",1,x\r\nx,b,2,y\r\n3,c,3,\"=1\n\"";
    let done = run(CONTRACT, file);
    assert_eq!(done.processed(), "id,name,size,note\r\n1,\"a\",1,x\r\n3,c,3,\"=1\n\"\r\n");
    assert_eq!(
        done.rejected(),
        "id,name,size,note,rejection_codes,rejection_reasons,row_number,rejected_at,\
         correlation_id,source_file,raw_record\n\
         x,b,2,y,id:type-error;primary-key,\"id: \"\"x\"\" is not an integer; the primary key \
         (id) has no value\",3,2025-06-15T15:06:40Z,run-1,input/file.csv,\n"
    );
    let output = &done.output;
    assert_eq!(output.verdict, Verdict::Valid);
    assert_eq!((output.records.read, output.records.valid, output.records.rejected), (3, 2, 1));
    assert_eq!(output.undeclared_columns, ["note"]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (key, published, records) in [
        ("processed/file.csv", output.processed.as_ref().unwrap(), "2"),
        ("rejected/file.csv", output.rejected.as_ref().unwrap(), "1"),
    ] {
        let info = runtime.block_on(done.store.head(key, None)).unwrap();
        assert_eq!((&*published.key, published.size_bytes), (key, info.size_bytes));
        assert_eq!(info.content_type, "text/csv");
        assert_eq!(info.checksum, format!("sha256:{}", published.sha256));
        let expect = [
            ("source-etag", "etag"),
            ("source-version-id", "null"),
            ("correlation-id", "run-1"),
            ("processed-at", "2025-06-15T15:06:40Z"),
            ("record-count", records),
            ("file-hash", &published.sha256),
        ];
        let expect = expect.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(info.metadata, BTreeMap::from(expect));
    }
    let events = done.events.of(DetailType::ProcessingComplete);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].detail["records"]["valid"], 2);
    assert_eq!(done.progress.last().unwrap().read_bytes, file.len() as u64);
}

#[test]
fn lineage_is_added_before_the_terminator() {
    let contract = CONTRACT.replace(r#""maxRejectRate": 1"#, r#""lineageColumns": true"#);
    let expect = "id,name,processed_at,correlation_id,source_file\r\n\
                  1,\"a\",2025-06-15T15:06:40Z,run-1,input/file.csv\r\n";
    let done = run(&contract, b"id,name\r\n1,\"a\"");
    assert_eq!(done.processed(), expect);
    // A processed file that is dropped again does not gain them twice.
    let again = run(&contract, done.processed().as_bytes());
    assert_eq!(again.processed(), expect);
    assert_eq!(again.output.undeclared_columns, Vec::<String>::new());
}

#[test]
fn outputs_exist_also_when_they_are_empty() {
    let done = run(CONTRACT, b"id,name\n");
    assert_eq!(done.output.verdict, Verdict::NoRecords);
    assert_eq!(done.processed(), "id,name\n");
    assert_eq!(done.rejected().lines().count(), 1);

    let done = run(CONTRACT, b"id\nx\n");
    assert_eq!(done.output.verdict, Verdict::AllRejected);
    assert_eq!(done.processed(), "id\n");
    let done = run(CONTRACT, b"id\n1");
    assert_eq!(done.processed(), "id\n1\n");
    assert_eq!(done.rejected().lines().count(), 1);
}

#[test]
fn a_refused_file_has_no_processed_output() {
    let done = run(CONTRACT, b"name\na\n");
    assert_eq!(done.output.verdict, Verdict::Refused);
    assert!(done.output.rejected.is_none() && done.files.is_empty());
    assert_eq!(done.output.source_sha256, None);

    let contract = CONTRACT.replace(r#""maxRejectRate": 1"#, r#""maxRejectRate": 0.5"#);
    let done = run(&contract, b"id\n1\nx\ny\n");
    assert_eq!(done.output.verdict, Verdict::Refused);
    assert_eq!(
        done.output.refusal.unwrap().message,
        "2 of 3 records are rejected (66.67 %), and the contract allows 50.00 %"
    );
    assert!(done.output.processed.is_none() && done.output.source_sha256.is_some());
    assert_eq!(done.files.keys().copied().collect::<Vec<_>>(), ["rejected"]);

    // Without a single valid record the verdict is another, whatever the threshold.
    let done = run(&contract, b"id\nx\n");
    assert_eq!((done.output.verdict, done.output.refusal), (Verdict::AllRejected, None));
    assert_eq!(done.files.len(), 2);
}

#[test]
fn counts_say_where_to_look_first() {
    let rows: Vec<String> = (0..9).map(|row| format!("{row},b,x\n")).collect();
    let rows = rows.concat();
    let done = run(CONTRACT, format!("id,name,size\n{rows}0,b,x\n").as_bytes());
    let rejects = &done.output.rejects;
    assert_eq!(rejects[0].field.as_deref(), Some("size"));
    assert_eq!((rejects[0].count, &*rejects[0].first_rows), (10, &[2, 3, 4, 5, 6][..]));
    assert_eq!(rejects[0].example, "\"x\" is not an integer");
    assert_eq!((rejects[1].field.as_deref(), rejects[1].count), (None, 1));
    assert_eq!(done.output.rejected_by_code.values().sum::<u64>(), 11);
}

#[test]
fn the_summary_is_small_whatever_the_contract() {
    let name = |column: usize| format!("{column:04}{}", "é".repeat(900));
    let fields: Vec<String> = (0..150)
        .map(|column| {
            let (name, pattern) = (name(column), "x".repeat(2000));
            format!(r#"{{ "name": "{name}", "constraints": {{ "pattern": "{pattern}" }} }}"#)
        })
        .collect();
    let contract = format!(r#"{{ "fields": [{}] }}"#, fields.join(","));
    let labels: Vec<String> = (0..150).map(name).collect();
    // Column 149 is wrong twice, so it is the first.
    let (row, commas) = (vec!["=\u{1}wrong"; 150].join(","), ",".repeat(149));
    let file = format!("{}\n{row}\n{commas}wrong\n", labels.join(","));
    let output = run(&contract, file.as_bytes()).output;
    let listed: u64 = output.rejects.iter().map(|reject| reject.count).sum();
    assert_eq!((output.rejects.len(), listed, output.other_rejects), (100, 101, 50));
    assert_eq!(listed + output.other_rejects, output.rejected_by_code.values().sum::<u64>());
    assert_eq!(output.rejects[0].count, 2);
    assert!(output.rejects[0].field.as_deref().unwrap().starts_with("0149é"));
    for reject in &output.rejects {
        assert!(reject.example.chars().count() <= 161, "{}", reject.example);
        assert!(reject.field.as_deref().unwrap().ends_with("é…"));
    }
    let size_bytes = serde_json::to_vec(&output).unwrap().len();
    assert!(size_bytes < 100 << 10, "{size_bytes}");
}

#[test]
fn another_file_or_contract_than_the_claimed_one_is_not_touched() {
    let kind = |change: fn(&mut Run, &MemoryStore)| {
        try_run(CONTRACT, b"id\n1\n", 10, 1000, change).err().map(|error| error.kind())
    };
    assert_eq!(kind(|_, _| {}), None);
    assert_eq!(
        kind(|run, _| run.contract.sha256 = "0".repeat(64)),
        Some(ErrorKind::PreconditionFailed)
    );
    assert_eq!(
        kind(|run, _| run.source.checksum = format!("sha256:{}", "0".repeat(64))),
        Some(ErrorKind::PreconditionFailed)
    );
    assert_eq!(kind(|run, _| run.source.size_bytes = 4), Some(ErrorKind::PreconditionFailed));
    assert_eq!(kind(|run, _| run.source.checksum = "crc64nvme:x".to_owned()), None);
    assert_eq!(kind(|run, store| store.remove(&run.source.key)), Some(ErrorKind::ObjectNotFound));
    let broken = try_run("{}", b"id\n", 10, 1000, |_, _| {}).err().unwrap();
    assert_eq!(broken.kind(), ErrorKind::Contract);
}

#[test]
fn durations_come_from_the_clock() {
    let file = b"id\n1\n";
    let store = MemoryStore::default();
    let run = run_of(CONTRACT, file);
    store.insert(&run.source.key, file.to_vec());
    store.insert(&run.contract.key, CONTRACT.as_bytes().to_vec());
    let clock = SettableClock::default();
    let events = RecordedEvents::default();
    let ports = Ports {
        store: &store,
        events: &events,
        clock: &clock,
        progress: Some(&|_| clock.advance(chrono::TimeDelta::milliseconds(7))),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let step = validate_and_partition::run(input(run), ports, Config::default());
    assert_eq!(runtime.block_on(step).unwrap().duration_ms, 7);
}
