//! What a run does with each row.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::run::input::Inputs;
use crate::run::journal::{Ended, Entry, FolderError};
use crate::run::manifest::Row;

/// Does rows, one at a time, on any thread.
pub trait RowProcessor: Sync {
    /// What comes of a row.
    type Done: Ended + Serialize + DeserializeOwned + Send;

    /// Does a row. What is wrong with the row stands in its entry.
    ///
    /// # Errors
    /// [`FolderError`], where the run cannot continue.
    fn process(&self, row: &Row) -> Result<Entry<Self::Done>, FolderError>;

    /// The entry of a row on which [`RowProcessor::process`] panicked.
    fn fault(&self, row: &Row) -> Entry<Self::Done>;

    /// Whether the output of an earlier start is still there.
    fn is_there(&self, done: &Self::Done) -> bool;

    /// Where the rows' pictures are.
    fn inputs(&self) -> &Inputs;

    /// The first of a done row's pictures that is not what it was.
    fn changed(&self, entry: &Entry<Self::Done>) -> Option<PathBuf> {
        self.inputs().changed(&entry.file, entry.input.as_ref()?)
    }
}
