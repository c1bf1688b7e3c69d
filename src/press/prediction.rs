//! How often the microtext of a press is read: portraits that are printed and scanned by what was measured.

use std::fmt;

use rayon::prelude::*;

use super::press::Press;
use crate::channel::{ChannelError, Conditions, Preset, print_and_scan};
use crate::imaging::Picture;
use crate::inspect::{Outcome, Reader, ScanError};
use crate::issue::{EmbedError, embed};
use crate::numerics::interval;
use crate::spec::{Name, Profile};

/// What prints are scanned on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanner {
    /// The one that the sheet was scanned on.
    Own,
    /// One of a kind, another for each print.
    Kind(Preset),
}

impl fmt::Display for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("this scanner"),
            Self::Kind(preset) => preset.fmt(f),
        }
    }
}

/// How many prints of the model were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prediction {
    /// Prints.
    pub prints: usize,
    /// Of which the name was read.
    pub read: usize,
    /// Of which the verdict was *authentic*.
    pub accepted: usize,
}

impl Prediction {
    /// Shares of prints that were read and accepted, each with its 95 % interval (Wilson 1927).
    #[must_use]
    pub fn shares(&self) -> [[f64; 3]; 2] {
        [self.read, self.accepted].map(|hits| {
            let [low, high] = interval(hits, self.prints);
            [hits as f64 / self.prints.max(1) as f64, low, high]
        })
    }
}

/// Why nothing was predicted.
#[derive(Debug, thiserror::Error)]
pub enum PredictionError {
    /// A portrait could not be printed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The model cannot print it.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// A scan could not be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// Prints so many portraits, one a name in turn, scans and inspects them, the names being told.
///
/// # Errors
/// [`PredictionError`].
pub fn predict(
    press: &Press,
    scanner: Scanner,
    portraits: &[Picture],
    names: &[Name],
    prints: usize,
    profile: &Profile,
) -> Result<Prediction, PredictionError> {
    let (conditions, reader) = (press.conditions(), Reader::new(profile));
    if portraits.is_empty() || names.is_empty() {
        return Ok(Prediction::default());
    }
    let one = |i: usize| -> Result<[bool; 2], PredictionError> {
        let name = &names[i % names.len()];
        let printed = embed(&portraits[i % portraits.len()], name, profile)?.picture;
        let mut conditions = conditions.clone();
        if let Scanner::Kind(preset) = scanner {
            conditions.scan = Conditions::draw(preset, i as u64).scan;
        }
        // Pages lie askew, and pixels fall anywhere.
        let golden = (i as f64 * 0.618_034).fract();
        conditions.scan.rotation_deg = 4.0 * golden - 2.0;
        conditions.scan.shift_px = [golden - 0.5, 0.5 - golden];
        let scan = print_and_scan(&printed, &conditions, i as u64)?;
        let found = reader.inspect(&scan, None, Some(name))?;
        let is_read = found.evidence().established().is_some();
        Ok([is_read, found.decision().verdict.outcome() == Outcome::Successful])
    };
    let all: Result<Vec<[bool; 2]>, PredictionError> =
        (0..prints).into_par_iter().map(one).collect();
    let all = all?;
    let count = |which: usize| all.iter().filter(|one| one[which]).count();
    Ok(Prediction { prints, read: count(0), accepted: count(1) })
}
