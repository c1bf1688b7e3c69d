//! What a run leaves behind, each a function of its journal alone: results.csv, measures.parquet,
//! run.json, the pages of the worst scans, and the data of the report.

pub(super) mod csv;
mod machines;
mod overview;
#[cfg(feature = "parquet")]
pub(super) mod parquet;
mod summary;
mod worst;

pub use csv::Tabled;
pub use machines::{Charted, MAX_MACHINES, Machine, MachineBase, Machines};
pub use overview::{Overview, Row};
pub use summary::{Documented, FilePart, MachinePart, Origin, SignalPart, Summary};
pub use worst::{Ranking, Worst};
