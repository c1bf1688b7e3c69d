//! Whole print runs: thousands of portraits printed, thousands of scans inspected, nothing lost.
//!
//! A [`Manifest`] names one document a row. [`Run::issue`] prints all rows by a [`Printer`],
//! [`Run::qa`] inspects them by an [`Inspector`]: on all cores, or on other machines by a
//! [`Distributor`]. A row is done once it stands in the journal of the run's [`Folder`]. What is
//! written at the end is a function of the journal alone: a killed and restarted run ends with the same
//! bytes as an uninterrupted one.
//!
//! Rooms, from the ground up: `manifest`, `spc`, `journal`, `input`, `cluster`, `work`, `results`,
//! `report`.

#[cfg(feature = "cluster")]
pub mod cluster;
mod error;
mod finish;
pub mod input;
mod journal;
mod manifest;
pub mod report;
pub mod results;
pub mod spc;
#[cfg(feature = "cluster")]
mod tls;
mod work;

pub use error::{ReportError, RunError};
pub use finish::End;
pub use input::Inputs;
pub use journal::{
    Counts, Ended, Entry, Folder, FolderError, ISSUED, Inspected, Issued, IssuedError, Journal,
    JournalError, Portrait, Printed, Published, Stamp, State, Terms,
};
pub use manifest::{Command, Fields, IssuedPortrait, MAX_ROWS, Manifest, ManifestError, Row, Rows};
pub use results::{MachineBase, Summary};
pub use spc::{Measure, Measures};
pub use work::{Distributor, Inspector, Printer, Results, RowProcessor, Run, Seen, Watch};
#[cfg(feature = "cluster")]
pub use work::{Prepared, Remote, Setup, Worker};
