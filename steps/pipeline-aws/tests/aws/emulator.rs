//! The emulated AWS: started once by this process, gone with it, since it serves until its standard
//! input closes. `SLUICE_EMULATOR` names one that runs already.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::LazyLock,
};

use aws_credential_types::Credentials;
use pipeline_aws::Connection;
use serde_json::Value;

const START: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../terraform/tests/emulator/start.py");

pub(crate) struct Emulator {
    pub(crate) endpoint: String,
    _process: Option<Child>,
}

pub(crate) static EMULATOR: LazyLock<Emulator> =
    LazyLock::new(|| match std::env::var("SLUICE_EMULATOR") {
        Ok(endpoint) => Emulator { endpoint, _process: None },
        Err(_) => Emulator::start(),
    });

impl Emulator {
    fn start() -> Self {
        let mut process = Command::new("python3")
            .arg(Path::new(START))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts the emulator");
        let mut ready = String::new();
        let stdout = process.stdout.as_mut().expect("its output is piped");
        BufReader::new(stdout).read_line(&mut ready).expect("the emulator says that it is ready");
        let ready: Value = serde_json::from_str(&ready).unwrap_or_else(|_| {
            panic!("the emulator did not start; what it said is above. Try: python3 {START}")
        });
        let endpoint = ready["endpoint"].as_str().expect("it names its endpoint").to_owned();
        Self { endpoint, _process: Some(process) }
    }

    /// A connection to the emulated AWS.
    pub(crate) async fn connection(&self) -> Connection {
        connection_to(&self.endpoint).await
    }

    /// Asks the emulator's control plane.
    pub(crate) fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let host = self.endpoint.trim_start_matches("http://");
        let body = body.map_or(String::new(), Value::to_string);
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        assert!(head.contains(" 200 "), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap_or(Value::Null)
    }
}

pub(crate) async fn connection_to(endpoint: &str) -> Connection {
    let credentials = Credentials::new("test", "test", None, None, "test");
    Connection::load(|loader| {
        loader.endpoint_url(endpoint).region("us-east-1").credentials_provider(credentials)
    })
    .await
}

/// A name that no other test has, in this run or another one against the same emulator.
pub(crate) fn unique(prefix: &str) -> String {
    format!("{prefix}-{}", uuid::Uuid::new_v4())
}
