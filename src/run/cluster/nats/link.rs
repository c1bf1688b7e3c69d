//! A connection: it comes back by itself, and remembers what the server complained about.

use std::collections::VecDeque;
use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::RequestErrorKind;
use async_nats::jetstream::{self, Context, ErrorCode};
use async_nats::{Client, ConnectError, ConnectErrorKind, Event, ServerError, rustls};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::error::ClusterError;
use super::note::Note;
use super::server::Server;

/// Between two attempts: a guess.
const PAUSE: Duration = Duration::from_millis(500);
/// How often something may fail in a row while the server is there: for half a minute, longer than a
/// server takes to read its streams after a restart.
const MAX_FAILURES: u32 = (30_000 / PAUSE.as_millis()) as u32;
/// JetStream's code for "maximum messages, bytes or messages per subject exceeded".
const STORE_FAILED: ErrorCode = ErrorCode(10077);

#[derive(Clone)]
pub(in crate::run::cluster) struct Link {
    pub(in crate::run::cluster) client: Client,
    pub(in crate::run::cluster) jetstream: Context,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    notes: VecDeque<Note>,
    denied: Option<String>,
    /// Whether there was a connection before.
    known: bool,
}

impl Link {
    /// Connects, and makes sure that the server has JetStream.
    pub(in crate::run::cluster) async fn open(
        server: &Server,
        role: &str,
    ) -> Result<Self, ClusterError> {
        crate::run::tls::use_ring();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let listener = Arc::clone(&heard);
        let options = server.options(&format!("tumar {role}"))?.event_callback(move |event| {
            lock(&listener).hear(event);
            std::future::ready(())
        });
        let client = options.connect(server.addresses()).await;
        let client = client.map_err(|error| refusal(server, &error))?;
        let link = Self { jetstream: jetstream::new(client.clone()), client, heard };
        link.ask_for_jetstream(server).await?;
        Ok(link)
    }

    /// Debian's server tells less about an account than [`Context::query_account`] wants to know.
    async fn ask_for_jetstream(&self, server: &Server) -> Result<(), ClusterError> {
        let off = |detail| ClusterError::NoJetStream { server: server.to_string(), detail };
        match self.jetstream.request::<_, _, Value>("INFO", &()).await {
            Ok(answer) => match answer.pointer("/error/description") {
                None => Ok(()),
                Some(detail) => Err(off(detail.as_str().unwrap_or("no reason given").to_owned())),
            },
            Err(error) if error.kind() == RequestErrorKind::NoResponders => {
                Err(off("nobody answers for it".to_owned()))
            }
            Err(error) => Err(self.failed("asking for JetStream", &error)),
        }
    }

    /// What happened to the connection since last asked.
    pub(in crate::run::cluster) fn notes(&self) -> Vec<Note> {
        lock(&self.heard).notes.drain(..).collect()
    }

    /// Fails if the server denied something. It does not answer what it denies, but tells it aside.
    pub(in crate::run::cluster) fn check(&self) -> Result<(), ClusterError> {
        match lock(&self.heard).denied.take() {
            Some(denied) => Err(ClusterError::Denied(denied)),
            None => Ok(()),
        }
    }

    /// What `error` means.
    pub(in crate::run::cluster) fn failed(
        &self,
        doing: &'static str,
        error: &(dyn Error + 'static),
    ) -> ClusterError {
        if let Err(denied) = self.check() {
            return denied;
        }
        match code(error) {
            Some((code, detail)) if is_full(code) => {
                ClusterError::Full { what: doing_what(doing), detail }
            }
            _ => ClusterError::Server { doing, detail: innermost(error) },
        }
    }

    fn is_up(&self) -> bool {
        self.client.connection_state() == State::Connected
    }
}

/// How long to bear failures: as long as the server is away, and for a while when it is there.
#[derive(Default)]
pub(in crate::run::cluster) struct Patience {
    failures: u32,
}

impl Patience {
    pub(in crate::run::cluster) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Waits a little, or gives the error back.
    pub(in crate::run::cluster) async fn bear(
        &mut self,
        link: &Link,
        error: ClusterError,
    ) -> Result<(), ClusterError> {
        match error {
            ClusterError::Server { .. } if self.failures < MAX_FAILURES => {
                if link.is_up() {
                    self.failures += 1;
                }
            }
            other => return Err(other),
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

/// What drives connections while the caller's thread waits or works.
pub(in crate::run::cluster) fn runtime() -> Result<Runtime, ClusterError> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.map_err(ClusterError::Runtime)
}

/// Whether someone asked to stop.
pub(in crate::run::cluster) fn is_set(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}

impl Heard {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Disconnected => self.notes.push_back(Note::Disconnected),
            Event::Connected if self.known => self.notes.push_back(Note::Reconnected),
            Event::Connected => self.known = true,
            Event::ServerError(ServerError::Other(text)) if text.contains("ermissions") => {
                self.denied = Some(text);
            }
            _ => {}
        }
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refusal(server: &Server, error: &ConnectError) -> ClusterError {
    let (server, detail) = (server.to_string(), innermost(error));
    match error.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
            ClusterError::Refused { server }
        }
        ConnectErrorKind::Tls => ClusterError::Tls { server, detail },
        _ if is_tls(error) => ClusterError::Tls { server, detail },
        _ => ClusterError::NoServer { server, detail },
    }
}

/// Whether TLS ended the connection: it hides in what the socket said.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(inner) = inner
            && inner.is::<rustls::Error>()
        {
            return true;
        }
        next = error.source();
    }
    false
}

/// What JetStream answered, if it did.
pub(in crate::run::cluster) fn code(error: &(dyn Error + 'static)) -> Option<(ErrorCode, String)> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(answer) = error.downcast_ref::<jetstream::Error>() {
            return Some((answer.error_code(), answer.to_string()));
        }
        next = error.source();
    }
    None
}

/// A row that is in the queue already does not get in a second time.
pub(in crate::run::cluster) fn is_there_already(error: &(dyn Error + 'static)) -> bool {
    code(error).is_some_and(|(code, text)| code == STORE_FAILED && text.contains("per subject"))
}

fn is_full(code: ErrorCode) -> bool {
    code == STORE_FAILED
        || code == ErrorCode::ACCOUNT_RESOURCES_EXCEEDED
        || code == ErrorCode::INSUFFICIENT_RESOURCES
        || code == ErrorCode::STORAGE_RESOURCES_EXCEEDED
        || code == ErrorCode::MEMORY_RESOURCES_EXCEEDED
}

fn doing_what(doing: &'static str) -> &'static str {
    doing.rsplit(' ').next().unwrap_or(doing)
}

/// The cause behind the others, which says most.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
