//! Why a manifest cannot be used.

use std::io;

use thiserror::Error;

/// The most rows of a run: a guess, far more than one run has.
pub const MAX_ROWS: u32 = 50_000_000;

/// Why a manifest cannot be used at all. A bad row affects no other.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// It could not be read.
    #[error("cannot read it: {0}")]
    Read(#[from] io::Error),
    /// A folder, a pipe or a device.
    #[error("is not a file; a manifest is read twice, so name a file")]
    NoFile,
    /// It has only blank lines, or none.
    #[error("has no header line; the first line of a CSV names its columns: {0}")]
    Empty(String),
    /// The header cannot be understood.
    #[error(
        "the header line is no text of columns separated by commas, semicolons or tabs; \
         its columns should be {0}"
    )]
    Header(String),
    /// The header lacks a column.
    #[error("the header line has no column '{column}'; it has {found}")]
    Column {
        /// The first that is missing.
        column: &'static str,
        /// Those that are there.
        found: String,
    },
    /// The header names a column twice.
    #[error("the header line names the column '{0}' twice")]
    Twice(String),
    /// A spreadsheet's own file.
    #[error("is a spreadsheet's workbook; save its table as CSV UTF-8 and name that")]
    Workbook,
    /// Nothing but a header.
    #[error("has no row: there is no line with text under the header line {0}")]
    NoRows(u64),
    /// More than [`MAX_ROWS`].
    #[error("has more than {MAX_ROWS} rows; split it")]
    TooLong,
}
