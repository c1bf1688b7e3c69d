//! The arguments of runs past one machine.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tumar::run::cluster::{Server, Terms};

use super::common::CommonArgs;
use crate::failure::Failure;

/// The server, for `tumar worker`, and for `tumar qa` beside `--run`.
#[derive(Args)]
pub(crate) struct NatsArgs {
    /// The NATS server: nats://HOST:PORT, or tls://HOST:PORT to insist on TLS; several of one cluster
    /// separated by commas
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Credentials: a user's .creds file
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_creds: Option<PathBuf>,
    /// The certificate (PEM) that signed the server's [default: the system's]
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_ca: Option<PathBuf>,
    /// This machine's certificate (PEM), for a server that asks for one
    #[arg(long, value_name = "FILE", requires_all = ["nats", "nats_key"])]
    nats_cert: Option<PathBuf>,
    /// The key (PEM) of that certificate
    #[arg(long, value_name = "FILE", requires = "nats_cert")]
    nats_key: Option<PathBuf>,
}

impl NatsArgs {
    /// The server, if one was named.
    pub(crate) fn server(&self) -> Result<Option<Server>, Failure> {
        let Some(url) = &self.nats else { return Ok(None) };
        let mut server =
            Server::new(url).map_err(|error| Failure::usage(format!("--nats: {error}")))?;
        if let Some(file) = &self.nats_creds {
            server = server.with_creds(file.clone());
        }
        if let Some(file) = &self.nats_ca {
            server = server.with_ca(file.clone());
        }
        if let (Some(certificate), Some(key)) = (&self.nats_cert, &self.nats_key) {
            server = server.with_identity(certificate.clone(), key.clone());
        }
        Ok(Some(server))
    }
}

/// `tumar worker`.
#[derive(Args)]
pub(crate) struct WorkerArgs {
    #[command(flatten)]
    nats: NatsArgs,
    /// How often a row is attempted before it ends as failed, 2 to 100
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(2..=100))]
    attempts: u64,
    /// Seconds of silence after which a worker counts as gone and its rows go to others, 1 to 3600; set
    /// for all workers of the server [default: as set there, or 60]
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=3600))]
    ack_wait: Option<u64>,
    /// An issuer's key, for runs that are checked against it. Give the option several times for several
    /// keys
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<PathBuf>,
    /// The folder that relative paths of scans start from: shared storage, as it is mounted here
    #[arg(long, value_name = "DIR")]
    pub(crate) scans: Option<PathBuf>,
    /// The folder that relative paths of issued portraits start from, in runs with --issued: shared
    /// storage, as it is mounted here
    #[arg(long, value_name = "DIR")]
    pub(crate) portraits: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

impl WorkerArgs {
    pub(crate) fn server(&self) -> Result<Server, Failure> {
        let missing = || Failure::usage("tumar worker needs --nats URL; see tumar --help");
        self.nats.server()?.ok_or_else(missing)
    }

    /// How to work, on so many threads.
    pub(crate) fn terms(&self, threads: usize) -> Terms {
        let ack_wait = self.ack_wait.map(Duration::from_secs);
        Terms { threads, attempts: self.attempts, ack_wait }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Worker {
        #[command(flatten)]
        args: WorkerArgs,
    }

    fn parse(arguments: &str) -> Result<Worker, clap::Error> {
        Worker::try_parse_from(std::iter::once("worker").chain(arguments.split_whitespace()))
    }

    #[test]
    fn a_worker_needs_a_server() {
        let error = parse("").ok().unwrap().args.server().unwrap_err();
        assert!(format!("{error:?}").contains("--nats URL"));
        let url = "--nats nats://me:s3cret@localhost";
        let worker =
            parse(&format!("{url} --attempts 5 --ack-wait 90 --key a --key b")).ok().unwrap();
        assert_eq!(worker.args.server().unwrap().to_string(), "localhost:4222");
        let terms = worker.args.terms(2);
        assert_eq!((terms.threads, terms.attempts), (2, 5));
        assert_eq!(terms.ack_wait, Some(Duration::from_secs(90)));
        assert_eq!(worker.args.key.len(), 2);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let url = "--nats nats://localhost";
        for bad in ["--attempts 1", "--ack-wait 0", "--nats-cert a", "--nats-key a"] {
            assert!(parse(&format!("{url} {bad}")).is_err(), "{bad}");
        }
        assert!(parse("--nats-creds a").is_err());
        let error = parse("--nats http://s3cret@x").ok().unwrap().args.server().unwrap_err();
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}
