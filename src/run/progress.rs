//! How far a run is.

use serde::Serialize;

use super::entry::{Entry, Inspected, Printed};
use crate::inspect::decision::verdict::Outcome;

/// How a row ended, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Inspected, and not passed.
    Failed,
    /// Nothing could be done with it.
    Error,
    /// Inspected, and the scan does not tell.
    Undetermined,
    /// Printed, or passed.
    Successful,
}

impl State {
    /// The worst first.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Error, Self::Undetermined, Self::Successful];

    /// Its word in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Undetermined => "undetermined",
            Self::Successful => "successful",
        }
    }
}

/// What a row's entry says that it ended as.
pub trait Ended: Sized {
    /// How the row ended.
    fn state(&self) -> State;
}

impl Ended for Printed {
    fn state(&self) -> State {
        State::Successful
    }
}

impl Ended for Inspected {
    fn state(&self) -> State {
        match self.result {
            Outcome::Successful => State::Successful,
            Outcome::Failed => State::Failed,
            Outcome::Undetermined => State::Undetermined,
        }
    }
}

impl<T: Ended> Entry<T> {
    /// How the row ended.
    #[must_use]
    pub fn state(&self) -> State {
        self.done.as_ref().map_or(State::Error, T::state)
    }
}

/// How many rows ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows of the manifest.
    pub rows: u64,
    /// Printed, or passed.
    pub successful: u64,
    /// Inspected, and not passed.
    pub failed: u64,
    /// Inspected, and the scan does not tell.
    pub undetermined: u64,
    /// Rows with which nothing could be done.
    pub errors: u64,
}

impl Counts {
    /// Counts one more row.
    pub fn add(&mut self, state: State) {
        *match state {
            State::Successful => &mut self.successful,
            State::Failed => &mut self.failed,
            State::Undetermined => &mut self.undetermined,
            State::Error => &mut self.errors,
        } += 1;
    }

    /// Rows that ended.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.successful + self.failed + self.undetermined + self.errors
    }
}

/// Who watches a run.
pub trait Watch {
    /// So many rows are done, those of earlier starts included. Called after each step, from one thread.
    fn progress(&mut self, counts: &Counts);
    /// Something that people should know while it lasts.
    fn note(&mut self, note: &str);
    /// All rows are done, and the results are being written.
    fn finishing(&mut self);
}
