//! The manifest of a run: one document a row, in CSV with a header line or in JSON Lines, as
//! spreadsheets save them.
//!
//! It is read line by line, twice, and never held as a whole.

mod command;
mod error;
mod fields;
mod file;
mod lines;
pub(super) mod paths;
mod row;
mod rows;
mod table;
mod text;
pub(super) mod time;

pub use command::Command;
pub use error::{MAX_ROWS, ManifestError};
pub use file::Manifest;
pub use row::{Fields, IssuedPortrait, Row};
pub use rows::Rows;
