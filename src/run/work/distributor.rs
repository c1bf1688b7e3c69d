//! How a run has its rows done elsewhere than on this machine.

use std::sync::atomic::AtomicBool;

use crate::run::error::RunError;
use crate::run::journal::Terms;
use crate::run::manifest::Row;

/// Has the rows of a run done elsewhere.
pub trait Distributor: Sync {
    /// Hands out `rows`, and each row's entry to `results` once. Returns when all are there, or soon
    /// after `stop` is set.
    ///
    /// # Errors
    /// [`RunError`]: what went wrong on the way, or the first error of `results`.
    fn distribute(
        &self,
        terms: &Terms,
        rows: &mut dyn Iterator<Item = Row>,
        stop: &AtomicBool,
        results: &mut dyn Results,
    ) -> Result<(), RunError>;
}

/// Takes what comes back.
pub trait Results {
    /// Keeps a row's entry, given as JSON; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`RunError`]; then the row is not done.
    fn keep(&mut self, row: u32, entry: &[u8]) -> Result<(), RunError>;

    /// Passes on what people should know while the run lasts.
    fn note(&mut self, note: &str);
}
