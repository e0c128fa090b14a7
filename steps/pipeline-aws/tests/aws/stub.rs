//! A server that speaks HTTP and answers as it is told: for broken connections and rare errors.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use pipeline_aws::Connection;

use crate::emulator::connection_to;

#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The first and the last byte that are asked for.
    pub(crate) fn range(&self) -> (usize, usize) {
        let (first, last) =
            self.header("range").unwrap()["bytes=".len()..].split_once('-').unwrap();
        (first.parse().unwrap(), last.parse().unwrap())
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// After how many bytes of the body the connection breaks.
    pub(crate) breaks_after: Option<usize>,
    /// Whether nothing is ever answered.
    pub(crate) hangs: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into(), ..Self::default() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// An error of S3.
    pub(crate) fn s3_error(status: u16, code: &str) -> Self {
        Self::new(status, format!("<Error><Code>{code}</Code><Message>No.</Message></Error>"))
            .with("x-amz-request-id", "REQUEST1")
    }

    /// An error of a service that speaks JSON.
    pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, serde_json::json!({ "message": message }).to_string())
            .with("x-amzn-errortype", code)
            .with("x-amzn-requestid", "REQUEST1")
    }
}

type Answer = dyn Fn(&Request, usize) -> Reply + Send + Sync;

pub(crate) struct Stub {
    pub(crate) endpoint: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    /// Serves until the test ends. `answer` is given each request with the number of those before it.
    pub(crate) fn new(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answer: Arc<Answer> = Arc::new(answer);
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                thread::spawn(move || serve(&stream.unwrap(), &seen, &*answer));
            }
        });
        Self { endpoint, requests }
    }

    pub(crate) async fn connection(&self) -> Connection {
        connection_to(&self.endpoint).await
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, seen: &Mutex<Vec<Request>>, answer: &Answer) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let request = read(&mut reader)?;
        let before = {
            let mut seen = seen.lock().unwrap();
            seen.push(Request { body: request.body.clone(), ..request.clone() });
            seen.len() - 1
        };
        let reply = answer(&request, before);
        if reply.hangs {
            thread::park();
        }
        write(stream, &request, &reply)?;
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body })
}

fn write(mut stream: &TcpStream, request: &Request, reply: &Reply) -> Option<()> {
    let mut head =
        format!("HTTP/1.1 {} Stub\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head.extend([*name, ": ", value.as_str(), "\r\n"]);
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
    let body = if request.method == "HEAD" { &[] } else { &*reply.body };
    if let Some(bytes) = reply.breaks_after {
        stream.write_all(&body[..bytes]).ok()?;
        stream.shutdown(std::net::Shutdown::Both).ok()?;
        return None;
    }
    stream.write_all(body).ok()
}
