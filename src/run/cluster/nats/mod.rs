//! The connection to the NATS server, its streams and subjects, and what may go wrong there.

mod error;
pub(super) mod link;
mod note;
mod server;
pub(super) mod streams;
pub(super) mod subjects;

pub use error::{ClusterError, CoordinateError};
pub use note::Note;
pub use server::Server;
