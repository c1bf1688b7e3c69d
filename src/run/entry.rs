//! What became of one row: a line of the journal.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::manifest::Row;
use super::measures::Measures;
use crate::inspect::decision::verdict::{Outcome, Verdict};
use crate::report::Record;

/// What became of one row. Whatever stands in the row, it has one.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entry<T> {
    /// The row's number, from 1.
    pub row: u32,
    /// The document's id.
    pub id: String,
    /// The picture, as the manifest names it.
    #[serde(default)]
    pub file: String,
    /// The machine that the manifest names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// The time, as it stands in the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The picture's file, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Stamp>,
    /// Why nothing was done, where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was done.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub done: Option<T>,
}

impl<T> Entry<T> {
    /// Of a row with which nothing was done yet.
    #[must_use]
    pub fn of(row: &Row, picture: &str) -> Self {
        let field = |name| row.fields.as_ref().ok().and_then(|fields| fields.get(name));
        Self {
            row: row.number,
            id: row.id.clone(),
            file: field(picture).unwrap_or_default().to_owned(),
            machine: field("machine").map(str::to_owned),
            time: field("time").map(str::to_owned),
            input: None,
            error: None,
            done: None,
        }
    }

    /// The same with what came of it.
    #[must_use]
    pub fn ended(mut self, result: Result<T, String>) -> Self {
        match result {
            Ok(done) => self.done = Some(done),
            Err(error) => self.error = Some(error),
        }
        self
    }

    /// Of a row on which tumar itself failed.
    #[must_use]
    pub fn fault(self) -> Self {
        self.ended(Err("tumar failed on this row by a fault of its own; please report it".into()))
    }
}

/// What tells whether a file is still the one that it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// When it was last changed, in nanoseconds since 1970; none of what is no local file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<u64>,
}

impl Stamp {
    /// Whether a file looks as it did, by length and time.
    #[must_use]
    pub fn looks_like(&self, metadata: &Metadata) -> bool {
        self.bytes == metadata.len() && self.modified == modified(metadata)
    }
}

/// When a file was last changed, in nanoseconds since 1970.
#[must_use]
pub fn modified(metadata: &Metadata) -> Option<u64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

/// A portrait that was printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// The raster, below the run's folder.
    pub out: String,
    /// SHA-256 of it in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Plain sentences on what may go wrong in print.
    pub warnings: Vec<String>,
}

/// A scan that was inspected. Holds personal data and has no `Debug` output.
#[derive(Clone, Serialize, Deserialize)]
pub struct Inspected {
    /// BSI TR-03135's word for the verdict.
    pub result: Outcome,
    /// The verdict.
    pub verdict: Verdict,
    /// How far the evidence stands from the verdict's threshold, −1..1.
    pub margin: f64,
    /// The foremost reason.
    pub reason: String,
    /// What was read, where the row names no holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// What it says of the press.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<Measures>,
    /// The whole record, as `tumar verify --json` has it. It is written, and not read back.
    #[serde(default, skip_deserializing)]
    pub record: Option<Record>,
}
