//! Why a run cannot go on from its journal.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a journal cannot be continued.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The system refused.
    #[error("{}: {cause}", path.display())]
    File {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Its first line is not one that tumar wrote.
    #[error("{}: is not a journal of tumar; name a new folder", .0.display())]
    Foreign(PathBuf),
    /// It is of another run.
    #[error("{}: this folder holds a run {difference}; continue that one, or name a new folder", path.display())]
    Other {
        /// The journal.
        path: PathBuf,
        /// In what it differs.
        difference: String,
    },
    /// A line that only a fault of tumar could have written.
    #[error("the journal's line of row {row} cannot be understood: {detail}")]
    Entry {
        /// The row.
        row: u32,
        /// What the parser said.
        detail: String,
    },
}

impl JournalError {
    /// Why the entry of a row is none.
    pub(in crate::run) fn entry(row: u32) -> impl FnOnce(serde_json::Error) -> Self {
        move |error| Self::Entry { row, detail: error.to_string() }
    }
}
