//! A run's rows on many machines, over NATS JetStream: [`coordinate`] hands them out and stores their
//! results, [`work`] does them.
//!
//! ```text
//! tumar-runs     tumar.runs.RUN              what workers need to know, once a run
//!                tumar.tries.RUN.ID.ROW      how often a row was begun, from the second time
//! tumar-rows     tumar.rows.RUN.ID.ROW       work queue: a row leaves it when its result is kept
//! tumar-results  tumar.results.RUN.ID.ROW    a result leaves it when it is stored
//! ```
//!
//! ID is drawn when the run is announced: what is left of an earlier run of the same name is never
//! taken for this one's. Rows and results are opaque here, so that a result has the bytes it would
//! have without a network.
//!
//! - A worker acknowledges a row after the server has acknowledged its result; the coordinator
//!   acknowledges a result after it is stored. What is lost between comes again, and of what comes
//!   twice the second is dropped: by message id, and by the coordinator's list of rows that are out.
//! - A row that was begun too often without a result is given up: it has killed its workers. From the
//!   second time it is done alone, so that it takes no other rows along.
//! - The server writes to its disk some time after it acknowledges. Rows that a power cut took from it
//!   are found missing and published again.

mod attempts;
mod coordinate;
mod handler;
mod isolation;
mod lease;
mod nats;
mod runs;
mod task;
mod window;
mod work;

pub use coordinate::{AHEAD, Tally, coordinate, discard};
pub use handler::{GiveUp, RowHandler, Terms, Worked};
pub use nats::{ClusterError, CoordinateError, Note, Server};
pub use task::{Run, Task};
pub use work::work;
