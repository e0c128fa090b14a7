//! How fast, and in how much memory, an object of 1 GB streams from and to a server on this machine.
//!
//! `cargo bench -p pipeline-aws`. The server is a process of its own, so that the memory is the
//! adapter's. Over plain HTTP: what TLS costs comes on top.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it fails")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use aws_credential_types::Credentials;
use bytes::Bytes;
use pipeline_aws::{Connection, s3::Bucket};
use pipeline_core::ports::{Metadata, ObjectStore, Publication};

const SIZE_BYTES: usize = 1_000_000_000;
const CHUNK_BYTES: usize = 256 * 1024;

fn main() {
    if std::env::args().any(|argument| argument == "--serve") {
        return serve();
    }
    let mut server = Command::new(std::env::current_exe().unwrap())
        .arg("--serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut endpoint = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut endpoint).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let credentials = Credentials::new("test", "test", None, None, "test");
        let connection = Connection::load(|loader| {
            loader
                .endpoint_url(endpoint.trim())
                .region("us-east-1")
                .credentials_provider(credentials)
        })
        .await;
        let bucket = Bucket::new(&connection, "bucket");
        println!("start: peak memory {} MB", peak_memory_mb());
        measure("read", read(&bucket)).await;
        measure("write", write(&bucket)).await;
    });
    server.kill().unwrap();
    server.wait().unwrap();
}

async fn measure(what: &str, work: impl Future<Output = ()>) {
    let start = Instant::now();
    work.await;
    let mb_per_s = SIZE_BYTES as f64 / 1e6 / start.elapsed().as_secs_f64();
    println!("{what}: {mb_per_s:.0} MB/s, peak memory {} MB", peak_memory_mb());
}

async fn read(bucket: &Bucket) {
    let mut reader = bucket.get("input/x.csv", None).await.unwrap();
    let mut read_bytes = 0;
    while let Some(chunk) = reader.next_chunk().await.unwrap() {
        read_bytes += chunk.len();
    }
    assert_eq!(read_bytes, SIZE_BYTES);
}

async fn write(bucket: &Bucket) {
    let chunk = Bytes::from(vec![b'x'; CHUNK_BYTES]);
    let mut writer = bucket.put("processed/x.csv", "text/csv").await.unwrap();
    let mut left_bytes = SIZE_BYTES;
    while left_bytes > 0 {
        let size_bytes = left_bytes.min(CHUNK_BYTES);
        writer.write(chunk.slice(..size_bytes)).await.unwrap();
        left_bytes -= size_bytes;
    }
    writer.finish(Metadata::new(), Publication::Replace).await.unwrap();
}

/// Since the process began, as Linux counts it; 0 elsewhere.
fn peak_memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0)
        / 1024
}

fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || while answer(stream.as_ref().unwrap()).is_some() {});
        }
    });
    // The benchmark's end.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// Answers one request as far as the adapter looks at the answer.
fn answer(mut stream: &TcpStream) -> Option<()> {
    let mut reader = BufReader::with_capacity(CHUNK_BYTES, stream);
    let (mut head, mut length, mut range) = (String::new(), 0, String::new());
    reader.read_line(&mut head).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(("range", value)) => value.clone_into(&mut range),
            Some(_) => {}
            None => break,
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    if let Some((first, last)) = range.trim_start_matches("bytes=").split_once('-') {
        let first: usize = first.parse().ok()?;
        let last = last.parse::<usize>().ok()?.min(SIZE_BYTES - 1);
        let mut left_bytes = last - first + 1;
        write!(
            stream,
            "HTTP/1.1 206 OK\r\ncontent-length: {left_bytes}\r\netag: \"e\"\r\n\
             content-range: bytes {first}-{last}/{SIZE_BYTES}\r\n\r\n"
        )
        .ok()?;
        let chunk = vec![b'x'; CHUNK_BYTES];
        while left_bytes > 0 {
            let size_bytes = left_bytes.min(CHUNK_BYTES);
            stream.write_all(&chunk[..size_bytes]).ok()?;
            left_bytes -= size_bytes;
        }
        return Some(());
    }
    let body = if head.contains("uploads") {
        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
    } else if head.starts_with("POST") {
        "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"
    } else if head.contains("/processed/") {
        "<CopyPartResult><ETag>e</ETag></CopyPartResult>"
    } else {
        ""
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\netag: \"e\"\r\n\r\n{body}").ok()
}
