//! The runs that are announced, and what their workers need to know.

use async_nats::HeaderMap;
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use futures_util::TryStreamExt;

use super::nats::ClusterError;
use super::nats::link::Link;
use super::nats::streams::Streams;
use super::nats::subjects::{self, RunSubjects};
use super::task::Run;

const ID: &str = "Tumar-Id";
const FINGERPRINT: &str = "Tumar-Fingerprint";
const REMOVING: &str = "removing the run";

/// A run that is on the server.
pub(super) struct Announced {
    pub(super) subjects: RunSubjects,
    fingerprint: String,
    pub(super) setup: Vec<u8>,
}

/// Announces the run, or finds it announced: by a process that was killed, for example.
pub(super) async fn announce(
    link: &Link,
    streams: &Streams,
    run: &Run,
) -> Result<RunSubjects, ClusterError> {
    if let Some(found) = find(link, streams, &run.name).await? {
        return found.must_be(run);
    }
    let subjects = RunSubjects { run: run.name.clone(), id: new_id()? };
    let mut headers = HeaderMap::new();
    headers.insert(ID, subjects.id.as_str());
    headers.insert(FINGERPRINT, run.fingerprint.as_str());
    // Of two that announce it at a time, one is told so.
    headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, "0");
    let subject = subjects::announcement(&run.name);
    let sent = link.jetstream.publish_with_headers(subject, headers, run.setup.clone().into());
    let sent = match sent.await {
        Ok(ack) => ack.await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(_) => Ok(subjects),
        Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => {
            let found = find(link, streams, &run.name).await?;
            found.ok_or_else(|| ClusterError::Removed(run.name.clone()))?.must_be(run)
        }
        Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
            Err(ClusterError::TooLong { what: "the run's setup".into(), bytes: run.setup.len() })
        }
        Err(error) => Err(link.failed("announcing runs", &error)),
    }
}

/// The run of this name, if it is announced.
pub(super) async fn find(
    link: &Link,
    streams: &Streams,
    run: &str,
) -> Result<Option<Announced>, ClusterError> {
    match streams.runs.get_last_raw_message_by_subject(&subjects::announcement(run)).await {
        Ok(message) => Ok(Announced::of(run, &message)),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(link.failed("looking up a run", &error)),
    }
}

/// All runs that are announced.
pub(super) async fn all(link: &Link, streams: &Streams) -> Result<Vec<Announced>, ClusterError> {
    let failed = |error| link.failed("looking up the runs", &error);
    let subjects = streams.runs.info_with_subjects(subjects::RUNS).await.map_err(failed)?;
    let subjects: Vec<(String, usize)> = subjects.try_collect().await.map_err(failed)?;
    let mut runs = Vec::new();
    for (subject, _) in subjects {
        let name = subject.rsplit('.').next().unwrap_or_default();
        runs.extend(find(link, streams, name).await?);
    }
    Ok(runs)
}

/// Takes all that was ever published under the run's name off the server.
pub(super) async fn remove(
    link: &Link,
    streams: &Streams,
    subjects: &RunSubjects,
) -> Result<(), ClusterError> {
    // First what makes workers begin.
    clear(link, &streams.runs, &subjects::announcement(&subjects.run)).await?;
    clear(link, &streams.rows, &subjects::all_rows(&subjects.run)).await?;
    clear(link, &streams.runs, &subjects::all_attempts(&subjects.run)).await?;
    // Without them, results that are still to come have nobody to wait for.
    let consumers = streams.results.consumer_names().try_collect::<Vec<String>>().await;
    let consumers = consumers.map_err(|error| link.failed(REMOVING, &error))?;
    for name in consumers.iter().filter(|name| subjects::is_consumer_of(name, &subjects.run)) {
        match streams.results.delete_consumer(name).await {
            Err(error) if !error.to_string().contains("not found") => {
                return Err(link.failed(REMOVING, &error));
            }
            _ => {}
        }
    }
    clear(link, &streams.results, &subjects::all_results(&subjects.run)).await
}

/// Deletes messages one by one. A purge by subject would make Debian's server skip other runs' rows.
async fn clear(link: &Link, stream: &Stream, subjects: &str) -> Result<(), ClusterError> {
    let found = stream.info_with_subjects(subjects).await;
    let found = found.map_err(|error| link.failed(REMOVING, &error))?;
    let found: Vec<(String, usize)> =
        found.try_collect().await.map_err(|error| link.failed(REMOVING, &error))?;
    for (subject, _) in found {
        let sequence = match stream.get_last_raw_message_by_subject(&subject).await {
            Ok(message) => message.sequence,
            // It has been acknowledged meanwhile.
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => continue,
            Err(error) => return Err(link.failed(REMOVING, &error)),
        };
        match stream.delete_message(sequence).await {
            Err(error) if !error.to_string().contains("no message found") => {
                return Err(link.failed(REMOVING, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

impl Announced {
    fn of(run: &str, message: &StreamMessage) -> Option<Self> {
        let header = |name| Some(message.headers.get(name)?.as_str().to_owned());
        let subjects = RunSubjects { run: run.to_owned(), id: header(ID)? };
        Some(Self { subjects, fingerprint: header(FINGERPRINT)?, setup: message.payload.to_vec() })
    }

    /// What its rows mean must be what they mean to us.
    fn must_be(self, run: &Run) -> Result<RunSubjects, ClusterError> {
        if self.fingerprint == run.fingerprint && self.setup == run.setup {
            Ok(self.subjects)
        } else {
            Err(ClusterError::OtherRun(run.name.clone()))
        }
    }
}

/// An id that no run had before.
fn new_id() -> Result<String, ClusterError> {
    let mut random = [0; 8];
    let failed = |error: getrandom::Error| ClusterError::Runtime(error.into());
    getrandom::fill(&mut random).map_err(failed)?;
    Ok(format!("{:016x}", u64::from_be_bytes(random)))
}
