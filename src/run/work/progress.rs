//! Who is told how far a run is.

use crate::run::journal::Counts;

/// Who watches a run.
pub trait Watch {
    /// So many rows are done, those of earlier starts included. Called after each step, from one thread.
    fn progress(&mut self, counts: &Counts);
    /// Something that people should know while it lasts.
    fn note(&mut self, note: &str);
    /// All rows are done, and the results are being written.
    fn finishing(&mut self);
}
