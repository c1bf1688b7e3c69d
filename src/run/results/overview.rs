//! What is known of a whole run when it is done: plain data, from which its report is made.

use super::machines::Machine;
use super::summary::Origin;
use super::worst::Worst;
use crate::run::journal::{Counts, Ended, Entry, Inspected, Printed, State};
use crate::run::manifest::Command;
use crate::run::spc::Measures;

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

impl Row {
    /// What is shown of a printed row.
    #[must_use]
    pub fn printed(entry: Entry<Printed>) -> Self {
        let warnings = entry.done.as_ref().map(|done| done.warnings.join("; "));
        let says = entry.error.clone().or(warnings).unwrap_or_default();
        Self { says, ..Self::of(entry) }
    }

    /// What is shown of an inspected row, whose machine stands at this place.
    #[must_use]
    pub fn inspected(mut entry: Entry<Inspected>, machine: Option<u16>) -> Self {
        let (state, done) = (entry.state(), entry.done.take());
        let Some(done) = done else {
            let says = entry.error.take().unwrap_or_default();
            return Self { machine, says, ..Self::of(entry) };
        };
        Self {
            machine,
            state,
            verdict: done.verdict.name(),
            margin: Some(done.margin),
            measures: done.measures,
            says: if state == State::Successful { String::new() } else { done.reason },
            ..Self::of(entry)
        }
    }

    fn of<T: Ended>(entry: Entry<T>) -> Self {
        Self {
            number: entry.row,
            state: entry.state(),
            id: entry.id,
            machine: None,
            time: entry.time,
            verdict: "",
            margin: None,
            measures: None,
            says: String::new(),
        }
    }
}

impl Overview {
    /// The row of that number.
    #[must_use]
    pub fn row(&self, number: u32) -> Option<&Row> {
        let place = self.rows.binary_search_by_key(&number, |row| row.number).ok()?;
        self.rows.get(place)
    }
}
