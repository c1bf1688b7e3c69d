//! How rows end, and how many ended how.

use serde::Serialize;

/// How a row ended, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Inspected, and not passed.
    Failed,
    /// It could not be processed.
    Error,
    /// Inspected, but the scan does not carry enough evidence.
    Undetermined,
    /// Printed, or passed.
    Successful,
}

impl State {
    /// The worst first.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Error, Self::Undetermined, Self::Successful];

    /// Its name in results.
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

/// How many rows ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows of the manifest.
    pub rows: u64,
    /// Printed, or passed.
    pub successful: u64,
    /// Inspected, and not passed.
    pub failed: u64,
    /// Inspected, but the scans do not carry enough evidence.
    pub undetermined: u64,
    /// Rows that could not be processed.
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
