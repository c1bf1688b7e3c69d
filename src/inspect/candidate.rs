//! The lines of one carrier, from the matched filter's view to the text that stands in them.

use crate::imaging::{Mm, Plane};
use crate::inspect::decision::verdict::{self, Evidence, Text};
use crate::inspect::detection::spectrum::Peak;
use crate::inspect::recognition::reading::{self, Readings};
use crate::inspect::recognition::stroke_gain;
use crate::inspect::recognition::templates::Alphabets;
use crate::inspect::rectification::carrier::{self, Carrier};
use crate::inspect::rectification::frame::Frame;
use crate::inspect::rectification::keystone;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::scan::Scan;
use crate::inspect::signal::tones::Tones;
use crate::inspect::stacking::stack::{self, Stack};
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::synchronisation::row_phase::RowPhases;
use crate::inspect::synchronisation::search;
use crate::inspect::synchronisation::strips::Turn;
use crate::inspect::tamper::cells::{self, Cells, Templates};
use crate::inspect::tamper::map::Tamper;
use crate::spec::{Mode, Profile, Script, modulation};

/// Lines over this share of the portrait are worth reading.
const COVERED: f64 = 0.15;

/// The portrait is sought so far beside where its lines are of one piece: a pattern of the page may
/// go on with them.
const BESIDE: Mm = Mm(6.0);

/// A tilt is believed if letters spread at most this many times as far by it: of pages that were
/// tilted 0.45 to 0.62 times, of one that was not 0.96.
const SHARPER: f64 = 0.9;

/// What all readings of a scan share.
pub struct Context<'a> {
    /// The scan.
    pub scan: &'a Scan,
    /// Without its portrait.
    pub flat: &'a Flat,
    /// Whether only lines that follow the generator's law are worth reading.
    pub lawful: bool,
    /// What is printed.
    pub profile: &'a Profile,
    /// How it is taken to be printed.
    pub mode: Mode,
    /// Which lines are read.
    pub turn: Turn,
    /// What symbols look like.
    pub alphabets: &'a Alphabets<'a>,
}

/// What was found along the lines of one carrier, stage by stage.
#[derive(Debug)]
pub struct Found {
    /// The lines.
    pub carrier: Carrier,
    /// The portrait.
    pub frame: Frame,
    /// The columns.
    pub columns: Option<Columns>,
    /// All copies in one.
    pub stack: Option<Stack>,
    /// The text, in either script.
    pub readings: Option<Readings>,
    /// How letters shift the tones.
    pub tones: Tones,
}

/// Follows the lines of a peak and reads them: on a flat page, and on one that lies at an angle if
/// that reads better. `thorough`: see [`search::find`].
#[must_use]
pub fn read(peak: &Peak, thorough: bool, context: &Context<'_>) -> Option<Found> {
    let Context { scan, flat, profile, mode, .. } = *context;
    let tones = Tones::measure(flat, scan, peak.frequency, profile, mode);
    let signal = flat.signal(&tones);
    let carrier = carrier::follow(&signal, scan.search_factor(), scan, peak, &profile.layout)?;
    let frame = Frame::new(&carrier, profile);
    if frame.coverage < COVERED {
        return Some(Found { carrier, frame, columns: None, stack: None, readings: None, tones });
    }
    let found = in_frame(frame, carrier, &signal, &tones, thorough, context);
    if found.is_clear() {
        return Some(found);
    }
    let Some(tilted) = keystone::tilted(&found.carrier, &found.frame, profile) else {
        return Some(found);
    };
    let other = in_frame(tilted, found.carrier.clone(), &signal, &tones, false, context);
    // Symbols may be clear by chance, but only the right map makes the letters sharper.
    let is_sharper = other.blur() < SHARPER * found.blur();
    Some(if is_sharper && other.legible() > found.legible() { other } else { found })
}

fn in_frame(
    frame: Frame,
    carrier: Carrier,
    signal: &Plane,
    tones: &Tones,
    thorough: bool,
    context: &Context<'_>,
) -> Found {
    let Context { scan, flat, lawful, profile, mode, turn, alphabets } = *context;
    let factor = scan.search_factor();
    let columns = search::find(signal, factor, scan, &frame, profile, thorough, turn);
    let law = columns.as_ref().and_then(|columns| Some((columns.row_phases?, columns.first_line)));
    let frame = law.map_or(frame.clone(), |(law, first)| law.frame(&frame, first, profile));
    let worth_reading = |columns: &&Columns| {
        verdict::repeats(&columns.evidence()) && (columns.row_phases.is_some() || !lawful)
    };
    let stack = columns.as_ref().filter(worth_reading);
    let stack = stack.map(|columns| stack::stack(flat, scan, &frame, columns, tones));
    let known = columns.as_ref().and_then(|c| c.row_phases).map(|law| law.orientation);
    let readings = stack.as_ref().and_then(|stack| match mode {
        Mode::Tint => reading::read(stack, known, alphabets.tinted()),
        Mode::Screen => {
            stroke_gain::read(stack, known, alphabets, stroke_gain::by_tone(tones, flat))
        }
    });
    Found { carrier, frame, columns, stack, readings, tones: tones.clone() }
}

impl Found {
    /// Adds what this is worth.
    #[must_use]
    pub fn evidence(&self, mut evidence: Evidence) -> Evidence {
        evidence.coverage = self.frame.coverage;
        evidence.repetition = self.columns.as_ref().map(Columns::evidence);
        evidence.text = self.readings.as_ref().map(|readings| readings.likelier().evidence());
        evidence
    }

    /// Where the text does not stand though it should; of a tint, since what is foretold of a letter
    /// screen's letters does not yet change with the tone. Settles the portrait's sides.
    #[must_use]
    pub fn tamper(&mut self, flat: &Flat, scan: &Scan, profile: &Profile) -> Option<Tamper> {
        let (columns, readings) = (self.columns.as_ref()?, self.readings.as_ref()?);
        let reading = readings.likelier();
        if reading.mode != Mode::Tint {
            return None;
        }
        let law = |l: &f32| {
            let size = modulation::amplitude_of(*l, 1.0);
            if *l > self.tones.turn { -size } else { size }
        };
        let amplitude = flat.lightness.map(law);
        let expected = reading.expected_in_stack();
        let measure = |frame: &Frame, templates: &Templates| {
            cells::measure(flat, scan, frame, columns, &amplitude, templates)
        };
        let wide = self.frame.wider(BESIDE.0 / profile.layout.pitch.0);
        let templates = Templates::new(&expected, columns.symbols);
        let cells = measure(&wide, &templates);

        let width = profile.width.0 / profile.layout.advance.0;
        let (from, step) = match columns.row_phases {
            Some(law) => {
                let backwards = law.orientation.runs_backwards();
                let begin = reading.begin_in_stack() - law.turn() as f64;
                (begin - if backwards { width } else { 0.0 }, columns.symbols as f64)
            }
            None => (0.0, 1.0),
        };
        let left = cells.left_edge(width, from, step)?;
        let middle = 0.5 * (self.frame.down[0] + self.frame.down[1]);
        self.frame.across = [left, left + width].map(|symbols| columns.along(symbols, middle));
        let inside = |cells: Cells| cells.within(self.frame.down, [left, left + width]);

        let row = |line: i64, law: &RowPhases| {
            usize::try_from(law.row(usize::try_from(line - columns.first_line).ok()?)).ok()
        };
        let keyed = columns.row_phases.filter(|law| law.keyed).map(|law| {
            move |line: i64| row(line, &law).is_some_and(|row| profile.layout.is_keyed(row))
        });
        let strength = profile.strength as f32;
        let displaced =
            |by| inside(measure(&wide, &Templates::displaced(&expected, columns.symbols, by)));
        Tamper::of(&inside(cells), self.tones.turn, strength, keyed, displaced)
    }

    /// The script of the text.
    #[must_use]
    pub fn script(&self) -> Option<Script> {
        self.readings.as_ref().map(|readings| readings.likelier().script)
    }

    /// Spread of the letters in the stack, in millimetres.
    fn blur(&self) -> f64 {
        self.readings.as_ref().map_or(f64::INFINITY, |r| r.likelier().imaging.blur.0)
    }

    fn text(&self) -> Option<Text> {
        self.evidence(Evidence::default()).established().cloned()
    }

    /// Correlation of the letters with the scan; −1 where there are none.
    #[must_use]
    pub fn fit(&self) -> f64 {
        self.readings.as_ref().map_or(-1.0, |readings| readings.likelier().fit)
    }

    /// Share of the text's symbols that were read; −1 where there is no text.
    #[must_use]
    pub fn legible(&self) -> f64 {
        self.text().map_or(-1.0, |text| text.legible())
    }

    /// Whether all of the text was read.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.text().is_some_and(|text| text.is_clear())
    }
}
