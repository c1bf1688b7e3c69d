//! What is known of a portrait before anything is decided: numbers, not a pixel.

use std::fmt;

use crate::imaging::{Mm, Ppi};
use crate::inspect::decision::key_check::Keyed;
use crate::inspect::decision::operating_range::Range;
use crate::inspect::decision::picture_check::PictureCheck;
use crate::inspect::decision::print_check::Printed;
use crate::inspect::decision::signature_check::Signing;
use crate::inspect::decision::text::Text;
use crate::inspect::signal::scan::{PpiSource, Resolution};
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::tamper::face::Face;
use crate::inspect::tamper::map::Tamper;
use crate::inspect::tamper::region::Kind;

/// Text is there if lines repeat themselves this many standard deviations over chance …
pub const REPETITION: f64 = 5.0;
/// … begin on whole symbols (1: exactly; lines at random: under 0.3) …
pub const LATTICE: f64 = 0.6;
/// … in at least this share of the portrait's lines …
pub const LINES: f64 = 0.25;
/// … and the text has at least this many symbols, unless the lines follow the generator's row phases:
/// a hatching or a weave repeats after few …
pub const SYMBOLS: usize = 8;
/// … and look like letters (correlation with the text that was read).
pub const FIT: f64 = 0.55;

/// All that a decision rests on.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Why there is nothing to look at, if so.
    pub obstacle: Option<Obstacle>,
    /// Height of the carrier's peak over the median of its ring.
    pub peak: f32,
    /// How high it should stand if microtext of the profile's strength were there.
    pub expected_peak: f64,
    /// Share of the portrait in which lines were found, 0..1.
    pub coverage: f64,
    /// What the columns gave, if the carrier was found.
    pub repetition: Option<Repetition>,
    /// What the reading gave, if the columns were found.
    pub text: Option<Text>,
    /// Whether the text runs as in a mirror.
    pub mirrored: bool,
    /// What of the scan falls short; gathered only where the text does not decide.
    pub range: Option<Range>,
    /// What the keyed lines say.
    pub key: Key,
    /// What the payload lines say.
    pub signature: Signing,
    /// Whether a signature must be there: by the profile, or since keys to check it were given.
    pub must_be_signed: bool,
    /// What the tamper map says, where there is one.
    pub tamper: Option<Alterations>,
    /// What is known of the face by its microtext.
    pub face: Facing,
    /// What the portrait as issued says, where it is at hand and text is established.
    pub picture: Option<PictureCheck>,
    /// Whether the issuer's press printed it, where that is known.
    pub printed: Printed,
    /// Spread (σ) of the letters, which copying widens. No decision rests on it alone: printers differ as
    /// much.
    pub blur: Option<Mm>,
    /// How the resolution was told, where the stated one is missing or wrong.
    pub told: Option<Told>,
    /// Which of the portraits of the page this is, where there are several.
    pub place: Option<Place>,
    /// Places that look like lines of microtext, or ways to read them, that were left when the search's
    /// budget ended.
    pub unsearched: usize,
}

/// Why there is nothing to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing tells the resolution.
    NoResolution,
    /// A page without a portrait with microtext.
    EmptyPage,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoResolution => {
                "neither the file nor --ppi states the resolution, and no lines of microtext tell it: without it nothing can be ruled out"
            }
            Self::EmptyPage => "no portrait with microtext was found on this page",
        })
    }
}

/// The evidence that lines of text repeat.
#[derive(Clone, Copy, Debug)]
pub struct Repetition {
    /// Symbols after which it repeats.
    pub symbols: usize,
    /// Standard deviations over chance.
    pub score: f64,
    /// How well lines begin on whole symbols, 0..1.
    pub lattice: f64,
    /// How far the lines' phases follow the generator's sequence, in standard deviations; 0 if they
    /// don't.
    pub law: f64,
    /// Whether only every second line follows it, as in keyed prints.
    pub keyed: bool,
    /// Share of the portrait's lines that could be placed.
    pub lines: f64,
}

/// What is known of the issuer's key.
#[derive(Clone, Debug, Default)]
pub enum Key {
    /// No key was given.
    #[default]
    NotAsked,
    /// A key was given, and too few lines can be placed to ask them.
    Unanswered,
    /// What the keyed lines say.
    Answered(Keyed),
}

impl Key {
    /// What the keyed lines say, if they could be asked.
    #[must_use]
    pub fn answer(&self) -> Option<&Keyed> {
        match self {
            Self::Answered(keyed) => Some(keyed),
            Self::NotAsked | Self::Unanswered => None,
        }
    }
}

/// What the tamper map comes to.
#[derive(Clone, Debug, Default)]
pub struct Alterations {
    /// What is wrong in each region, its area in mm², and how far it stands below genuine ones in
    /// standard deviations; the largest first.
    pub regions: Vec<(Kind, f64, f64)>,
    /// Share of the portrait on which the microtext can be told, 0..1.
    pub readable: f64,
}

/// What is known of the face.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Facing {
    /// Nothing is asked of it: the text alone is judged.
    #[default]
    NotAsked,
    /// Where it is in the scan is not known, or too little of its microtext shows.
    Unknown,
    /// How much of it was confirmed, and which share must be, 0..1.
    Looked {
        /// In square millimetres.
        face: Face,
        /// By the profile.
        least: f64,
    },
}

impl Facing {
    /// Whether it was looked at and its microtext does not confirm it.
    #[must_use]
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Looked { face, least } if face.share() < least)
    }
}

/// A resolution that the lines' pitch tells.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// What was stated, and by whom.
    pub stated: Option<(Ppi, PpiSource)>,
    /// What the pitch says.
    pub told: Ppi,
}

/// One of several portraits on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number from the top, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Evidence {
    /// The evidence of the letters, where it suffices to say that there is text at all.
    #[must_use]
    pub fn established(&self) -> Option<&Text> {
        let repeats = self.repetition.as_ref().is_some_and(Repetition::is_text);
        self.text.as_ref().filter(|text| repeats && text.fit >= FIT)
    }

    /// Whether the lines follow the generator's row phases, and every second one only a key places.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        self.repetition.is_some_and(|found| found.keyed)
    }

    /// The same without what was found beyond the letters: what the text alone comes to.
    #[must_use]
    pub fn of_text(&self) -> Self {
        let (key, face) = (Key::NotAsked, Facing::NotAsked);
        let (signature, must_be_signed) = (Signing::Unknown, false);
        Self {
            range: None,
            key,
            signature,
            must_be_signed,
            tamper: None,
            face,
            picture: None,
            printed: Printed::NotAsked,
            ..self.clone()
        }
    }
}

impl Repetition {
    /// What the columns of a scan are worth.
    #[must_use]
    pub fn of(columns: &Columns) -> Self {
        Self {
            symbols: columns.symbols,
            score: columns.repetition,
            lattice: columns.lattice,
            law: columns.row_phases.map_or(0.0, |phases| phases.score),
            keyed: columns.row_phases.is_some_and(|phases| phases.rows.are_keyed()),
            lines: columns.placed(),
        }
    }

    /// Whether something repeats along the lines as text of the grid would.
    #[must_use]
    pub fn is_text(&self) -> bool {
        let by_itself = self.score >= REPETITION && self.lattice >= LATTICE && self.lines >= LINES;
        by_itself && self.symbols >= SYMBOLS || self.law > 0.0
    }
}

impl Alterations {
    /// What a map comes to.
    #[must_use]
    pub fn of(map: &Tamper) -> Self {
        let regions = map.regions.iter().map(|region| (region.kind, region.area, region.z));
        Self { regions: regions.collect(), readable: map.readable() }
    }
}

impl Told {
    /// The pitch's resolution against the stated one.
    #[must_use]
    pub fn new(stated: Option<Resolution>, told: Ppi) -> Self {
        Self { stated: stated.map(|stated| (stated.axes[0], stated.source)), told }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told.0;
        let Some((said, source)) = self.stated else {
            return write!(
                f,
                "the file states no resolution; the lines' pitch is that of {told:.0} ppi"
            );
        };
        let who = match source {
            PpiSource::Option => "--ppi says",
            PpiSource::Metadata | PpiSource::Estimated => "the file states",
        };
        write!(f, "{who} {said}, but the lines' pitch is that of {told:.0} ppi")
    }
}
