//! A worker: takes rows as its threads come free, does them, and sees their results kept.

use std::collections::HashMap;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::{Acker, PublishMessage};
use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::attempts::{self, Attempt};
use super::handler::{GiveUp, RowHandler, Terms, Worked};
use super::isolation::Isolation;
use super::nats::link::{self, Link, Patience, is_set};
use super::nats::streams::Streams;
use super::nats::subjects::{self, RunSubjects};
use super::nats::{ClusterError, Note, Server};
use super::runs;
use super::task::Task;

/// How long a request for a row stands, a guess; a stop is noticed after it.
const WAIT: Duration = Duration::from_secs(1);
/// The longest time between two signs of life of a long row: a guess.
const PULSE: Duration = Duration::from_secs(5);
/// A row that takes longer than so many times the acknowledgement time hangs, and goes to another
/// worker: a guess.
const LONGEST_ROW: u32 = 10;
/// After which time a row that panicked is tried again, and a full server: a guess.
const LATER: Duration = Duration::from_secs(1);
/// Runs that are kept prepared: a guess.
const MAX_PREPARED: usize = 8;

/// Works on all runs of the server until soon after `stop` is set: rows that were begun are finished.
///
/// # Errors
/// What the server refuses, and a run for which [`RowHandler::prepare`] lacks something; the rows go to
/// other workers. While the server is away it is waited for.
pub fn work<H: RowHandler>(
    server: &Server,
    terms: &Terms,
    handler: &H,
    stop: &AtomicBool,
) -> Result<Worked, ClusterError> {
    let runtime = link::runtime()?;
    let (link, streams, rows) = runtime.block_on(async {
        let link = Link::open(server, "worker").await?;
        let streams = Streams::open(&link).await?;
        let rows = streams.workers(&link, terms.ack_wait).await?;
        Ok((link, streams, rows))
    })?;
    let worker = Worker {
        runtime: &runtime,
        link,
        terms,
        handler,
        stop,
        isolation: Isolation::default(),
        prepared: Mutex::new(HashMap::new()),
        error: Mutex::new(None),
        failed: AtomicBool::new(false),
        rows: AtomicU64::new(0),
        given_up: AtomicU64::new(0),
    };
    // A worker that cannot do what is announced should not begin.
    for run in runtime.block_on(runs::all(&worker.link, &streams))? {
        worker.set_up(run)?;
    }
    std::thread::scope(|scope| {
        for _ in 0..terms.threads.max(1) {
            scope.spawn(|| worker.serve(streams.clone(), rows.clone()));
        }
    });
    let _unsent = runtime.block_on(worker.link.client.flush());
    match worker.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => {
            Ok(Worked { rows: worker.rows.into_inner(), given_up: worker.given_up.into_inner() })
        }
    }
}

/// What a worker's threads share.
struct Worker<'a, H: RowHandler> {
    runtime: &'a Runtime,
    link: Link,
    terms: &'a Terms,
    handler: &'a H,
    stop: &'a AtomicBool,
    isolation: Isolation,
    prepared: Mutex<HashMap<RunSubjects, Arc<H::Prepared>>>,
    /// Why the worker ends, if it is not asked to.
    error: Mutex<Option<ClusterError>>,
    failed: AtomicBool,
    rows: AtomicU64,
    given_up: AtomicU64,
}

/// One thread's view of the server.
struct Session {
    streams: Streams,
    rows: PullConsumer,
    patience: Patience,
}

impl<H: RowHandler> Worker<'_, H> {
    fn serve(&self, streams: Streams, rows: PullConsumer) {
        let mut session = Session { streams, rows, patience: Patience::default() };
        while !self.is_over() {
            let served = match self.runtime.block_on(next(&session.rows)) {
                Ok(Some(message)) => self.row(&mut session, message),
                Ok(None) => {
                    session.patience.succeeded();
                    self.link.check()
                }
                Err(error) => {
                    let error = self.link.failed("taking rows", &*error);
                    self.runtime.block_on(self.recover(&mut session, error))
                }
            };
            self.link.notes().into_iter().for_each(|note| self.handler.note(note));
            if let Err(error) = served {
                self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                self.failed.store(true, Ordering::Relaxed);
            }
        }
    }

    fn is_over(&self) -> bool {
        is_set(self.stop) || is_set(&self.failed)
    }

    fn row(&self, session: &mut Session, message: Message) -> Result<(), ClusterError> {
        let suspect = message.info().is_ok_and(|info| info.delivered > 1);
        let id = message.headers.as_ref().and_then(|headers| headers.get(NATS_MESSAGE_ID));
        let id = id.map(|id| id.as_str().to_owned());
        let (message, acker) = message.split();
        let Some((subjects, row)) = RunSubjects::parse(&message.subject) else {
            return self.settle(&acker, AckKind::Term);
        };
        let pulse = self.pulse(session, &message);
        let task = Task { row, body: message.payload.to_vec() };
        let tried = self.attempt(session, &subjects, &task, suspect).and_then(|done| match done {
            Done::Result { bytes, given_up } => {
                let id = id.unwrap_or_else(|| subjects.message_id(row, 0));
                let outgoing = Outgoing { subject: subjects.result(row), id, bytes };
                let kept = self.keep(session, &task, outgoing, given_up);
                Ok(self.runtime.block_on(kept)?.then_some(AckKind::Ack))
            }
            Done::Panicked => Ok(Some(AckKind::Nak(Some(LATER)))),
            Done::Over => Ok(Some(AckKind::Term)),
        });
        pulse.abort();
        match tried {
            Ok(Some(answer)) => self.settle(&acker, answer),
            Ok(None) => Ok(()),
            // Only a count of attempts is not waited for: the row gives way to others.
            Err(ClusterError::Full { detail, .. }) => {
                self.handler.note(Note::Full(detail));
                self.settle(&acker, AckKind::Nak(Some(LATER)))
            }
            Err(error @ ClusterError::Server { .. }) => {
                self.settle(&acker, AckKind::Nak(Some(LATER)))?;
                self.runtime.block_on(self.recover(session, error))
            }
            Err(error) => {
                self.settle(&acker, AckKind::Nak(None))?;
                Err(error)
            }
        }
    }

    /// Does the row, or gives it up.
    fn attempt(
        &self,
        session: &Session,
        subjects: &RunSubjects,
        task: &Task,
        suspect: bool,
    ) -> Result<Done, ClusterError> {
        // The run is over: nobody waits for its rows.
        let Some(ready) = self.prepared(session, subjects)? else { return Ok(Done::Over) };
        let _pass = self.isolation.pass(suspect, longest(session));
        if suspect {
            let attempts = self.terms.attempts;
            let again =
                attempts::count(&self.link, &session.streams, (subjects, task.row), attempts);
            match self.runtime.block_on(again)? {
                Attempt::Again => {}
                Attempt::Over => return Ok(Done::Over),
                Attempt::Spent(times) => {
                    let bytes = self.handler.give_up(task, GiveUp::Attempts(times));
                    return Ok(Done::Result { bytes, given_up: true });
                }
            }
        }
        match catch_unwind(AssertUnwindSafe(|| self.handler.handle(&ready, task))) {
            Ok(bytes) => Ok(Done::Result { bytes, given_up: false }),
            Err(_) => {
                self.handler.note(Note::Panicked(task.row));
                Ok(Done::Panicked)
            }
        }
    }

    /// What is needed for the run's rows; none if the run is over.
    fn prepared(
        &self,
        session: &Session,
        subjects: &RunSubjects,
    ) -> Result<Option<Arc<H::Prepared>>, ClusterError> {
        let known =
            self.prepared.lock().unwrap_or_else(PoisonError::into_inner).get(subjects).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let found = runs::find(&self.link, &session.streams, &subjects.run);
        match self.runtime.block_on(found)? {
            Some(run) if run.subjects == *subjects => self.set_up(run).map(Some),
            _ => Ok(None),
        }
    }

    fn set_up(&self, run: runs::Announced) -> Result<Arc<H::Prepared>, ClusterError> {
        // Held while it is made: the other threads want the same one.
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = prepared.get(&run.subjects) {
            return Ok(Arc::clone(ready));
        }
        let ready = self.handler.prepare(&run.setup);
        let lacks = |detail| ClusterError::Setup { run: run.subjects.run.clone(), detail };
        let ready = Arc::new(ready.map_err(lacks)?);
        if prepared.len() >= MAX_PREPARED {
            prepared.clear();
        }
        self.handler.note(Note::Serves(run.subjects.run.clone()));
        prepared.insert(run.subjects, Arc::clone(&ready));
        Ok(ready)
    }

    /// Tells the server that the row is being worked on, until it is aborted or the row hangs.
    fn pulse(&self, session: &Session, message: &async_nats::Message) -> JoinHandle<()> {
        let ack_wait = session.rows.cached_info().config.ack_wait;
        let every = (ack_wait / 3).clamp(Duration::from_millis(50), PULSE);
        let longest = longest(session);
        let acker = Acker::new(self.link.jetstream.clone(), message.reply.clone());
        self.runtime.spawn(async move {
            let begun = tokio::time::Instant::now();
            while begun.elapsed() < longest {
                tokio::time::sleep(every).await;
                let _unsent = acker.ack_with(AckKind::Progress).await;
            }
        })
    }

    /// Publishes a result and waits until the server has it. Tells whether it has: not if the worker
    /// is to stop while the server is away.
    async fn keep(
        &self,
        session: &mut Session,
        task: &Task,
        mut outgoing: Outgoing,
        mut given_up: bool,
    ) -> Result<bool, ClusterError> {
        loop {
            let error = match outgoing.send(&self.link).await {
                Ok(()) => break,
                Err(error) => error,
            };
            if error.kind() == PublishErrorKind::MaxPayloadExceeded {
                let bytes = outgoing.bytes.len();
                if given_up {
                    return Err(ClusterError::TooLong { what: format!("row {}", task.row), bytes });
                }
                given_up = true;
                outgoing.bytes = self.handler.give_up(task, GiveUp::TooLong(bytes));
                continue;
            }
            match self.link.failed("publishing results", &error) {
                // The coordinator makes room.
                ClusterError::Full { detail, .. } => {
                    self.handler.note(Note::Full(detail));
                    tokio::time::sleep(LATER).await;
                }
                error => session.patience.bear(&self.link, error).await?,
            }
            if self.is_over() {
                return Ok(false);
            }
        }
        session.patience.succeeded();
        self.rows.fetch_add(1, Ordering::Relaxed);
        if given_up {
            self.given_up.fetch_add(1, Ordering::Relaxed);
            self.handler.note(Note::GaveUp(task.row));
        }
        Ok(true)
    }

    /// Answers the server about a row and waits until it knows. If it does not, the row comes again,
    /// and its second result is dropped.
    fn settle(&self, acker: &Acker, kind: AckKind) -> Result<(), ClusterError> {
        let _comes_again = self.runtime.block_on(acker.double_ack_with(kind));
        Ok(())
    }

    async fn recover(
        &self,
        session: &mut Session,
        mut error: ClusterError,
    ) -> Result<(), ClusterError> {
        loop {
            session.patience.bear(&self.link, error).await?;
            if self.is_over() {
                return Ok(());
            }
            match self.reopen(session).await {
                Ok(()) => return Ok(()),
                Err(other) => error = other,
            }
        }
    }

    async fn reopen(&self, session: &mut Session) -> Result<(), ClusterError> {
        session.streams = Streams::open(&self.link).await?;
        session.rows = session.streams.workers(&self.link, self.terms.ack_wait).await?;
        Ok(())
    }
}

/// What came of a row.
enum Done {
    Result { bytes: Vec<u8>, given_up: bool },
    Panicked,
    Over,
}

/// A result on its way.
struct Outgoing {
    subject: String,
    id: String,
    bytes: Vec<u8>,
}

impl Outgoing {
    async fn send(&self, link: &Link) -> Result<(), async_nats::jetstream::context::PublishError> {
        let message = PublishMessage::build().payload(self.bytes.clone().into());
        let message = message.headers(subjects::headers(&self.id));
        link.jetstream.send_publish(self.subject.clone(), message).await?.await.map(drop)
    }
}

/// After which time a row hangs.
fn longest(session: &Session) -> Duration {
    session.rows.cached_info().config.ack_wait * LONGEST_ROW
}

/// The next row, if one comes within [`WAIT`].
async fn next(rows: &PullConsumer) -> Result<Option<Message>, Box<dyn Error + Send + Sync>> {
    let mut batch = rows.batch().max_messages(1).expires(WAIT).messages().await?;
    // The server ends the batch; unless it is away.
    let next = tokio::time::timeout(2 * WAIT, batch.next()).await;
    next.ok().flatten().transpose()
}
