//! What a run remembers: its folder, and in it the journal, from which every result is made. A killed
//! and restarted run ends with the same bytes as an uninterrupted one.

mod entry;
mod error;
mod file;
mod folder;
mod issued;
mod outcome;
mod stamp;
mod state;
mod terms;

pub(super) use entry::entries;
pub use entry::{Entry, Portrait};
pub use error::JournalError;
pub use file::Journal;
pub use folder::{Folder, FolderError, Published};
pub use issued::{Issued, IssuedError};
pub(super) use issued::{RECORD, SCHEMA};
pub use outcome::{Ended, Inspected, Printed};
pub use stamp::Stamp;
pub(super) use stamp::modified;
pub use state::{Counts, State};
pub use terms::{ISSUED, Terms};
