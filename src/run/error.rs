//! Why a run ends without its results.

use std::path::PathBuf;

use thiserror::Error;

#[cfg(feature = "cluster")]
use super::cluster::ClusterError;
use super::journal::{FolderError, JournalError};
use super::manifest::ManifestError;

/// Why a run cannot begin or continue. A failed row is no such error: it affects no other.
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
    /// The picture of a finished row has changed.
    #[error(
        "{}: this picture has changed since row {row} was done; \
         restore it, or name a new folder", path.display()
    )]
    Changed {
        /// The picture.
        path: PathBuf,
        /// The row.
        row: u32,
    },
    /// The report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The server, or workers.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The rows could not be written.
    #[error("the report's rows cannot be written: {0}")]
    Rows(#[from] serde_json::Error),
    /// The page could not be filled in.
    #[error("the report cannot be written: {0}")]
    Page(#[from] askama::Error),
}
