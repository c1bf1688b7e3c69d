//! The three streams and their consumers. They are made when they are missing, and never changed: an
//! operator may have made them with replicas and limits of their own.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, Stream};

use super::error::ClusterError;
use super::link::Link;
use super::subjects::{self, RunSubjects};

/// The streams' names.
const RUNS: &str = "tumar-runs";
const ROWS: &str = "tumar-rows";
const RESULTS: &str = "tumar-results";
/// The consumer of rows that all workers share.
const WORKERS: &str = "workers";

/// How long a worker may be silent before its row goes to another, where nobody said: a guess, far
/// longer than a row takes.
const ACK_WAIT: Duration = Duration::from_secs(60);
/// As many rows may be with workers, and as many threads may wait for one: a guess, more than any office
/// has.
const MAX_IN_HAND: i64 = 20_000;
/// After which time results that a coordinator took and did not store come to the next one: a guess.
const RESULTS_ACK_WAIT: Duration = Duration::from_secs(5);

/// How often to look again for a stream that could not be made, and after which time: guesses.
const COLLISIONS: usize = 3;
const AFTER_COLLISION: Duration = Duration::from_millis(200);

/// The streams of all runs.
#[derive(Clone)]
pub(in crate::run::cluster) struct Streams {
    pub(in crate::run::cluster) runs: Stream,
    pub(in crate::run::cluster) rows: Stream,
    pub(in crate::run::cluster) results: Stream,
}

impl Streams {
    pub(in crate::run::cluster) async fn open(link: &Link) -> Result<Self, ClusterError> {
        // Full, they refuse what is new and lose nothing; one message a subject: a row is in the queue
        // once, whoever published it and when.
        let config = |name: &str, subjects: &[&str], retention| Config {
            name: name.to_owned(),
            subjects: subjects.iter().map(|&subject| subject.to_owned()).collect(),
            retention,
            discard: DiscardPolicy::New,
            max_messages_per_subject: 1,
            ..Config::default()
        };
        let rows = Config {
            discard_new_per_subject: true,
            ..config(ROWS, &[subjects::ROWS], RetentionPolicy::WorkQueue)
        };
        // Results without a coordinator to want them go at once.
        let results = config(RESULTS, &[subjects::RESULTS], RetentionPolicy::Interest);
        let runs = config(RUNS, &[subjects::RUNS, subjects::ATTEMPTS], RetentionPolicy::Limits);
        Ok(Self {
            runs: stream(link, RUNS, runs).await?,
            rows: stream(link, ROWS, rows).await?,
            results: stream(link, RESULTS, results).await?,
        })
    }

    /// The consumer from which all workers take rows. `ack_wait`, if given, replaces what it has.
    pub(in crate::run::cluster) async fn workers(
        &self,
        link: &Link,
        ack_wait: Option<Duration>,
    ) -> Result<PullConsumer, ClusterError> {
        let config = pull::Config {
            durable_name: Some(WORKERS.to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ack_wait.unwrap_or(ACK_WAIT),
            max_ack_pending: MAX_IN_HAND,
            max_waiting: MAX_IN_HAND,
            filter_subject: subjects::ROWS.to_owned(),
            ..pull::Config::default()
        };
        let doing = "asking for the workers' rows";
        let found = self.rows.get_or_create_consumer(WORKERS, config.clone()).await;
        let found: PullConsumer = found.map_err(|error| link.failed(doing, &error))?;
        if ack_wait.is_none_or(|wait| wait == found.cached_info().config.ack_wait) {
            return Ok(found);
        }
        // Of a consumer that is there, this changes what may be changed.
        self.rows.create_consumer(config).await.map_err(|error| link.failed(doing, &error))
    }

    /// How many rows of all runs are with workers.
    pub(in crate::run::cluster) async fn in_hand(&self) -> u64 {
        let info = self.rows.consumer_info(WORKERS).await;
        info.map_or(0, |info| info.num_ack_pending as u64)
    }

    /// The consumer from which the run's coordinator takes results.
    pub(in crate::run::cluster) async fn coordinator(
        &self,
        link: &Link,
        subjects: &RunSubjects,
    ) -> Result<PullConsumer, ClusterError> {
        let config = pull::Config {
            durable_name: Some(subjects.consumer()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: RESULTS_ACK_WAIT,
            filter_subject: subjects.results(),
            ..pull::Config::default()
        };
        let found = self.results.get_or_create_consumer(&subjects.consumer(), config).await;
        found.map_err(|error| link.failed("asking for the run's results", &error))
    }
}

async fn stream(link: &Link, name: &'static str, config: Config) -> Result<Stream, ClusterError> {
    let mut found = link.jetstream.get_or_create_stream(config.clone()).await;
    // Of two that make the same stream in the same instant one is refused, and finds it soon after.
    for _ in 0..COLLISIONS {
        if found.is_ok() {
            break;
        }
        tokio::time::sleep(AFTER_COLLISION).await;
        found = link.jetstream.get_or_create_stream(config.clone()).await;
    }
    let found = found.map_err(|error| link.failed("opening its streams", &error))?;
    let made = &found.cached_info().config;
    let fault = if made.retention != config.retention {
        "has another retention"
    } else if made.discard != config.discard {
        "discards what is old"
    } else if made.discard_new_per_subject != config.discard_new_per_subject
        || made.max_messages_per_subject != config.max_messages_per_subject
    {
        "has another number of messages a subject"
    } else if made.subjects != config.subjects {
        "has other subjects"
    } else {
        return Ok(found);
    };
    Err(ClusterError::Stream { stream: name, fault })
}
