//! What is known of a whole run when it is done: plain data, from which its report is made.

use super::chart::{Chart, ShareChart};
use super::measures::{Measure, Measures};

/// A run.
#[derive(Clone, Debug)]
pub struct Overview {
    /// What was done.
    pub command: Command,
    /// Of the program.
    pub version: String,
    /// The profile.
    pub profile: Origin,
    /// The file of rows.
    pub manifest: Origin,
    /// How the rows ended.
    pub counts: Counts,
    /// One a row of the manifest, in its order.
    pub rows: Vec<Row>,
    /// Those that scans came from; none where nothing was measured.
    pub machines: Vec<Machine>,
    /// Scans that did not pass or were near it, the worst first.
    pub worst: Vec<Worst>,
    /// What else is to be known, in sentences.
    pub notes: Vec<String>,
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Portraits are printed.
    Issue,
    /// Scans are inspected.
    Qa,
}

/// Something that the run rests on.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Name of a file, or of the profile.
    pub name: String,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// How the rows ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub rows: u64,
    /// Passed; in an issue, printed.
    pub successful: u64,
    /// Not authentic.
    pub failed: u64,
    /// Not decided.
    pub undetermined: u64,
    /// Not done.
    pub errors: u64,
}

/// A row of the manifest.
#[derive(Clone, Debug)]
pub struct Row {
    /// In the manifest, from 1 on, rising.
    pub number: u32,
    /// The document, as the manifest has it.
    pub id: String,
    /// Place in [`Overview::machines`].
    pub machine: Option<u16>,
    /// As the manifest has it.
    pub time: Option<String>,
    /// How it ended.
    pub state: State,
    /// The record's word; empty where there is none.
    pub verdict: &'static str,
    /// Of the verdict, −1 to 1.
    pub margin: Option<f64>,
    /// Where a text is established.
    pub measures: Option<Measures>,
    /// The error, or why it did not pass; empty where it did.
    pub says: String,
}

/// How a row ended, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Not authentic.
    Failed,
    /// Not done.
    Error,
    /// Not decided.
    Undetermined,
    /// Passed; in an issue, printed.
    Successful,
}

impl State {
    /// The worst first.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Error, Self::Undetermined, Self::Successful];
}

/// A printer, and how it kept.
#[derive(Clone, Debug)]
pub struct Machine {
    /// As the manifest has it; empty for rows that name none.
    pub name: String,
    /// Numbers of the rows with measures, in the order of the charts' values.
    pub measured: Vec<u32>,
    /// One a measure.
    pub charts: Vec<(Measure, Chart)>,
    /// Numbers of all rows, in the order that the shares count them.
    pub documents: Vec<u32>,
    /// How many did not pass.
    pub shares: Option<ShareChart>,
}

/// A scan to look at.
#[derive(Clone, Debug)]
pub struct Worst {
    /// Number of the row.
    pub row: u32,
    /// PNG or JPEG, small.
    pub thumbnail: Option<Vec<u8>>,
    /// Where its inspection lies, relative to the report.
    pub inspection: Option<String>,
    /// Why it is here.
    pub says: String,
}

impl Overview {
    /// The row of that number.
    #[must_use]
    pub fn row(&self, number: u32) -> Option<&Row> {
        let place = self.rows.binary_search_by_key(&number, |row| row.number).ok()?;
        self.rows.get(place)
    }
}
