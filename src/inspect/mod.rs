//! The reader: a scan → what is printed in it, and whether that is the holder's name.
//!
//! Stages before the verdict take the grid, never the expected name: the reading cannot be led by
//! what it hopes to find.

pub mod alignment;
pub mod carrier;
pub mod columns;
pub mod decoding;
pub mod demodulation;
pub mod drift;
pub mod field;
pub mod fit;
pub mod flatten;
pub mod gaps;
pub mod geometry;
pub mod law;
pub mod notch;
pub mod orientation;
pub mod period;
pub mod portrait;
pub mod psf;
pub mod reading;
pub mod register;
pub mod scan;
pub mod spectrum;
pub mod stack;
pub mod start;
pub mod strips;
pub mod templates;
pub mod tones;
pub mod trellis;
pub mod verdict;
pub mod whitening;

use crate::base::{Picture, Ppi};
use crate::spec::{Legend, Name, Profile, Symbol};
use carrier::Carrier;
use columns::Columns;
use portrait::Frame;
use reading::{Reading, Readings};
use scan::{Scan, ScanError};
use stack::Stack;
use templates::Alphabet;
use tones::Tones;
use verdict::{Comparison, Decision, Evidence, Expected, Repetition, Text};

/// Everything that was found in a scan, stage by stage; a stage is `None` where the one before
/// found nothing to go on.
#[derive(Debug)]
pub struct Inspection {
    /// The scan.
    pub scan: Scan,
    /// The lines.
    pub carrier: Option<Carrier>,
    /// The portrait.
    pub frame: Option<Frame>,
    /// The columns.
    pub columns: Option<Columns>,
    /// All copies in one.
    pub stack: Option<Stack>,
    /// The text, in either script.
    pub readings: Option<Readings>,
    /// What it comes to.
    pub decision: Decision,
    /// What the decision rests on.
    pub evidence: Evidence,
}

impl Inspection {
    /// The reading in the likelier script, if the evidence that there is text suffices.
    #[must_use]
    pub fn reading(&self) -> Option<&Reading> {
        self.readings.as_ref().map(Readings::likelier)
    }
}

/// Inspects one scan: blindly, or for an expected name; see [`Reader`] for more.
///
/// # Errors
/// [`ScanError`] if the resolution is not known; missing evidence is a verdict, not an error.
pub fn inspect(
    picture: &Picture,
    ppi: Option<Ppi>,
    expected: Option<&Name>,
    profile: &Profile,
) -> Result<Inspection, ScanError> {
    Reader::new(profile).inspect(picture, ppi, expected)
}

/// A reader of what one profile prints. It keeps what does not change from scan to scan.
#[derive(Debug)]
pub struct Reader<'p> {
    profile: &'p Profile,
    alphabets: [Alphabet; 2],
}

impl<'p> Reader<'p> {
    /// A reader for a profile.
    #[must_use]
    pub fn new(profile: &'p Profile) -> Self {
        Self { profile, alphabets: Alphabet::both(profile) }
    }

    /// Inspects a scan: blindly, or for an expected name. `ppi` counts before what the picture
    /// says.
    ///
    /// # Errors
    /// [`ScanError`] if the resolution is not known; missing evidence is a verdict, not an error.
    pub fn inspect(
        &self,
        picture: &Picture,
        ppi: Option<Ppi>,
        expected: Option<&Name>,
    ) -> Result<Inspection, ScanError> {
        // Handed to the thread pool once, and not by each loop of each stage.
        rayon::scope(|_| self.stages(picture, ppi, expected))
    }

    fn stages(
        &self,
        picture: &Picture,
        ppi: Option<Ppi>,
        expected: Option<&Name>,
    ) -> Result<Inspection, ScanError> {
        let profile = self.profile;
        let scan = Scan::new(picture, ppi)?;
        let flat = flatten::flatten(&scan);
        let peak = carrier::peak(&flat, &scan, &profile.layout);
        let mut evidence = Evidence {
            peak: peak.map_or(0.0, |peak| peak.height),
            expected_peak: peak.map_or(0.0, |peak| flat.expected_peak(profile, peak.floor)),
            ..Evidence::default()
        };
        let tones = peak.map(|peak| Tones::measure(&flat, &scan, peak.frequency));
        let factor = carrier::search_factor(&scan);
        let signal = tones.as_ref().map(|tones| flat.signal(tones));
        let carrier = match (&peak, &signal) {
            (Some(peak), Some(signal)) => carrier::follow(signal, factor, &scan, peak),
            _ => None,
        };
        let frame = carrier.as_ref().map(|carrier| Frame::new(carrier, profile));
        evidence.coverage = frame.as_ref().map_or(0.0, |frame| frame.coverage);
        let columns = match (&signal, &frame) {
            (Some(signal), Some(frame)) => columns::find(signal, factor, &scan, frame, profile),
            _ => None,
        };
        evidence.repetition = columns.as_ref().map(|c| Repetition {
            symbols: c.symbols,
            score: c.repetition,
            lattice: c.lattice,
            law: c.law.map_or(0.0, |law| law.score),
            lines: c.phases.iter().flatten().count() as f64 / c.phases.len() as f64,
        });
        let worth_reading = evidence.repetition.is_some_and(|r| verdict::repeats(&r));
        let stack = match (&frame, &columns, &tones) {
            (Some(frame), Some(columns), Some(tones)) if worth_reading => {
                Some(stack::stack(&flat, &scan, frame, columns, tones))
            }
            _ => None,
        };
        let known = columns.as_ref().and_then(|c| c.law).map(|law| law.orientation);
        let readings =
            stack.as_ref().and_then(|stack| reading::read(stack, known, &self.alphabets));
        evidence.text = readings.as_ref().map(|readings| Text {
            fit: readings.likelier().fit,
            misfit: readings.likelier().misfit,
            doubt: readings.likelier().doubt,
            log_odds: readings.likelier().circle.iter().map(|r| r.log_odds).collect(),
            expected: expected.map(|name| compare(readings, name)),
        });
        let decision = verdict::decide(&evidence);
        Ok(Inspection { scan, carrier, frame, columns, stack, readings, decision, evidence })
    }
}

/// The expected name against the readings: its symbols at the turn of the circle that suits them
/// best.
#[must_use]
pub fn compare(readings: &Readings, name: &Name) -> Expected {
    let reading = readings.in_script(name.script());
    let found = reading.circle.len();
    let Ok(legend) = Legend::of(name, usize::MAX) else {
        return Expected::OtherLength { found, expected: 0 };
    };
    let symbols = legend.symbols();
    if symbols.len() != found {
        return Expected::OtherLength { found, expected: symbols.len() };
    }
    let turns = (0..found).map(|turn| (turn, reading.likelihood(symbols, turn)));
    let (turn, likelihood) = turns.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
    let same = |circle: &mut dyn Iterator<Item = Symbol>| {
        circle.enumerate().filter(|(i, s)| *s == symbols[(i + turn) % found]).count()
    };
    let [likeliest, next] = reading.likeliest;
    let is_likeliest = same(&mut reading.without_rarity.iter().copied()) == found;
    let alike = same(&mut reading.circle.iter().map(|read| read.symbol));
    Expected::SameLength(Comparison {
        log_odds: likelihood - if is_likeliest { next } else { likeliest },
        doubt: reading.doubt - likelihood,
        others: found - alike,
        spelled: reading.script == readings.likelier().script && alike == found,
    })
}
