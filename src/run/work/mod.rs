//! The work of a run: each row is done once, on all cores of this machine or on others.

mod distributor;
mod inspector;
pub(super) mod pool;
mod printer;
mod processor;
mod progress;
#[cfg(feature = "cluster")]
mod remote;
mod run;
#[cfg(feature = "cluster")]
mod setup;
#[cfg(feature = "cluster")]
mod worker;

pub use distributor::{Distributor, Results};
pub use inspector::{Inspector, Seen};
pub use printer::Printer;
pub use processor::RowProcessor;
pub use progress::Watch;
#[cfg(feature = "cluster")]
pub use remote::Remote;
pub use run::Run;
#[cfg(feature = "cluster")]
pub use setup::Setup;
#[cfg(feature = "cluster")]
pub use worker::{Prepared, Worker};
