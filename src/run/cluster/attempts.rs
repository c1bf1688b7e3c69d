//! How often a row was begun and gave no result. Deliveries do not tell: a worker that is killed takes
//! along rows that it had not begun.

use async_nats::jetstream::context::PublishError;
use async_nats::jetstream::stream::LastRawMessageErrorKind;

use super::nats::ClusterError;
use super::nats::link::Link;
use super::nats::streams::Streams;
use super::nats::subjects::RunSubjects;
use super::runs;

/// Whether a row is attempted once more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// It is, and that is written down.
    Again,
    /// It was begun so often already.
    Spent(u64),
    /// The run is over: nobody waits for its rows, nor would anybody clear the count away.
    Over,
}

/// Asks for a row that was delivered before. The first attempt is not written down, for it is most rows'
/// only one.
pub(super) async fn count(
    link: &Link,
    streams: &Streams,
    (subjects, row): (&RunSubjects, u64),
    attempts: u64,
) -> Result<Attempt, ClusterError> {
    if runs::find(link, streams, &subjects.run).await?.is_none_or(|run| run.subjects != *subjects) {
        return Ok(Attempt::Over);
    }
    let subject = subjects.attempts(row);
    let begun = match streams.runs.get_last_raw_message_by_subject(&subject).await {
        Ok(message) => std::str::from_utf8(&message.payload).ok().and_then(|n| n.parse().ok()),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => None,
        Err(error) => return Err(link.failed("counting attempts", &error)),
    };
    let begun = begun.unwrap_or(1);
    if begun >= attempts {
        return Ok(Attempt::Spent(begun));
    }
    let noted = async {
        link.jetstream.publish(subject, (begun + 1).to_string().into()).await?.await?;
        Ok(Attempt::Again)
    };
    noted.await.map_err(|error: PublishError| link.failed("counting attempts", &error))
}
