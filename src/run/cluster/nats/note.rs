//! What happens while rows are on their way, for people to read.

use std::fmt;

/// Something that does not end the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The server is away.
    Disconnected,
    /// The server is back.
    Reconnected,
    /// No result came for a while.
    Quiet {
        /// Rows that wait for a worker.
        queued: u64,
        /// Rows that a worker has, or had when it went away.
        in_hand: u64,
    },
    /// Rows that the server lost were published again.
    Republished(u64),
    /// The server takes no more for now; what it said.
    Full(String),
    /// A worker begins to serve a run.
    Serves(String),
    /// The row's work panicked; it is tried again.
    Panicked(u64),
    /// The row ends as failed.
    GaveUp(u64),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected => f.write_str("the NATS server is away; trying again"),
            Self::Reconnected => f.write_str("the NATS server is back"),
            Self::Quiet { queued, in_hand: 0 } => {
                write!(f, "{queued} rows wait and no worker takes them; start tumar worker")
            }
            Self::Quiet { queued, in_hand } => {
                write!(f, "no result for a while; {in_hand} rows are with workers, {queued} wait")
            }
            Self::Republished(rows) => {
                write!(f, "the NATS server lost {rows} rows; they are published again")
            }
            Self::Full(detail) => write!(f, "the NATS server takes no more for now: {detail}"),
            Self::Serves(run) => write!(f, "serves run {run}"),
            Self::Panicked(row) => write!(f, "row {row} panicked; it is tried again"),
            Self::GaveUp(row) => write!(f, "row {row} is given up"),
        }
    }
}
