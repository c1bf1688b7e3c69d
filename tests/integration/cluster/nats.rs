//! A real NATS server on loopback, which ends with the test.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy};
use async_nats::jetstream::{self, Context};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::common::tools;

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Nats {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Nats {
    /// A server with JetStream; none where it is not installed, see [`tools::lacks`].
    pub(crate) fn start() -> Option<Self> {
        Self::with("jetstream { store_dir: \"STORE\" }")
    }

    /// A server of this configuration; STORE stands for its folder.
    pub(crate) fn with(config: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        Self::within(folder, config)
    }

    /// The same, in a folder that holds files the configuration names.
    pub(crate) fn within(folder: TempDir, config: &str) -> Option<Self> {
        if !tools::has("nats-server") {
            return None;
        }
        let port = free_port();
        let store = folder.path().display().to_string();
        let text = format!("listen: 127.0.0.1:{port}\n{}\n", config.replace("STORE", &store));
        fs::write(folder.path().join("nats.conf"), text).unwrap();
        let child = spawn(folder.path());
        let mut nats = Self { child, folder, port };
        nats.wait();
        Some(nats)
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills it as a power cut would, and starts it again after a while.
    pub(crate) fn restart(&mut self, after: Duration) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::thread::sleep(after);
        self.child = spawn(self.folder.path());
        self.wait();
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        while !self.answers() {
            if let Some(status) = self.child.try_wait().unwrap() {
                let log = fs::read_to_string(self.folder.path().join("nats.log"));
                panic!("nats-server ended, {status}: {}", log.unwrap_or_default());
            }
            assert!(begun.elapsed() < PATIENCE, "nats-server does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) else {
            return false;
        };
        stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        let mut start = [0; 4];
        stream.read_exact(&mut start).is_ok() && &start == b"INFO"
    }

    /// Messages in each of tumar's streams, and consumers of results.
    pub(crate) fn left(&self) -> (u64, u64, u64, usize) {
        let (runtime, context) = self.context();
        runtime.block_on(async {
            let mut state = Vec::new();
            for name in ["tumar-runs", "tumar-rows", "tumar-results"] {
                let found = context.get_stream(name).await.ok();
                let now = found.map(|stream| stream.cached_info().state.clone());
                state.push(now.map_or((0, 0), |now| (now.messages, now.consumer_count)));
            }
            (state[0].0, state[1].0, state[2].0, state[2].1)
        })
    }

    /// Asserts that no run has left anything; acknowledgements may still be on their way.
    pub(crate) fn assert_clean(&self) {
        let mut left = self.left();
        let begun = Instant::now();
        while left != (0, 0, 0, 0) && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(50));
            left = self.left();
        }
        assert_eq!(left, (0, 0, 0, 0), "announced, rows, results, and who waits for them");
    }

    /// Takes all rows away, as a power cut may.
    pub(crate) fn lose_rows(&self) {
        let (runtime, context) = self.context();
        runtime.block_on(async {
            context.get_stream("tumar-rows").await.unwrap().purge().await.unwrap();
        });
    }

    /// Makes the stream of rows as an operator may, with a limit of its bytes.
    pub(crate) fn limit_rows(&self, max_bytes: i64) {
        let (runtime, context) = self.context();
        let config = Config {
            name: "tumar-rows".into(),
            subjects: vec!["tumar.rows.>".into()],
            retention: RetentionPolicy::WorkQueue,
            discard: DiscardPolicy::New,
            max_messages_per_subject: 1,
            discard_new_per_subject: true,
            max_bytes,
            ..Config::default()
        };
        runtime.block_on(context.create_stream(config)).unwrap();
    }

    fn context(&self) -> (Runtime, Context) {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = async { jetstream::new(async_nats::connect(self.url()).await.unwrap()) };
        let context = runtime.block_on(client);
        (runtime, context)
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn spawn(folder: &Path) -> Child {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("nats.log"));
    Command::new("nats-server")
        .arg("-c")
        .arg(folder.join("nats.conf"))
        .stdout(Stdio::null())
        .stderr(log.unwrap())
        .spawn()
        .unwrap()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until it is so.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", child.id())).status();
    assert!(status.unwrap().success());
}

/// Answers one HTTP request after another with what `answer` says for its first line and headers.
pub(crate) fn http(answer: impl Fn(&str) -> (u16, Vec<u8>) + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                request.push(byte[0]);
            }
            let (code, body) = answer(&String::from_utf8_lossy(&request));
            let head = format!(
                "HTTP/1.1 {code} X\r\nContent-Length: {}\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nETag: \"1\"\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _gone = stream.write_all(head.as_bytes());
            let _gone = stream.write_all(&body);
        }
    });
    port
}
