//! The Lambda Runtime API over HTTP, and a function's process that talks to it.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use serde_json::Value;

/// The trace header that every event has.
pub(crate) const TRACE: &str =
    "Root=1-5e1b4151-43a0913a12345678901234567;Parent=53995c3f42cd8ad8;Sampled=1";
/// The root of it.
pub(crate) const TRACE_ID: &str = "1-5e1b4151-43a0913a12345678901234567";

/// After it a function is held to be dumb, and the test fails instead of waiting for ever.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a function posted.
#[derive(Debug)]
pub(crate) struct Post {
    /// The path behind `/2018-06-01/runtime/`.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body.
    pub(crate) body: Value,
}

/// A function's process and the Runtime API that it talks to.
pub(crate) struct Process {
    child: Child,
    events: mpsc::Sender<Vec<u8>>,
    posts: mpsc::Receiver<Post>,
}

/// What a process left behind.
pub(crate) struct Left {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Left {
    /// The log: every line is a JSON object.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let line = |line: &str| {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
            assert!(value.is_object(), "{line}");
            value
        };
        self.stdout.lines().map(line).collect()
    }

    /// The lines with this message.
    pub(crate) fn said(&self, message: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == message).collect()
    }
}

impl Process {
    /// Starts a function with these variables beside those that Lambda sets, and no others.
    pub(crate) fn start(binary: &Path, variables: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (events, pending) = mpsc::channel();
        let (posted, posts) = mpsc::channel();
        thread::spawn(move || accept(&listener, pending, &posted));
        let child = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "sluice-test")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        Self { child, events, posts }
    }

    /// The function's answer to an event.
    pub(crate) fn invoke(&self, event: impl AsRef<[u8]>) -> Post {
        self.events.send(event.as_ref().to_vec()).unwrap();
        self.posts()
    }

    /// What the function posts without being asked: the report of a failed start.
    pub(crate) fn posts(&self) -> Post {
        self.posts.recv_timeout(PATIENCE).unwrap()
    }

    /// Ends the process as Lambda does, without notice.
    pub(crate) fn kill(mut self) -> Left {
        self.child.kill().unwrap();
        self.wait()
    }

    /// Waits until the process ends by itself.
    pub(crate) fn wait(self) -> Left {
        let output = self.child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Left { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

fn accept(listener: &TcpListener, events: mpsc::Receiver<Vec<u8>>, posted: &mpsc::Sender<Post>) {
    let events = Arc::new(Mutex::new(events));
    for stream in listener.incoming() {
        let (events, posted) = (Arc::clone(&events), posted.clone());
        thread::spawn(move || converse(&stream.unwrap(), &events, &posted));
    }
}

/// Answers the requests of one connection, until either side is gone.
fn converse(
    stream: &TcpStream,
    events: &Mutex<mpsc::Receiver<Vec<u8>>>,
    posted: &mpsc::Sender<Post>,
) -> Option<()> {
    let mut requests = BufReader::new(stream);
    let mut answers = stream;
    for number in 1.. {
        let mut first_line = String::new();
        requests.read_line(&mut first_line).ok()?;
        let (method, rest) = first_line.split_once(' ')?;
        let path = rest.split(' ').next()?.strip_prefix("/2018-06-01/runtime/")?;
        let headers = headers(&mut requests)?;
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        requests.read_exact(&mut body).ok()?;
        let (status, answer) = if method == "GET" {
            ("200 OK", events.lock().unwrap().recv().ok()?)
        } else {
            let body = serde_json::from_slice(&body).unwrap();
            posted.send(Post { path: path.to_owned(), headers, body }).ok()?;
            ("202 Accepted", b"{\"status\":\"OK\"}".to_vec())
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Lambda-Runtime-Aws-Request-Id: request-{number}\r\n\
             Lambda-Runtime-Deadline-Ms: 4102444800000\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:1:function:sluice-test\r\n\
             Lambda-Runtime-Trace-Id: {TRACE}\r\n\r\n",
            answer.len()
        );
        answers.write_all(head.as_bytes()).ok()?;
        answers.write_all(&answer).ok()?;
    }
    Some(())
}

fn headers(requests: &mut impl BufRead) -> Option<BTreeMap<String, String>> {
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        requests.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => return Some(headers),
        };
    }
}
