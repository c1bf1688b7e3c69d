//! Who watches the progress of a run.

use crate::run::journal::Counts;

/// Who watches a run.
pub trait Watch {
    /// So many rows are done, including those of earlier starts. Called after each step, from one thread.
    fn progress(&mut self, counts: &Counts);
    /// Something that people should know while the run lasts.
    fn note(&mut self, note: &str);
    /// All rows are done, and the results are being written.
    fn finishing(&mut self);
}
