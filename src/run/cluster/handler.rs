//! How a worker handles rows, on which terms it works, and what it did.

use std::time::Duration;

use super::nats::Note;
use super::task::Task;

/// Does rows for a worker.
pub trait RowHandler: Sync {
    /// What is made once for a run, and used for all its rows.
    type Prepared: Send + Sync;

    /// Prepares for a run.
    ///
    /// # Errors
    /// What this worker lacks for it; the worker then ends.
    fn prepare(&self, setup: &[u8]) -> Result<Self::Prepared, String>;

    /// The result of a row. The same row must give the same bytes, whoever does it.
    fn handle(&self, prepared: &Self::Prepared, task: &Task) -> Vec<u8>;

    /// The result of a row that is given up.
    fn give_up(&self, task: &Task, why: GiveUp) -> Vec<u8>;

    /// Is told what happens.
    fn note(&self, note: Note);
}

/// Why a row ends as failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiveUp {
    /// It was begun so often and gave no result: its workers were killed, hung or panicked.
    Attempts(u64),
    /// Its result has so many bytes, more than the server takes.
    TooLong(usize),
}

/// How to work.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Rows at a time.
    pub threads: usize,
    /// How often a row is begun before it is given up. With 1, rows that were beside one that killed
    /// its worker are given up, too.
    pub attempts: u64,
    /// How long a worker may be silent before its row goes to another; it counts for all workers of
    /// the server. `None` takes what is set there: 60 s if nothing is.
    pub ack_wait: Option<Duration>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { threads: 1, attempts: 3, ack_wait: None }
    }
}

/// What a worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Rows whose results the server keeps, those given up included.
    pub rows: u64,
    /// Rows that were given up.
    pub given_up: u64,
}
