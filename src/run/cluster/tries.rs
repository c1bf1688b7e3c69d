//! How often a row was begun and gave no result. Deliveries do not tell: a worker that is killed takes
//! along rows that it had not begun.

use async_nats::jetstream::context::PublishError;
use async_nats::jetstream::stream::LastRawMessageErrorKind;

use super::link::Link;
use super::place::Place;
use super::streams::Streams;
use super::{ClusterError, runs};

/// Whether a row is tried once more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Try {
    /// It is, and that is written down.
    Again,
    /// It was begun so often already.
    Spent(u64),
    /// The run is over: nobody waits for its rows, nor would anybody clear the count away.
    Over,
}

/// Asks for a row that was delivered before. The first try is not written down, for it is most rows'
/// only one.
pub(super) async fn again(
    link: &Link,
    streams: &Streams,
    (place, row): (&Place, u64),
    attempts: u64,
) -> Result<Try, ClusterError> {
    if runs::find(link, streams, &place.run).await?.is_none_or(|run| run.place != *place) {
        return Ok(Try::Over);
    }
    let subject = place.tries(row);
    let begun = match streams.runs.get_last_raw_message_by_subject(&subject).await {
        Ok(message) => std::str::from_utf8(&message.payload).ok().and_then(|n| n.parse().ok()),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => None,
        Err(error) => return Err(link.failed("counting tries", &error)),
    };
    let begun = begun.unwrap_or(1);
    if begun >= attempts {
        return Ok(Try::Spent(begun));
    }
    let noted = async {
        link.jetstream.publish(subject, (begun + 1).to_string().into()).await?.await?;
        Ok(Try::Again)
    };
    noted.await.map_err(|error: PublishError| link.failed("counting tries", &error))
}
