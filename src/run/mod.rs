//! Whole print runs: thousands of portraits printed, thousands of scans inspected, nothing lost.
//!
//! manifest (one row a document) → pool (rows on all cores; `issue` or `qa` does one) → journal (a row
//! is done once it stands there) → results. What is written at the end is a function of the journal
//! alone: a run that was killed and started again ends as one that never was.

pub mod chart;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod entry;
pub mod finish;
pub mod folder;
pub mod input;
pub mod issue;
pub mod journal;
pub mod machines;
pub mod manifest;
pub mod measures;
pub mod overview;
mod place;
mod pool;
pub mod progress;
pub mod qa;
#[cfg(feature = "cluster")]
pub mod remote;
pub mod report;
pub mod results;
mod rows;
#[cfg(feature = "cluster")]
pub mod source;
pub mod summary;
#[cfg(feature = "parquet")]
mod table;
mod time;
#[cfg(feature = "cluster")]
mod tls;
pub mod worst;

use std::path::PathBuf;

use thiserror::Error;

use folder::FolderError;
use journal::JournalError;
use manifest::ManifestError;
pub use rows::{Run, Work};

/// Why a run cannot be begun or gone on with. What is wrong with one row costs that row only and is no
/// error here.
#[derive(Debug, Error)]
pub enum RunError {
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The folder, or a file in it.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A picture of a row that is done is another now.
    #[error(
        "{}: row {row} was done with another picture than the one that is there now; \
         bring that one back, or name a new folder", path.display()
    )]
    Changed {
        /// The picture.
        path: PathBuf,
        /// The row.
        row: u32,
    },
    /// The report.
    #[error(transparent)]
    Report(#[from] report::ReportError),
    /// The server, or workers.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Cluster(#[from] cluster::ClusterError),
    /// A line of the journal that only a fault could have written.
    #[error("the journal's line of row {row} cannot be understood: {detail}")]
    Entry {
        /// The row.
        row: u32,
        /// What the parser said.
        detail: String,
    },
}

impl RunError {
    fn entry(row: u32) -> impl FnOnce(serde_json::Error) -> Self {
        move |error| Self::Entry { row, detail: error.to_string() }
    }
}
