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

use super::craft::{Craft, GiveUp, Terms, Worked};
use super::gate::Gate;
use super::link::{self, Link, Patience, is_set};
use super::place::{self, Place};
use super::streams::Streams;
use super::tries::{self, Try};
use super::{ClusterError, Note, Server, Task, runs};

/// How long a request for a row stands; a stop is noticed after it.
const WAIT: Duration = Duration::from_secs(1);
/// The longest time between two signs of life of a long row.
const PULSE: Duration = Duration::from_secs(5);
/// A row that takes longer than so many times the acknowledgement time hangs, and goes to another.
const LONGEST_ROW: u32 = 10;
/// When a row that panicked is tried again, and when a full server.
const LATER: Duration = Duration::from_secs(1);
/// Runs that are kept ready.
const MOST_BENCHES: usize = 8;

/// Works on all runs of the server, until soon after `stop` is set: rows that are begun are ended.
///
/// # Errors
/// What the server refuses, and a run for which [`Craft::prepare`] lacks something; the rows go to
/// other workers. While the server is away it is waited for.
pub fn work<C: Craft>(
    server: &Server,
    terms: &Terms,
    craft: &C,
    stop: &AtomicBool,
) -> Result<Worked, ClusterError> {
    let runtime = link::runtime()?;
    let (link, streams, rows) = runtime.block_on(async {
        let link = Link::open(server, "worker").await?;
        let streams = Streams::open(&link).await?;
        let rows = streams.workers(&link, terms.ack_wait).await?;
        Ok((link, streams, rows))
    })?;
    let shift = Shift {
        runtime: &runtime,
        link,
        terms,
        craft,
        stop,
        gate: Gate::default(),
        benches: Mutex::new(HashMap::new()),
        error: Mutex::new(None),
        failed: AtomicBool::new(false),
        rows: AtomicU64::new(0),
        given_up: AtomicU64::new(0),
    };
    // Who cannot do what is announced should not begin.
    for run in runtime.block_on(runs::all(&shift.link, &streams))? {
        shift.set_up(run)?;
    }
    std::thread::scope(|scope| {
        for _ in 0..terms.threads.max(1) {
            scope.spawn(|| shift.serve(streams.clone(), rows.clone()));
        }
    });
    let _unsent = runtime.block_on(shift.link.client.flush());
    match shift.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(Worked { rows: shift.rows.into_inner(), given_up: shift.given_up.into_inner() }),
    }
}

/// What a worker's threads share.
struct Shift<'a, C: Craft> {
    runtime: &'a Runtime,
    link: Link,
    terms: &'a Terms,
    craft: &'a C,
    stop: &'a AtomicBool,
    gate: Gate,
    benches: Mutex<HashMap<Place, Arc<C::Bench>>>,
    /// Why the worker ends, if it is not asked to.
    error: Mutex<Option<ClusterError>>,
    failed: AtomicBool,
    rows: AtomicU64,
    given_up: AtomicU64,
}

/// One thread's view of the server.
struct Desk {
    streams: Streams,
    rows: PullConsumer,
    patience: Patience,
}

impl<C: Craft> Shift<'_, C> {
    fn serve(&self, streams: Streams, rows: PullConsumer) {
        let mut desk = Desk { streams, rows, patience: Patience::default() };
        while !self.is_over() {
            let served = match self.runtime.block_on(next(&desk.rows)) {
                Ok(Some(message)) => self.row(&mut desk, message),
                Ok(None) => {
                    desk.patience.succeeded();
                    self.link.check()
                }
                Err(error) => {
                    let error = self.link.failed("taking rows", &*error);
                    self.runtime.block_on(self.recover(&mut desk, error))
                }
            };
            self.link.notes().into_iter().for_each(|note| self.craft.note(note));
            if let Err(error) = served {
                self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                self.failed.store(true, Ordering::Relaxed);
            }
        }
    }

    fn is_over(&self) -> bool {
        is_set(self.stop) || is_set(&self.failed)
    }

    fn row(&self, desk: &mut Desk, message: Message) -> Result<(), ClusterError> {
        let suspect = message.info().is_ok_and(|info| info.delivered > 1);
        let id = message.headers.as_ref().and_then(|headers| headers.get(NATS_MESSAGE_ID));
        let id = id.map(|id| id.as_str().to_owned());
        let (message, acker) = message.split();
        let Some((place, row)) = Place::parse(&message.subject) else {
            return self.settle(&acker, AckKind::Term);
        };
        let pulse = self.pulse(desk, &message);
        let task = Task { row, body: message.payload.to_vec() };
        let tried = self.attempt(desk, &place, &task, suspect).and_then(|done| match done {
            Done::Result { bytes, given_up } => {
                let id = id.unwrap_or_else(|| place.message_id(row, 0));
                let parcel = Parcel { subject: place.result(row), id, bytes };
                let kept = self.keep(desk, &task, parcel, given_up);
                Ok(self.runtime.block_on(kept)?.then_some(AckKind::Ack))
            }
            Done::Panicked => Ok(Some(AckKind::Nak(Some(LATER)))),
            Done::Over => Ok(Some(AckKind::Term)),
        });
        pulse.abort();
        match tried {
            Ok(Some(answer)) => self.settle(&acker, answer),
            Ok(None) => Ok(()),
            // Only a count of tries is not waited for: the row gives way to others.
            Err(ClusterError::Full { detail, .. }) => {
                self.craft.note(Note::Full(detail));
                self.settle(&acker, AckKind::Nak(Some(LATER)))
            }
            Err(error @ ClusterError::Server { .. }) => {
                self.settle(&acker, AckKind::Nak(Some(LATER)))?;
                self.runtime.block_on(self.recover(desk, error))
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
        desk: &Desk,
        place: &Place,
        task: &Task,
        suspect: bool,
    ) -> Result<Done, ClusterError> {
        // The run is over: nobody waits for its rows.
        let Some(bench) = self.bench(desk, place)? else { return Ok(Done::Over) };
        let _pass = self.gate.pass(suspect, longest(desk));
        if suspect {
            let attempts = self.terms.attempts;
            let again = tries::again(&self.link, &desk.streams, (place, task.row), attempts);
            match self.runtime.block_on(again)? {
                Try::Again => {}
                Try::Over => return Ok(Done::Over),
                Try::Spent(times) => {
                    let bytes = self.craft.give_up(task, GiveUp::Attempts(times));
                    return Ok(Done::Result { bytes, given_up: true });
                }
            }
        }
        match catch_unwind(AssertUnwindSafe(|| self.craft.do_row(&bench, task))) {
            Ok(bytes) => Ok(Done::Result { bytes, given_up: false }),
            Err(_) => {
                self.craft.note(Note::Panicked(task.row));
                Ok(Done::Panicked)
            }
        }
    }

    /// What is needed for the run's rows; none if the run is over.
    fn bench(&self, desk: &Desk, place: &Place) -> Result<Option<Arc<C::Bench>>, ClusterError> {
        let known = self.benches.lock().unwrap_or_else(PoisonError::into_inner).get(place).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let found = runs::find(&self.link, &desk.streams, &place.run);
        match self.runtime.block_on(found)? {
            Some(run) if run.place == *place => self.set_up(run).map(Some),
            _ => Ok(None),
        }
    }

    fn set_up(&self, run: runs::Announced) -> Result<Arc<C::Bench>, ClusterError> {
        // Held while it is made: the other threads want the same one.
        let mut benches = self.benches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bench) = benches.get(&run.place) {
            return Ok(Arc::clone(bench));
        }
        let bench = self.craft.prepare(&run.setup);
        let lacks = |detail| ClusterError::Setup { run: run.place.run.clone(), detail };
        let bench = Arc::new(bench.map_err(lacks)?);
        if benches.len() >= MOST_BENCHES {
            benches.clear();
        }
        self.craft.note(Note::Serves(run.place.run.clone()));
        benches.insert(run.place, Arc::clone(&bench));
        Ok(bench)
    }

    /// Tells the server that the row is being worked on, until it is aborted or the row hangs.
    fn pulse(&self, desk: &Desk, message: &async_nats::Message) -> JoinHandle<()> {
        let ack_wait = desk.rows.cached_info().config.ack_wait;
        let every = (ack_wait / 3).clamp(Duration::from_millis(50), PULSE);
        let longest = longest(desk);
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
        desk: &mut Desk,
        task: &Task,
        mut parcel: Parcel,
        mut given_up: bool,
    ) -> Result<bool, ClusterError> {
        loop {
            let error = match parcel.send(&self.link).await {
                Ok(()) => break,
                Err(error) => error,
            };
            if error.kind() == PublishErrorKind::MaxPayloadExceeded {
                let bytes = parcel.bytes.len();
                if given_up {
                    return Err(ClusterError::TooLong { what: format!("row {}", task.row), bytes });
                }
                given_up = true;
                parcel.bytes = self.craft.give_up(task, GiveUp::TooLong(bytes));
                continue;
            }
            match self.link.failed("publishing results", &error) {
                // The coordinator makes room.
                ClusterError::Full { detail, .. } => {
                    self.craft.note(Note::Full(detail));
                    tokio::time::sleep(LATER).await;
                }
                error => desk.patience.bear(&self.link, error).await?,
            }
            if self.is_over() {
                return Ok(false);
            }
        }
        desk.patience.succeeded();
        self.rows.fetch_add(1, Ordering::Relaxed);
        if given_up {
            self.given_up.fetch_add(1, Ordering::Relaxed);
            self.craft.note(Note::GaveUp(task.row));
        }
        Ok(true)
    }

    /// Answers the server about a row and waits until it knows. If it does not, the row comes again,
    /// and its second result is dropped.
    fn settle(&self, acker: &Acker, kind: AckKind) -> Result<(), ClusterError> {
        let _comes_again = self.runtime.block_on(acker.double_ack_with(kind));
        Ok(())
    }

    async fn recover(&self, desk: &mut Desk, mut error: ClusterError) -> Result<(), ClusterError> {
        loop {
            desk.patience.bear(&self.link, error).await?;
            if self.is_over() {
                return Ok(());
            }
            match self.reopen(desk).await {
                Ok(()) => return Ok(()),
                Err(other) => error = other,
            }
        }
    }

    async fn reopen(&self, desk: &mut Desk) -> Result<(), ClusterError> {
        desk.streams = Streams::open(&self.link).await?;
        desk.rows = desk.streams.workers(&self.link, self.terms.ack_wait).await?;
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
struct Parcel {
    subject: String,
    id: String,
    bytes: Vec<u8>,
}

impl Parcel {
    async fn send(&self, link: &Link) -> Result<(), async_nats::jetstream::context::PublishError> {
        let message = PublishMessage::build().payload(self.bytes.clone().into());
        let message = message.headers(place::headers(&self.id));
        link.jetstream.send_publish(self.subject.clone(), message).await?.await.map(drop)
    }
}

/// After which time a row hangs.
fn longest(desk: &Desk) -> Duration {
    desk.rows.cached_info().config.ack_wait * LONGEST_ROW
}

/// The next row, if one comes within [`WAIT`].
async fn next(rows: &PullConsumer) -> Result<Option<Message>, Box<dyn Error + Send + Sync>> {
    let mut batch = rows.batch().max_messages(1).expires(WAIT).messages().await?;
    // The server ends the batch; unless it is away.
    let next = tokio::time::timeout(2 * WAIT, batch.next()).await;
    next.ok().flatten().transpose()
}
