//! A small office: rows whose work is a sum, workers and coordinators as threads and as processes.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tumar::run::cluster::{
    ClusterError, CoordinateError, GiveUp, Note, RowHandler, Run, Server, Tally, Task, Terms,
    Worked, coordinate, work,
};
use tumar::run::input::fetch;

/// Which part a process of this binary plays, and its arguments.
const PART: &str = "TUMAR_TEST_PART";

/// How long a worker may be silent in these tests.
pub(crate) const ACK_WAIT: Duration = Duration::from_secs(1);

pub(crate) struct Sums;

impl RowHandler for Sums {
    /// How long a row takes.
    type Prepared = Duration;

    fn prepare(&self, setup: &[u8]) -> Result<Duration, String> {
        let text = std::str::from_utf8(setup).unwrap();
        text.parse().map(Duration::from_millis).map_err(|_| "it is for another version".into())
    }

    fn handle(&self, pause: &Duration, task: &Task) -> Vec<u8> {
        match task.body.as_slice() {
            b"poison" => std::process::exit(9),
            b"panic" => std::panic::resume_unwind(Box::new(())),
            b"long" => vec![b'x'; 2_000_000],
            b"slow" => {
                std::thread::sleep(3 * ACK_WAIT);
                sum(task)
            }
            _ => {
                std::thread::sleep(*pause);
                sum(task)
            }
        }
    }

    fn give_up(&self, _: &Task, why: GiveUp) -> Vec<u8> {
        format!("{why:?}").into_bytes()
    }

    fn note(&self, _: Note) {}
}

fn sum(task: &Task) -> Vec<u8> {
    let body = std::str::from_utf8(&task.body).unwrap();
    format!("{{\"row\":{},\"of\":\"{body}\"}}", task.row).into_bytes()
}

/// What the results are, done without a network.
pub(crate) fn expected(tasks: &[Task]) -> BTreeMap<u64, String> {
    let text = |task: &Task| String::from_utf8(sum(task)).unwrap();
    tasks.iter().map(|task| (task.row, text(task))).collect()
}

pub(crate) fn tasks(rows: u64) -> Vec<Task> {
    (1..=rows).map(|row| Task { row, body: format!("scan {row}").into_bytes() }).collect()
}

pub(crate) fn run(name: &str, ms: u64) -> Run {
    Run { name: name.into(), fingerprint: "ab12".into(), setup: ms.to_string().into_bytes() }
}

/// Results in a file, each line written and synced before it counts.
pub(crate) struct Journal(PathBuf);

impl Journal {
    pub(crate) fn at(folder: &Path) -> Self {
        Self(folder.join("journal"))
    }

    /// Row and result of each line, in the order of the lines.
    pub(crate) fn lines(&self) -> Vec<(u64, String)> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let whole = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        let parse = |line: &str| {
            let (row, result) = line.split_once(' ').unwrap();
            (row.parse().unwrap(), result.to_owned())
        };
        whole.map(parse).collect()
    }

    /// Asserts that each row is there once, with this result.
    pub(crate) fn assert_holds(&self, expected: &BTreeMap<u64, String>) {
        let lines = self.lines();
        assert_eq!(lines.len(), expected.len(), "each row once");
        assert_eq!(&lines.into_iter().collect::<BTreeMap<_, _>>(), expected);
    }

    fn file(&self) -> File {
        OpenOptions::new().create(true).append(true).open(&self.0).unwrap()
    }
}

/// Coordinates a run until its end or a stop, with what the journal already holds left out.
pub(crate) fn coordinate_with(
    server: &Server,
    run: &Run,
    tasks: &[Task],
    journal: &Journal,
    stop: &AtomicBool,
    note: impl FnMut(Note),
) -> Result<Tally, CoordinateError<std::io::Error>> {
    let done: Vec<u64> = journal.lines().into_iter().map(|(row, _)| row).collect();
    let rest = tasks.iter().filter(|task| !done.contains(&task.row)).cloned();
    let mut file = journal.file();
    let store = |row: u64, result: &[u8]| {
        let line = format!("{row} {}\n", String::from_utf8_lossy(result));
        file.write_all(line.as_bytes())?;
        file.sync_data()
    };
    coordinate(server, run, 40, rest, store, note, stop)
}

/// The same, to its end.
pub(crate) fn finish(server: &Server, run: &Run, tasks: &[Task], journal: &Journal) -> Tally {
    let go = AtomicBool::new(false);
    let tally = coordinate_with(server, run, tasks, journal, &go, |_| ()).unwrap();
    assert!(tally.finished);
    assert_eq!(tally.left, None);
    tally
}

pub(crate) fn terms() -> Terms {
    Terms { threads: 2, attempts: 3, ack_wait: Some(ACK_WAIT) }
}

/// A worker as a thread.
pub(crate) struct Hand {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Worked, ClusterError>>,
}

impl Hand {
    pub(crate) fn hire(server: &Server) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (server, flag) = (server.clone(), Arc::clone(&stop));
        let thread = std::thread::spawn(move || work(&server, &terms(), &Sums, &flag));
        Self { stop, thread }
    }

    pub(crate) fn dismiss(self) -> Result<Worked, ClusterError> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// A process of this binary, which is killed with the test.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn worker(url: &str) -> Self {
        Self::of(&format!("worker {url}"))
    }

    /// A coordinator of `run(name, ms)` with `tasks(rows)`.
    pub(crate) fn coordinator(url: &str, name: &str, ms: u64, rows: u64, folder: &Path) -> Self {
        Self::of(&format!("coordinator {url} {name} {ms} {rows} {}", folder.display()))
    }

    fn of(part: &str) -> Self {
        Self::with(part, &[])
    }

    /// Plays a part, with these variables in its environment.
    pub(crate) fn with(part: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "cluster::part", "--nocapture"]).env(PART, part);
        command.envs(variables.iter().copied());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(child.spawn().unwrap())
    }

    pub(crate) fn is_gone(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Whether it ended, and well.
    pub(crate) fn is_done(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some_and(|status| status.success())
    }

    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Plays the part that this process was started for; whether it was.
pub(crate) fn play() -> bool {
    let Ok(part) = std::env::var(PART) else { return false };
    // Nobody else may ever end it.
    std::thread::spawn(|| {
        std::thread::sleep(super::nats::PATIENCE * 2);
        std::process::exit(1);
    });
    let words: Vec<&str> = part.split(' ').collect();
    let stop = AtomicBool::new(false);
    match words.as_slice() {
        ["worker", url] => drop(work(&Server::new(url).unwrap(), &terms(), &Sums, &stop)),
        ["coordinator", url, name, ms, rows, folder] => {
            let run = run(name, ms.parse().unwrap());
            let journal = Journal::at(Path::new(folder));
            finish(&Server::new(url).unwrap(), &run, &tasks(rows.parse().unwrap()), &journal);
        }
        ["fetch", url, out] => {
            let bytes = fetch(url).unwrap_or_else(|error| error.to_string().into_bytes());
            fs::write(out, bytes).unwrap();
        }
        _ => panic!("no such part: {part}"),
    }
    true
}

/// What notes were made.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<Note>>>);

impl Notes {
    pub(crate) fn add(&self, note: Note) {
        self.0.lock().unwrap().push(note);
    }

    pub(crate) fn any(&self, is: impl Fn(&Note) -> bool) -> bool {
        self.0.lock().unwrap().iter().any(is)
    }
}
