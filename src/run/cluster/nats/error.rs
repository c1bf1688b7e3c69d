//! Why a run did not go on past this machine.

use std::path::PathBuf;

use thiserror::Error;

/// Why server, stream or worker could not do what was asked.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// The server's address is none.
    #[error("the server's address {0}; write nats://HOST:PORT or tls://HOST:PORT")]
    Address(&'static str),
    /// The run's name could not stand in a subject.
    #[error("a run's name has 1 to 64 letters, digits, - and _ of ASCII; choose another")]
    RunName,
    /// A file with credentials or certificates cannot be used.
    #[error("{}: {detail}; check the path and what is in it", path.display())]
    Credentials {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The system gave no threads or timers.
    #[error("cannot start the network's thread: {0}; end other programs and try again")]
    Runtime(std::io::Error),
    /// Nobody answers.
    #[error("no NATS server answers at {server}: {detail}; start it, or check the address")]
    NoServer {
        /// Host and port.
        server: String,
        /// What the connection said.
        detail: String,
    },
    /// TLS did not come about.
    #[error(
        "no TLS with the NATS server at {server}: {detail}; check its certificate, --nats-ca, \
         and --nats-cert if it asks for one"
    )]
    Tls {
        /// Host and port.
        server: String,
        /// What TLS said.
        detail: String,
    },
    /// The server does not let these credentials in.
    #[error(
        "the NATS server at {server} refuses these credentials; check --nats-creds, \
         --nats-cert, or user and password"
    )]
    Refused {
        /// Host and port.
        server: String,
    },
    /// The server lets us in, but not do this.
    #[error("the NATS server denies: {0}; grant it as docs/cluster.md says")]
    Denied(String),
    /// A server without streams.
    #[error(
        "JetStream is off at {server}: {detail}; start nats-server with -js, or turn it on for \
         this account"
    )]
    NoJetStream {
        /// Host and port.
        server: String,
        /// What the server said.
        detail: String,
    },
    /// The stream or its disk is full.
    #[error("the server takes no more {what}: {detail}; make room or raise its limits")]
    Full {
        /// Rows, results or runs.
        what: &'static str,
        /// What the server said.
        detail: String,
    },
    /// A stream of our name that is made otherwise.
    #[error("the server's stream {stream} {fault}; remove it, or make it as docs/cluster.md says")]
    Stream {
        /// Its name.
        stream: &'static str,
        /// How it is made.
        fault: &'static str,
    },
    /// Another run under this name is not finished.
    #[error(
        "the server has an unfinished run {0} of another manifest, profile, key, options or \
         version; finish it, choose another name, or discard it"
    )]
    OtherRun(String),
    /// Somebody else hands out this run's rows.
    #[error(
        "another process hands out the rows of run {0}; stop it. If it is gone, the server \
         forgets it within minutes: try again then"
    )]
    Coordinated(String),
    /// The run was taken off the server.
    #[error("run {0} was removed from the server; start it again, and it goes on")]
    Removed(String),
    /// A message that the server does not take.
    #[error(
        "{what} has {bytes} bytes, more than the server takes in a message; raise its max_payload"
    )]
    TooLong {
        /// Which row, or the setup.
        what: String,
        /// Its length.
        bytes: usize,
    },
    /// This worker is not made for the run.
    #[error("this worker cannot work on run {run}: {detail}")]
    Setup {
        /// The run's name.
        run: String,
        /// What is missing.
        detail: String,
    },
    /// The server failed in another way, again and again.
    #[error("the NATS server failed while {doing}: {detail}; see its log")]
    Server {
        /// What it was asked for.
        doing: &'static str,
        /// What it said.
        detail: String,
    },
}

/// Why a run's rows are not all stored.
#[derive(Debug, Error)]
pub enum CoordinateError<E> {
    /// Server, stream or workers.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A result could not be stored.
    #[error("{0}")]
    Store(E),
}
