//! Real processes that share a data folder, race, and are killed with SIGKILL at any moment.
//!
//! A child is this test binary again, told by its environment to play a part in [`part`]. It reports
//! each thing that it has done as one line, and the parent kills it after so many lines: at a moment
//! that the parent does not choose.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use bytes::Bytes;
use pipeline_core::{
    conformance::samples::{self, claim, execution, results},
    error::ErrorKind,
    ports::{
        Claim, EventBus, ExecutionProbe, Ledger, LedgerState, Mailer, Metadata, ObjectStore,
        Publication, RawEmail, SendLog, SendMark, read_all,
    },
};
use pipeline_local::{DataFolder, FolderStore};
use serde_json::json;
use tempfile::TempDir;

const PART: &str = "PIPELINE_LOCAL_TEST_PART";
const FOLDER: &str = "PIPELINE_LOCAL_TEST_FOLDER";
const NAME: &str = "PIPELINE_LOCAL_TEST_NAME";
const MARK: &str = "done: ";

/// A child process, which ends when it is killed or its input is closed.
struct Actor {
    child: Child,
    lines: Box<dyn Iterator<Item = String>>,
    input: Option<ChildStdin>,
}

impl Actor {
    fn play(part: &str, name: &str, folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "part", "--nocapture", "--test-threads=1"])
            .env(PART, part)
            .env(FOLDER, folder)
            .env(NAME, name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines = output
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| Some(line.split_once(MARK)?.1.to_owned()));
        Self { input: child.stdin.take(), lines: Box::new(lines), child }
    }

    /// Waits until the child has done something more.
    fn next(&mut self) -> String {
        self.lines.next().unwrap()
    }

    /// Lets the child go on from where it waits.
    fn go(&mut self) {
        writeln!(self.input.as_mut().unwrap()).unwrap();
    }

    /// SIGKILL. Gives what the child had done and not yet been asked about.
    fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.lines.collect()
    }

    /// Waits for its end. Gives what it did.
    fn finish(mut self) -> Vec<String> {
        drop(self.input.take());
        let lines = self.lines.by_ref().collect();
        assert!(self.child.wait().unwrap().success());
        lines
    }
}

fn done(what: &str) {
    println!("{MARK}{what}");
}

fn wait_to_go() {
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// Not a test by itself: what a child process does. Without a part there is nothing to do.
#[tokio::test]
async fn part() {
    let Ok(part) = env::var(PART) else { return };
    let data = DataFolder::open(Path::new(&env::var(FOLDER).unwrap())).unwrap();
    let name = env::var(NAME).unwrap();
    match part.as_str() {
        "own" => own(&data, &name).await,
        "claim" => claim_many(&data, &name).await,
        "write" => write_on(&data).await,
        "publish" => publish_on(&data, &name).await,
        "mail" => mail_on(&data).await,
        "stage" => stage(&data).await,
        _ => assert_eq!(part, "a known part"),
    }
}

/// Starts an execution, claims a file, and stays alive.
async fn own(data: &DataFolder, name: &str) {
    let _lock = data.executions.start(name).unwrap();
    data.database.claim(&claim(&execution(name), "x.csv")).await.unwrap();
    done("claimed");
    wait_to_go();
}

/// Claims many files, as fast as it can, and names those that it won.
async fn claim_many(data: &DataFolder, name: &str) {
    done("ready");
    wait_to_go();
    for number in 0..CONTENTS {
        let request = claim(&execution(name), &format!("{number}.csv"));
        if let Claim::Claimed { .. } = data.database.claim(&request).await.unwrap() {
            done(&format!("{number}.csv"));
        }
        if data.database.begin(&format!("mail-{number}"), request.now).await.unwrap()
            == SendMark::Begun
        {
            done(&format!("mail-{number}"));
        }
    }
}

/// Writes object after object under the same keys.
async fn write_on(data: &DataFolder) {
    for generation in 1.. {
        for key in KEYS {
            let mut writer = data.store.put(key, "text/csv").await.unwrap();
            let line = format!("{generation}\n");
            for _ in 0..(generation * 7919) % 40_000 {
                writer.write(Bytes::from(line.clone())).await.unwrap();
            }
            let metadata = Metadata::from([("generation".into(), generation.to_string())]);
            writer.finish(metadata, Publication::Replace).await.unwrap();
        }
        let key = format!("reports/{generation}/manifest.json");
        let mut writer = data.store.put(&key, "application/json").await.unwrap();
        writer.write(Bytes::from(vec![b'm'; 100_000])).await.unwrap();
        match writer.finish(Metadata::new(), Publication::IfAbsent).await {
            Err(error) if error.kind() == ErrorKind::PreconditionFailed => {}
            written => assert!(written.is_ok()),
        }
        done(&generation.to_string());
    }
}

/// Publishes event after event.
async fn publish_on(data: &DataFolder, name: &str) {
    for number in 0.. {
        let padding = "x".repeat(number % 3000);
        let event =
            samples::event(json!({"correlation_id": name, "number": number, "padding": padding}));
        data.events.publish(&event).await.unwrap();
        done(&number.to_string());
    }
}

/// Sends mail after mail, each twice.
async fn mail_on(data: &DataFolder) {
    for number in 0.. {
        for _ in 0..2 {
            data.outbox.send(&mail(number)).await.unwrap();
        }
        done(&number.to_string());
    }
}

/// Begins an object and stays alive.
async fn stage(data: &DataFolder) {
    let mut writer = data.store.put("processed/x.csv", "text/csv").await.unwrap();
    writer.write(Bytes::from(vec![b'x'; 300_000])).await.unwrap();
    done("staged");
    wait_to_go();
    writer.finish(Metadata::new(), Publication::Replace).await.unwrap();
    done("published");
}

const CONTENTS: usize = 40;
const KEYS: [&str; 2] = ["processed/x.csv", "input/x.csv"];
const ROUNDS: usize = 8;

fn mail(number: usize) -> RawEmail {
    RawEmail {
        id: format!("mail-{number}"),
        from: "a@example.com".into(),
        to: vec!["b@example.com".into()],
        mime: format!("{number}\r\n").repeat(20_000).into_bytes(),
    }
}

fn temp_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder.join(".sluice/tmp")).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().path().extension().unwrap() == "tmp").count()
}

#[tokio::test]
async fn a_killed_owner_is_recognised_at_once() {
    let folder = TempDir::new().unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    let first = execution("first");

    let mut owner = Actor::play("own", "first", folder.path());
    owner.next();
    assert!(data.executions.is_running(&first.id).await.unwrap());
    // Opening the folder again cleans up after the dead, not after the living.
    let again = DataFolder::open(folder.path()).unwrap();
    assert!(again.executions.is_running(&first.id).await.unwrap());
    let twice = again.executions.start("first").err().map(|error| error.kind());
    assert_eq!(twice, Some(ErrorKind::PreconditionFailed));

    owner.kill();
    assert!(!data.executions.is_running(&first.id).await.unwrap());
    // Nor is its end forgotten when the folder is opened again.
    let later = DataFolder::open(folder.path()).unwrap();
    assert!(!later.executions.is_running(&first.id).await.unwrap());
    let mut second = claim(&execution("second"), "x.csv");
    assert!(matches!(data.database.claim(&second).await.unwrap(), Claim::Held(_)));
    second.dead_owner = Some(first.id.clone());
    let Claim::Claimed { run, adopted } = data.database.claim(&second).await.unwrap() else {
        panic!("the claim of a dead owner held");
    };
    assert_eq!((run.correlation_id.as_str(), adopted), ("first", true));
    let results = results(&run);
    data.database.complete(&second.content_id, &second.owner, &results, second.now).await.unwrap();
    let record = Ledger::get(&again.database, &second.content_id).await.unwrap().unwrap();
    assert_eq!(record.state, LedgerState::Completed);
}

#[tokio::test]
async fn an_execution_whose_name_is_a_path_neither_starts_nor_runs() {
    let folder = TempDir::new().unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    assert!(!data.executions.is_running("arn:../../x").await.unwrap());
    let unsafe_name = data.executions.start("../x").err().map(|error| error.kind());
    assert_eq!(unsafe_name, Some(ErrorKind::InvalidEvent));
}

#[test]
fn racing_processes_never_both_win() {
    let folder = TempDir::new().unwrap();
    let mut racers: Vec<_> = ["one", "two", "three"]
        .into_iter()
        .map(|name| Actor::play("claim", name, folder.path()))
        .collect();
    for racer in &mut racers {
        assert_eq!(racer.next(), "ready");
    }
    for racer in &mut racers {
        racer.go();
    }
    let mut won: Vec<String> = racers.into_iter().flat_map(Actor::finish).collect();
    won.sort();
    let mut each_once: Vec<_> = (0..CONTENTS)
        .flat_map(|number| [format!("{number}.csv"), format!("mail-{number}")])
        .collect();
    each_once.sort();
    assert_eq!(won, each_once);
}

async fn assert_whole(store: &FolderStore, key: &str) {
    let info = match store.head(key, None).await {
        Ok(info) => info,
        Err(error) => return assert_eq!(error.kind(), ErrorKind::ObjectNotFound),
    };
    let generation: usize = info.metadata["generation"].parse().unwrap();
    let expected = format!("{generation}\n").repeat((generation * 7919) % 40_000);
    let bytes = read_all(store, key, None, 1 << 20).await.unwrap();
    assert!(bytes == expected.as_bytes(), "generation {generation} of {key} is not whole");
}

#[tokio::test]
async fn objects_of_a_killed_writer_are_whole_or_absent() {
    let folder = TempDir::new().unwrap();
    for round in 0..ROUNDS {
        let mut writers = [(); 2].map(|()| Actor::play("write", "writer", folder.path()));
        for _ in 0..=round {
            for writer in &mut writers {
                writer.next();
            }
        }
        for writer in writers {
            writer.kill();
        }
        let data = DataFolder::open(folder.path()).unwrap();
        for key in KEYS {
            assert_whole(&data.store, key).await;
        }
        for generation in 1..100 {
            let key = format!("reports/{generation}/manifest.json");
            match read_all(&data.store, &key, None, 1 << 20).await {
                Ok(bytes) => assert!(bytes == vec![b'm'; 100_000]),
                Err(error) => assert_eq!(error.kind(), ErrorKind::ObjectNotFound),
            }
        }
        assert_eq!(temp_files(folder.path()), 0);
    }
}

#[tokio::test]
async fn temporary_files_of_the_living_are_kept() {
    let folder = TempDir::new().unwrap();
    let mut living = Actor::play("stage", "living", folder.path());
    let mut dying = Actor::play("stage", "dying", folder.path());
    living.next();
    dying.next();
    dying.kill();
    let data = DataFolder::open(folder.path()).unwrap();
    assert_eq!(temp_files(folder.path()), 1);

    living.go();
    assert_eq!(living.finish(), ["published"]);
    assert_eq!(data.store.head("processed/x.csv", None).await.unwrap().size_bytes, 300_000);
    assert_eq!(temp_files(folder.path()), 0);
}

#[tokio::test]
async fn events_outlive_their_publisher() {
    let folder = TempDir::new().unwrap();
    let mut published = Vec::new();
    for round in 0..ROUNDS {
        let names = [format!("{round}-a"), format!("{round}-b")];
        let mut publishers = names.clone().map(|name| Actor::play("publish", &name, folder.path()));
        let mut acknowledged = [Vec::new(), Vec::new()];
        for _ in 0..10 {
            for (publisher, seen) in publishers.iter_mut().zip(&mut acknowledged) {
                seen.push(publisher.next());
            }
        }
        for ((publisher, name), seen) in publishers.into_iter().zip(names).zip(acknowledged) {
            let seen = seen.into_iter().chain(publisher.kill());
            published.extend(seen.map(|number| (name.clone(), number)));
        }
    }
    // The line that the last kill might have torn, for sure.
    let log = folder.path().join("events.jsonl");
    let mut file = fs::OpenOptions::new().append(true).open(log).unwrap();
    file.write_all(b"{\"version\":\"0\",\"id\":\"torn").unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    let after = samples::event(json!({"correlation_id": "after", "number": 0}));
    data.events.publish(&after).await.unwrap();

    let events = data.events.read().unwrap();
    assert_eq!(events.last().unwrap().event, after);
    let logged: Vec<_> = events
        .iter()
        .map(|logged| {
            let detail = &logged.event.detail;
            let name = detail["correlation_id"].as_str().unwrap().to_owned();
            (name, detail["number"].to_string())
        })
        .collect();
    for event in &published {
        let count = logged.iter().filter(|logged| *logged == event).count();
        assert_eq!(count, 1, "{event:?}");
    }
}

#[test]
fn a_mail_is_in_the_outbox_whole_and_once() {
    let folder = TempDir::new().unwrap();
    for round in 0..ROUNDS {
        let mut mailers = [(); 2].map(|()| Actor::play("mail", "mailer", folder.path()));
        let mut sent = 0;
        for _ in 0..=round {
            for mailer in &mut mailers {
                sent = sent.max(mailer.next().parse::<usize>().unwrap());
            }
        }
        for mailer in mailers {
            mailer.kill();
        }
        let files = fs::read_dir(folder.path().join("outbox")).unwrap().count();
        assert!(files > sent, "{files} files for {sent} mails");
        for number in 0..files {
            let path = folder.path().join(format!("outbox/mail-{number}.eml"));
            assert!(fs::read(&path).unwrap() == mail(number).mime, "{path:?}");
        }
    }
}
