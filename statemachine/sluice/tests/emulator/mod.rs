//! The emulated AWS, started once for each test binary, and the few calls that set a scene in it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use serde_json::{Value, json};

const REGION: &str = "us-east-1";

/// It ends when its standard input closes, which is when this process ends.
pub(crate) struct Emulator {
    _process: Child,
    pub(crate) endpoint: String,
    account: String,
}

/// The emulator of this test binary. Tests share it, so each has names of its own.
pub(crate) fn emulator() -> &'static Emulator {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    EMULATOR.get_or_init(|| {
        let start =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../terraform/tests/emulator/start.py");
        let mut process = Command::new("python3")
            .arg(start)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python 3 starts the emulated AWS");
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).expect("the emulator says where it listens");
        assert_eq!(ready["region"], REGION);
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        Emulator { _process: process, endpoint: text("endpoint"), account: text("account_id") }
    })
}

impl Emulator {
    /// An ARN in the emulated account.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{REGION}:{}:{resource}", self.account)
    }

    /// A call of a JSON service, such as `("states", "AWSStepFunctions.StartExecution")`.
    pub(crate) fn call(&self, service: &str, target: &str, body: &Value) -> Value {
        let headers = [("X-Amz-Target", target), ("Content-Type", "application/x-amz-json-1.0")];
        let body = body.to_string();
        let answer = self.send("POST", "/", service, &headers, body.as_bytes());
        if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer).unwrap() }
    }

    /// A call of S3.
    pub(crate) fn s3(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        self.send(method, path, "s3", &[], body)
    }

    /// Makes the next matching calls fail.
    pub(crate) fn fault(&self, fault: &Value) {
        self.send("POST", "/_emulator/faults", "s3", &[], fault.to_string().as_bytes());
    }

    /// A versioned bucket that sends its events to `EventBridge`, a state machine of the same name,
    /// and, if it is triggered, the rule between them. Gives the machine's ARN, which is the bucket's tag.
    pub(crate) fn pipeline(&self, name: &str, definition: &Value, is_triggered: bool) -> String {
        self.s3("PUT", &format!("/{name}"), b"");
        let versioning =
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        self.s3("PUT", &format!("/{name}?versioning"), versioning.as_bytes());
        let events =
            "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>";
        self.s3("PUT", &format!("/{name}?notification"), events.as_bytes());
        let machine = self.arn("states", &format!("stateMachine:{name}"));
        let tags = format!(
            "<Tagging><TagSet><Tag><Key>sluice:state-machine-arn</Key><Value>{machine}</Value></Tag></TagSet></Tagging>"
        );
        self.s3("PUT", &format!("/{name}?tagging"), tags.as_bytes());
        let any_role = format!("arn:aws:iam::{}:role/any", self.account);
        let created = self.call(
            "states",
            "AWSStepFunctions.CreateStateMachine",
            &json!({"name": name, "definition": definition.to_string(), "roleArn": any_role}),
        );
        assert_eq!(created["stateMachineArn"], *machine);
        if is_triggered {
            let pattern = json!({"source": ["aws.s3"], "detail-type": ["Object Created"],
                "detail": {"bucket": {"name": [name]}, "object": {"key": [{"prefix": "input/"}]}}});
            let rule = json!({"Name": name, "EventPattern": pattern.to_string()});
            self.call("events", "AWSEvents.PutRule", &rule);
            let target = json!({"Id": "machine", "Arn": machine, "RoleArn": any_role});
            let targets = json!({"Rule": name, "Targets": [target]});
            let put = self.call("events", "AWSEvents.PutTargets", &targets);
            assert_eq!(put["FailedEntryCount"], 0, "{put}");
        }
        machine
    }

    /// One request over a connection of its own. The signature is not checked, only whose it is.
    fn send(
        &self,
        method: &str,
        path: &str,
        service: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        let host = self.endpoint.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let mut request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0\r\n",
            body.len()
        );
        for (name, value) in headers {
            request = format!("{request}{name}: {value}\r\n");
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let (head, body) =
            (String::from_utf8_lossy(&answer[..end]).into_owned(), &answer[end + 4..]);
        let status: u16 = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!(status < 300, "{method} {path}: {head}\n{}", String::from_utf8_lossy(body));
        body.to_vec()
    }
}
