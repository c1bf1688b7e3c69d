//! Rows out, results in, each once.

use std::collections::HashSet;
use std::error::Error;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{AckKind, Message};
use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt};

use super::nats::link::{self, Link, Patience, is_set};
use super::nats::streams::Streams;
use super::nats::subjects::{self, RunSubjects};
use super::nats::{ClusterError, CoordinateError, Note, Server};
use super::task::{Run, Task};
use super::window::{Settled, Window};
use super::{lease, runs};

/// How many rows are published ahead of the results: a guess, enough for the threads of any office and
/// little for memory and stream.
pub const AHEAD: usize = 1000;

/// Results that are asked for at a time: a guess.
const BATCH: usize = 64;
/// How long to wait for them, a guess; a stop is noticed after it.
const WAIT: Duration = Duration::from_secs(1);
/// After which time without a result to look whether the server still has the rows: a guess. Doubled
/// each time.
const QUIET: Duration = Duration::from_secs(10);
const LONGEST_QUIET: Duration = Duration::from_secs(16 * QUIET.as_secs());
/// How long a full server is waited for while no result comes: a guess.
const LONGEST_FULL: Duration = Duration::from_secs(120);
/// After which time a result whose row's turn has not come is looked at again: a guess.
const LATER: Duration = Duration::from_secs(1);
/// How often to try to take a finished run off a server that is away: a guess.
const REMOVALS: u32 = 20;

/// How a run went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that were stored.
    pub stored: u64,
    /// Results that were dropped because their row was stored already.
    pub repeats: u64,
    /// Rows that the server had lost.
    pub republished: u64,
    /// Whether all rows are stored; if not, somebody asked to stop.
    pub finished: bool,
    /// Why the finished run could not be taken off the server, if so; [`discard`] does it later.
    pub left: Option<String>,
}

/// Hands out `tasks`, in ascending order of their rows and at most `ahead` before their results, and
/// gives each row's result to `store`, once. Returns when all are stored, or soon after `stop` is
/// set; then the run stays on the server, and goes on when it is coordinated again with the tasks that
/// are not stored.
///
/// `store` returns when the result would survive a crash: after it, no one else has it.
///
/// # Errors
/// What the server refuses, another coordinator of the run, another run under its name, and the first
/// error of `store`. While the server is away it is waited for.
pub fn coordinate<E>(
    server: &Server,
    run: &Run,
    ahead: usize,
    tasks: impl Iterator<Item = Task>,
    store: impl FnMut(u64, &[u8]) -> Result<(), E>,
    note: impl FnMut(Note),
    stop: &AtomicBool,
) -> Result<Tally, CoordinateError<E>> {
    subjects::check_name(&run.name)?;
    let runtime = link::runtime()?;
    runtime.block_on(async {
        let link = Link::open(server, "coordinator").await?;
        lease::acquire(&link, &run.name).await?;
        let streams = Streams::open(&link).await?;
        let subjects = runs::announce(&link, &streams, run).await?;
        let results = streams.coordinator(&link, &subjects).await?;
        let mut coordinator = Coordinator {
            window: Window::new(tasks, ahead),
            tally: Tally::default(),
            patience: Patience::default(),
            stored: Instant::now(),
            looked: Instant::now(),
            quiet: QUIET,
            full: false,
            link,
            streams,
            subjects,
            results,
            store,
            note,
            stop,
        };
        coordinator.run().await?;
        Ok(coordinator.tally)
    })
}

/// Takes an unfinished run off the server; what is not stored of it is lost. Tells whether there was
/// one.
///
/// # Errors
/// What the server refuses, and a coordinator of the run that is still there.
pub fn discard(server: &Server, run: &str) -> Result<bool, ClusterError> {
    subjects::check_name(run)?;
    link::runtime()?.block_on(async {
        let link = Link::open(server, "coordinator").await?;
        lease::acquire(&link, run).await?;
        let streams = Streams::open(&link).await?;
        let Some(found) = runs::find(&link, &streams, run).await? else { return Ok(false) };
        runs::remove(&link, &streams, &found.subjects).await?;
        Ok(true)
    })
}

struct Coordinator<'a, I, S, N> {
    link: Link,
    streams: Streams,
    subjects: RunSubjects,
    results: PullConsumer,
    window: Window<I>,
    tally: Tally,
    patience: Patience,
    /// When the last result was stored.
    stored: Instant,
    /// When that was, or when lost rows were looked for.
    looked: Instant,
    /// How long after it to look for them.
    quiet: Duration,
    /// Whether the server took no more rows.
    full: bool,
    store: S,
    note: N,
    stop: &'a AtomicBool,
}

impl<I, S, N, E> Coordinator<'_, I, S, N>
where
    I: Iterator<Item = Task>,
    S: FnMut(u64, &[u8]) -> Result<(), E>,
    N: FnMut(Note),
{
    async fn run(&mut self) -> Result<(), CoordinateError<E>> {
        self.window.fill();
        // What was done while no coordinator was there need not be done again.
        while !is_set(self.stop) && self.backlog().await? {
            self.take_results(false).await?;
        }
        while !is_set(self.stop) {
            self.window.fill();
            self.hand_out(self.window.unpublished()).await?;
            if self.window.is_done() {
                self.tally.finished = true;
                self.tally.left = self.leave().await.err().map(|error| error.to_string());
                break;
            }
            self.take_results(true).await?;
            if self.looked.elapsed() > self.quiet {
                self.look_for_lost().await?;
            }
        }
        // Acknowledgements that do not arrive only mean that a result comes again.
        let _unsent = self.link.client.flush().await;
        Ok(())
    }

    async fn backlog(&mut self) -> Result<bool, ClusterError> {
        match self.results.get_info().await {
            Ok(info) => Ok(info.num_pending > 0),
            Err(error) => {
                self.recover("asking for the run's results", &error).await?;
                Ok(true)
            }
        }
    }

    /// Publishes the rows, all at once: waiting for each would cost a round trip a row.
    async fn hand_out(&mut self, mut rows: Vec<u64>) -> Result<(), ClusterError> {
        while !rows.is_empty() && !is_set(self.stop) {
            let answers = join_all(rows.iter().map(|&row| self.publish(row))).await;
            let mut left = Vec::new();
            let mut trouble = None;
            for (row, answer) in rows.into_iter().zip(answers) {
                match answer {
                    Ok(()) => {
                        if let Some(out) = self.window.get_mut(row) {
                            out.published += 1;
                        }
                    }
                    Err(error @ ClusterError::TooLong { .. }) => return Err(error),
                    Err(error) => {
                        left.push(row);
                        trouble = Some(error);
                    }
                }
            }
            match trouble {
                None => {
                    self.patience.succeeded();
                    self.full = false;
                }
                // Rows that workers take make room for these.
                Some(ClusterError::Full { detail, .. }) if self.may_get_room() => {
                    if !self.full {
                        (self.note)(Note::Full(detail));
                    }
                    self.full = true;
                    return Ok(());
                }
                Some(error) => self.bear(error).await?,
            }
            rows = left;
        }
        Ok(())
    }

    /// Whether rows are out, and results still come: they need room, too.
    fn may_get_room(&self) -> bool {
        self.window.published().next().is_some() && self.stored.elapsed() < LONGEST_FULL
    }

    async fn publish(&self, row: u64) -> Result<(), ClusterError> {
        let Some(out) = self.window.get(row) else { return Ok(()) };
        let headers = subjects::headers(&self.subjects.message_id(row, out.published));
        let message = PublishMessage::build().payload(out.body.clone().into()).headers(headers);
        let sent = match self.link.jetstream.send_publish(self.subjects.row(row), message).await {
            Ok(answer) => answer.await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(_) => Ok(()),
            Err(error) if link::is_there_already(&error) => Ok(()),
            Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                Err(ClusterError::TooLong { what: format!("row {row}"), bytes: out.body.len() })
            }
            Err(error) => Err(self.link.failed("publishing rows", &error)),
        }
    }

    /// Stores what comes within [`WAIT`]; hands out more rows meanwhile if `refill`.
    async fn take_results(&mut self, refill: bool) -> Result<(), CoordinateError<E>> {
        let doing = "taking results";
        let asked = self.results.batch().max_messages(BATCH).expires(WAIT).messages().await;
        let mut batch = match asked {
            Ok(batch) => batch,
            Err(error) => return Ok(self.recover(doing, &error).await?),
        };
        // The server ends the batch; unless it is away.
        while let Ok(Some(message)) = tokio::time::timeout(2 * WAIT, batch.next()).await {
            match message {
                Ok(message) => self.take(&message).await?,
                Err(error) => return Ok(self.recover(doing, &*error).await?),
            }
            if refill && self.window.wants_more() {
                self.window.fill();
                self.hand_out(self.window.unpublished()).await?;
            }
            if is_set(self.stop) || self.window.is_done() {
                break;
            }
        }
        self.tell();
        Ok(self.link.check()?)
    }

    async fn take(&mut self, message: &Message) -> Result<(), CoordinateError<E>> {
        self.patience.succeeded();
        let found =
            RunSubjects::parse(&message.subject).filter(|(subjects, _)| *subjects == self.subjects);
        let row = found.map(|(_, row)| row);
        let settled = row.map_or(Settled::Repeat, |row| self.window.judge(row));
        let answer = match (settled, row) {
            (Settled::First, Some(row)) => {
                (self.store)(row, &message.payload).map_err(CoordinateError::Store)?;
                self.window.close(row);
                self.tally.stored += 1;
                self.stored = Instant::now();
                (self.looked, self.quiet) = (self.stored, QUIET);
                AckKind::Ack
            }
            (Settled::Early, _) => AckKind::Nak(Some(LATER)),
            _ => {
                self.tally.repeats += 1;
                AckKind::Ack
            }
        };
        // If it does not arrive the result comes again, and is dropped.
        let _unsent = message.ack_with(answer).await;
        Ok(())
    }

    /// Publishes again what is neither in the queue nor among the results: a server that lost power
    /// has lost what it had not written to its disk.
    async fn look_for_lost(&mut self) -> Result<(), ClusterError> {
        match self.lost().await {
            Ok(lost) if lost.is_empty() => {}
            Ok(lost) => {
                let rows = lost.len() as u64;
                self.tally.republished += rows;
                (self.note)(Note::Republished(rows));
                self.hand_out(lost).await?;
            }
            Err(error) => self.bear(error).await?,
        }
        self.looked = Instant::now();
        self.quiet = (self.quiet * 2).min(LONGEST_QUIET);
        Ok(())
    }

    async fn lost(&mut self) -> Result<Vec<u64>, ClusterError> {
        let doing = "looking for lost rows";
        let failed = |error: &(dyn Error + 'static)| self.link.failed(doing, error);
        // The queue first: a row leaves it after its result is there.
        let queue = self.streams.rows.info_with_subjects(self.subjects.rows()).await;
        let queue = queue.map_err(|error| failed(&error))?;
        let queue: Vec<(String, usize)> = queue.try_collect().await.map_err(|e| failed(&e))?;
        let info = self.results.get_info().await.map_err(|error| failed(&error))?;
        if info.num_pending > 0 || info.num_ack_pending > 0 {
            return Ok(Vec::new());
        }
        let queue: HashSet<u64> =
            queue.iter().filter_map(|(subject, _)| Some(RunSubjects::parse(subject)?.1)).collect();
        let lost: Vec<u64> = self.window.published().filter(|row| !queue.contains(row)).collect();
        if lost.is_empty() {
            let in_hand = self.streams.in_hand().await.min(queue.len() as u64);
            (self.note)(Note::Quiet { queued: queue.len() as u64 - in_hand, in_hand });
        }
        Ok(lost)
    }

    async fn leave(&mut self) -> Result<(), ClusterError> {
        let mut attempts = 0;
        loop {
            match runs::remove(&self.link, &self.streams, &self.subjects).await {
                Err(error) if attempts < REMOVALS && !is_set(self.stop) => {
                    attempts += 1;
                    self.tell();
                    self.patience.bear(&self.link, error).await?;
                }
                other => return other,
            }
        }
    }

    /// Waits until the server is back, and asks it anew for what it should have.
    async fn recover(
        &mut self,
        doing: &'static str,
        error: &(dyn Error + 'static),
    ) -> Result<(), ClusterError> {
        let mut error = self.link.failed(doing, error);
        loop {
            self.bear(error).await?;
            if is_set(self.stop) {
                return Ok(());
            }
            match self.reopen().await {
                Ok(()) => return Ok(()),
                Err(other) => error = other,
            }
        }
    }

    async fn reopen(&mut self) -> Result<(), ClusterError> {
        self.streams = Streams::open(&self.link).await?;
        let found = runs::find(&self.link, &self.streams, &self.subjects.run).await?;
        if found.is_none_or(|found| found.subjects != self.subjects) {
            return Err(ClusterError::Removed(self.subjects.run.clone()));
        }
        self.results = self.streams.coordinator(&self.link, &self.subjects).await?;
        Ok(())
    }

    async fn bear(&mut self, error: ClusterError) -> Result<(), ClusterError> {
        self.tell();
        self.patience.bear(&self.link, error).await
    }

    fn tell(&mut self) {
        self.link.notes().into_iter().for_each(&mut self.note);
    }
}
