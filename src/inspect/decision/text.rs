//! The letters as evidence: how surely they were read, and how they compare with an expected name.
//! `cargo run --release -p measure --bin accuracy` measures what the thresholds let pass.

use serde::{Deserialize, Serialize};

use crate::inspect::recognition::reading::{Read, Reading, Readings};
use crate::spec::{Legend, Name, Symbol};

/// A symbol is read if the text is e^4 times likelier than any with another symbol there …
pub const READ: f64 = 4.0;
/// … and the letters by themselves do not contradict their check symbols by more than this, in
/// nepers: text of another issuer has none, and two texts over each other have no common ones.
pub const DOUBT: f64 = 25.0;
/// … and if the letters by themselves, with what contradicts them, leave no more open than check
/// symbols can decide, 23³ texts: beyond, some text always has right ones.
pub const OPEN: f64 = 9.4;
/// … and no place fits its letter worse than this, as `Reading::misfit` counts. Prints reach 2.7 (163
/// exact readings, all presets); digits in place of letters 5 to 40 on scans that show them.
pub const MISFIT: f64 = 4.0;
/// An expected name is accepted if it is what was read, or if it is e^3.5 times likelier than any
/// other text …
pub const ACCEPT: f64 = 3.5;
/// … and refused if it is e^4 times less likely …
pub const REFUSE: f64 = -4.0;
/// … than a text of which this share was read.
pub const LEGIBLE: f64 = 0.85;

/// The evidence of the letters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Text {
    /// Correlation of stack and text, 0..1.
    pub fit: f64,
    /// How much worse the worst place fits than others (`Reading::misfit`).
    pub misfit: f64,
    /// How far, in nepers, the letters by themselves contradict their check symbols.
    pub doubt: f64,
    /// How many texts, as a natural logarithm, the letters by themselves leave open.
    pub open: f64,
    /// For each symbol, ln of how much likelier the text is than any with another symbol there.
    pub log_odds: Vec<f64>,
    /// For the expected name, if one was given.
    pub expected: Option<Expected>,
}

/// The evidence for an expected name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Expected {
    /// The text repeats after another number of symbols than the name has.
    OtherLength {
        /// Symbols of the circle that was found.
        found: usize,
        /// Symbols of the expected legend.
        expected: usize,
    },
    /// The text has as many symbols as the name.
    SameLength(Comparison),
}

/// The expected legend against the scan.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Comparison {
    /// ln of how much likelier the expected legend is than any other text.
    pub log_odds: f64,
    /// How far, in nepers, the letters by themselves speak against it.
    pub doubt: f64,
    /// At how many places another symbol was read.
    pub others: usize,
    /// Whether the text that was read is the expected name.
    pub spelled: bool,
}

impl Text {
    /// What the letters of a reading are worth, no name expected.
    #[must_use]
    pub fn of(reading: &Reading) -> Self {
        Self {
            fit: reading.fit,
            misfit: reading.misfit,
            doubt: reading.doubt,
            open: reading.circle.iter().map(Read::open).sum(),
            log_odds: reading.circle.iter().map(|read| read.log_odds).collect(),
            expected: None,
        }
    }

    /// ln of how much likelier the text is than the next.
    pub(crate) fn weakest(&self) -> f64 {
        self.log_odds.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Whether check symbols suffice to tell the text from any other.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.open + self.doubt <= OPEN
    }

    /// Share of the symbols that were read.
    #[must_use]
    pub fn legible(&self) -> f64 {
        let read = self.log_odds.iter().filter(|&&odds| odds >= READ).count();
        read as f64 / self.log_odds.len().max(1) as f64
    }

    /// Whether this name is likelier than any other text, and the letters do not contradict it.
    #[must_use]
    pub fn bears_out(&self, name: &Comparison) -> bool {
        name.log_odds >= ACCEPT && name.doubt <= DOUBT && self.misfit <= MISFIT
    }

    /// Whether the letters let the expected name stand, though they may not tell it from others.
    #[must_use]
    pub fn lets_name_stand(&self) -> bool {
        let stands = |name: &Comparison| {
            name.log_odds > REFUSE && name.doubt <= DOUBT && self.misfit <= MISFIT
        };
        matches!(&self.expected, Some(Expected::SameLength(name)) if stands(name))
    }

    /// Whether the whole text was read.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.weakest() >= READ && self.is_decided() && self.misfit <= MISFIT
    }
}

impl Expected {
    /// The expected name against the readings: its symbols at the turn of the circle that suits them
    /// best.
    #[must_use]
    pub fn of(readings: &Readings, name: &Name) -> Self {
        let reading = readings.in_script(name.script());
        let found = reading.circle.len();
        let Ok(legend) = Legend::of(name, usize::MAX) else {
            return Self::OtherLength { found, expected: 0 };
        };
        let symbols = legend.symbols();
        if symbols.len() != found {
            return Self::OtherLength { found, expected: symbols.len() };
        }
        let turns = (0..found).map(|turn| (turn, reading.likelihood(symbols, turn)));
        let (turn, likelihood) = turns.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
        let same = |circle: &mut dyn Iterator<Item = Symbol>| {
            circle.enumerate().filter(|(i, s)| *s == symbols[(i + turn) % found]).count()
        };
        let [likeliest, next] = reading.likeliest;
        let is_likeliest = same(&mut reading.without_rarity.iter().copied()) == found;
        let alike = same(&mut reading.circle.iter().map(|read| read.symbol));
        Self::SameLength(Comparison {
            log_odds: likelihood - if is_likeliest { next } else { likeliest },
            doubt: reading.doubt - likelihood,
            others: found - alike,
            spelled: reading.script == readings.likelier().script && alike == found,
        })
    }
}
