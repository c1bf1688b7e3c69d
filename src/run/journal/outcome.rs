//! What came of one row: a print, or an inspection.

use serde::{Deserialize, Serialize};

use super::state::State;
use crate::inspect::comparison::agreement::Agreement;
use crate::inspect::decision::verdict::{Outcome, Verdict};
use crate::report::Record;
use crate::run::spc::Measures;

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
    /// Whether the face is that of the portrait as issued, where one is at hand and there is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Agreement>,
    /// Share of the face that its microtext confirms, 0..1; none where no portrait was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<f64>,
    /// What it says about the press.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<Measures>,
    /// The whole record, as `tumar verify --json` has it. It is written, and not read back.
    #[serde(default, skip_deserializing)]
    pub record: Option<Record>,
}
