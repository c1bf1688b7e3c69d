//! The lease of a run, held by one coordinator: it answers when it is asked whether there is one.

use std::time::Duration;

use async_nats::{Request, RequestErrorKind};
use futures_util::StreamExt;

use super::nats::link::Link;
use super::nats::{ClusterError, subjects};

/// How long an answer may take: a guess, many round trips of a network. A process that listens without
/// answering holds the lease, too: it may be paused.
const ANSWER: Duration = Duration::from_millis(500);

/// Takes the lease of the run, unless another process holds it; it ends with the connection.
///
/// Two that ask in the same instant both get it. Then each stores the results that it gets, finds the
/// others missing and has them done again: twice the work, the same results.
pub(super) async fn acquire(link: &Link, run: &str) -> Result<(), ClusterError> {
    let request = Request::new().timeout(Some(ANSWER));
    match link.client.send_request(subjects::lease(run), request).await {
        Err(error) if error.kind() == RequestErrorKind::NoResponders => {}
        Ok(_) => return Err(ClusterError::Coordinated(run.to_owned())),
        Err(error) if error.kind() == RequestErrorKind::TimedOut => {
            return Err(match link.failed("asking for a coordinator", &error) {
                denied @ ClusterError::Denied(_) => denied,
                _ => ClusterError::Coordinated(run.to_owned()),
            });
        }
        Err(error) => return Err(link.failed("asking for a coordinator", &error)),
    }
    let questions = link.client.subscribe(subjects::lease(run)).await;
    let mut questions = questions.map_err(|e| link.failed("asking for a coordinator", &e))?;
    let client = link.client.clone();
    tokio::spawn(async move {
        while let Some(question) = questions.next().await {
            if let Some(reply) = question.reply {
                // Who asked in vain counts us as being there.
                let _unsent = client.publish(reply, "here".into()).await;
            }
        }
    });
    Ok(())
}
