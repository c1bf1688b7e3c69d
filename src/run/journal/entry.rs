//! What became of one row: a line of the journal.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::JournalError;
use super::file::Journal;
use super::outcome::Ended;
use super::stamp::Stamp;
use super::state::State;
use crate::run::manifest::Row;

/// What became of one row. Every row has one, whatever is in the row.
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
    /// The portrait that the scan was held against, where there is one that could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portrait: Option<Portrait>,
    /// Why the row failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was done.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub done: Option<T>,
}

/// The portrait that a scan was held against.
#[derive(Clone, Serialize, Deserialize)]
pub struct Portrait {
    /// Its file, as a manifest names it.
    pub file: String,
    /// Whether that is the manifest of the run of `issue`, and not the row's own.
    pub issued: bool,
    /// What tells whether it is still the same.
    #[serde(flatten)]
    pub stamp: Stamp,
}

impl<T> Entry<T> {
    /// Of a row that has not been done yet. `picture` is the column that names its picture.
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
            portrait: None,
            error: None,
            done: None,
        }
    }

    /// The same with its result.
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

impl<T: Ended> Entry<T> {
    /// How the row ended.
    #[must_use]
    pub fn state(&self) -> State {
        self.done.as_ref().map_or(State::Error, T::state)
    }
}

/// The entries of a journal, by the rows' numbers.
pub(in crate::run) fn entries<'j, T: DeserializeOwned>(
    journal: &'j Journal<'_>,
) -> impl Iterator<Item = Result<Entry<T>, JournalError>> + 'j {
    journal.entries().map(|line| {
        let (row, json) = line?;
        serde_json::from_slice(&json).map_err(JournalError::entry(row))
    })
}
